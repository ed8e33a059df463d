"""Levels, measures and values by which warnings are written, kept by an administrator."""

from django import forms
from django.contrib import admin

from spatial.hazard_warnings.models import WarningLevelRule, WarningMeasure, WarningSetting
from spatial.hazard_warnings.rulebook import VALUES
from spatial.hazards.rules.levels import BY_CODE
from webmap.admin.casework import RuleAdmin, RuleForm

LEVELS = [(code, code) for code in BY_CODE if code]
SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor")
URGENCIES = ("Immediate", "Expected", "Future")
CERTAINTIES = ("Observed", "Likely", "Possible", "Unlikely")


def _choice(label: str, values: tuple[str, ...]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[(value, value) for value in values])


class WarningLevelForm(RuleForm):
    """What a level means, in the terms of CAP."""

    alone = ("level",)
    level = forms.ChoiceField(label="等级", choices=LEVELS)
    severity = _choice("CAP 严重性", SEVERITIES)
    urgency = _choice("CAP 紧迫性", URGENCIES)
    certainty = _choice("CAP 可能性", CERTAINTIES)


class WarningMeasureForm(RuleForm):
    """A measure of a level, at its place."""

    alone = ("level", "position")
    level = forms.ChoiceField(label="等级", choices=LEVELS)


class WarningSettingForm(RuleForm):
    """A value, by one of the names that warnings are written with."""

    alone = ("name",)
    name = _choice("名称", VALUES)


@admin.register(WarningLevelRule)
class WarningLevelAdmin(RuleAdmin):
    """From which level a warning is public, and what each means."""

    form = WarningLevelForm
    list_display = (
        "level", "meaning_zh", "is_public", "is_joint", "severity", "mark", "valid_from",
        "valid_to", "source",
    )  # fmt: skip


@admin.register(WarningMeasure)
class WarningMeasureAdmin(RuleAdmin):
    """What a level asks for."""

    form = WarningMeasureForm
    list_display = ("level", "position", "text_zh", "mark", "valid_from", "valid_to", "source")
    list_filter = ("level",)


@admin.register(WarningSetting)
class WarningSettingAdmin(RuleAdmin):
    """The values of warnings."""

    form = WarningSettingForm
    list_display = ("name", "value", "mark", "valid_from", "valid_to", "source")
