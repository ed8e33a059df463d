"""Thresholds, leading engines and numbers of the levels of risk, kept by an administrator."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _

from spatial.calendars.queries import held_on
from spatial.hazards.rules.levels import BY_CODE
from spatial.hazards.rules.thresholds import Threshold, is_ordered
from spatial.risk_levels.models import LeadingEngine, RiskSetting, RiskThreshold
from spatial.risk_levels.rain import DURATIONS_H
from spatial.risk_levels.rulebook import Numbers
from webmap.admin.casework import RuleAdmin, RuleForm

MEASURES = [*(f"rain_{hours}h" for hours in DURATIONS_H), "effective_rain"]


class RiskThresholdForm(RuleForm):
    """A threshold, with its choices; a graver level has a higher one."""

    alone = ("engine", "zone", "season_from", "measure", "level")
    measure = forms.ChoiceField(label="指标", choices=[(name, name) for name in MEASURES])
    level = forms.ChoiceField(label="等级", choices=[(code, code) for code in BY_CODE if code])

    def clean(self) -> dict[str, Any]:
        """In order beside the others of its measure, zone and season."""
        given = super().clean()
        limit = given.get("limit_mm")
        if self.errors or limit is None:
            return given
        same = {name: given[name] for name in ("engine", "zone", "season_from", "measure")}
        others = RiskThreshold.objects.filter(held_on(given["valid_from"]), **same)
        rows = [
            Threshold(row.measure, row.limit_mm, BY_CODE[row.level])
            for row in others.exclude(pk=self.instance.pk)
        ]
        if not is_ordered([*rows, Threshold(given["measure"], limit, BY_CODE[given["level"]])]):
            self.add_error("limit_mm", _("阈值应随等级升高而增大，这一条与已有的矛盾"))
        return given


class RiskSettingForm(RuleForm):
    """A number, by one of the names that are computed with."""

    alone = ("name",)
    name = forms.ChoiceField(
        label="名称", choices=[(name, name) for name in Numbers.__dataclass_fields__]
    )


@admin.register(RiskThreshold)
class RiskThresholdAdmin(RuleAdmin):
    """How much rain raises to which level."""

    form = RiskThresholdForm
    list_display = (
        "engine", "zone", "season_from", "season_to", "measure", "level", "limit_mm",
        "mark", "valid_from", "valid_to", "source",
    )  # fmt: skip
    list_filter = ("engine", "level")


@admin.register(LeadingEngine)
class LeadingEngineAdmin(RuleAdmin):
    """Which engine leads where and when."""

    list_display = ("zone", "season_from", "season_to", "engine", "mark", "valid_from", "valid_to")


@admin.register(RiskSetting)
class RiskSettingAdmin(RuleAdmin):
    """The numbers of the computation."""

    form = RiskSettingForm
    list_display = ("name", "value", "unit", "mark", "valid_from", "valid_to", "source")
