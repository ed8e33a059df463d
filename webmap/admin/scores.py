"""The rules of the evaluation, kept by an administrator: weights, bands, grades."""

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.rules import rulebook
from grid.rules.indicators import COUNTS, INDICATORS, SUBJECT_TITLES, Subject
from grid.rules.models import ScoreBand, ScoreGrade, ScoreWeight
from grid.rules.scoring import Form
from webmap.admin.casework import RuleAdmin, RuleForm

FULL = 100
FORMS = ((Form.SHARE, "正向比率"), (Form.INVERSE, "反向比率"), (Form.BAND, "数量分段"))
FIGURES = (
    ("比率", [(name, share.title) for name, share in INDICATORS.items()]),
    ("计数", list(COUNTS.items())),
)
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def _check_points(form: forms.ModelForm, given: dict[str, Any], name: str) -> None:
    value = given.get(name)
    if value is not None and not 0 <= value <= FULL:
        form.add_error(name, _("应在 0 与 100 之间"))


class ScoreWeightForm(RuleForm):
    """A weight, with its choices."""

    alone = ("subject", "figure")
    subject = forms.ChoiceField(label="对象", choices=list(SUBJECT_TITLES.items()))
    figure = forms.ChoiceField(label="指标", choices=FIGURES)
    form = forms.ChoiceField(label="计法", choices=FORMS)

    def clean(self) -> dict[str, Any]:
        """A share by its value, a count by a table of bands that there is."""
        given = super().clean()
        _check_points(self, given, "points")
        if "form" not in given or "figure" not in given:
            return given
        is_count, in_bands = given["figure"] in COUNTS, given["form"] == Form.BAND
        if is_count != in_bands:
            self.add_error("form", _("计数只能按数量分段，比率只能按正向或反向"))
        elif in_bands and not ScoreBand.objects.filter(bands=given.get("bands")).exists():
            self.add_error("bands", _("没有这个分段表；请先在评分分段里建立"))
        return given


class ScoreBandForm(RuleForm):
    """A band."""

    alone = ("bands", "above")

    def clean(self) -> dict[str, Any]:
        """Points of a hundred."""
        given = super().clean()
        _check_points(self, given, "points")
        return given


class ScoreGradeForm(RuleForm):
    """A grade."""

    alone = ("letter",)

    def clean(self) -> dict[str, Any]:
        """A score of a hundred, a colour as pages take it."""
        given = super().clean()
        _check_points(self, given, "least")
        if given.get("colour") and not COLOUR.fullmatch(given["colour"]):
            self.add_error("colour", _("颜色应形如 #2c7a4b"))
        return given


@admin.register(ScoreWeight)
class ScoreWeightAdmin(RuleAdmin):
    """What a score is made of."""

    form = ScoreWeightForm
    list_display = ("subject", "figure", "form", "points", "bands", "valid_from", "valid_to")
    list_filter = ("subject",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saved; weights that do not add up to 100 are said, not forbidden: others follow."""
        super().save_model(request, obj, form, change)
        day = max(obj.valid_from, timezone.localdate())
        weights, _bands = rulebook.score_rules(Subject(obj.subject), day)
        total = sum(weight.points for weight in weights)
        if total != FULL:
            told = {"who": _(SUBJECT_TITLES[Subject(obj.subject)]), "day": day, "total": total}
            text = _("%(who)s在 %(day)s 的权重合计为 %(total)g，不是 100；得分按比例折算") % told
            messages.warning(request, text)


@admin.register(ScoreBand)
class ScoreBandAdmin(RuleAdmin):
    """What counts are worth."""

    form = ScoreBandForm
    list_display = ("bands", "above", "points", "valid_from", "valid_to", "source")
    list_filter = ("bands",)


@admin.register(ScoreGrade)
class ScoreGradeAdmin(RuleAdmin):
    """From where on a score is which grade."""

    form = ScoreGradeForm
    list_display = ("letter", "least", "colour", "valid_from", "valid_to", "source")
