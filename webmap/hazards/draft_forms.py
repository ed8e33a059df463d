"""The form of a warning: towns with their levels, hours, text, the weather bureau's opinion."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from spatial.casework.texts import plain
from spatial.hazard_warnings.areas import drawn_shape, towns_in
from spatial.hazard_warnings.queries import voice_on
from spatial.hazard_warnings.rules.contents import (
    AGREED,
    CANCEL,
    DIFFERS,
    WarnedTown,
    WarningContent,
    marked_exercise,
)
from spatial.hazard_warnings.rules.wordings import proposed
from webmap.web.errors import BadInput
from webmap.web.forms import ParsedField, RequestForm
from webmap.web.parsing import uuid_in, version_in

MOMENT = "%Y-%m-%dT%H:%M"
MOST_TEXT, MOST_SHAPE = 2_000, 60_000
LEVELS = (("I", _("红色")), ("II", _("橙色")), ("III", _("黄色")), ("IV", _("蓝色")))
LIFTED = "lifted"
PARTNER = (("", _("尚未会商")), (AGREED, _("同意")), (DIFFERS, _("意见不同")))


def _moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput({"type": "datetime-local"}, MOMENT)
    return forms.DateTimeField(label=label, widget=widget)


class DraftForm(RequestForm):
    """What an officer writes; the towns are fields of their own, ``town_`` and the code."""

    expected = ParsedField(version_in, widget=forms.HiddenInput)
    uuid = ParsedField(uuid_in, widget=forms.HiddenInput)
    effective = _moment(_("起始时间"))
    expires = _moment(_("截止时间"))
    partner = forms.ChoiceField(label=_("气象部门意见"), choices=PARTNER, required=False)
    partner_text = forms.CharField(
        label=_("意见内容"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("意见不同时必填，随预警留存"),
    )
    rewrite = forms.BooleanField(label=_("按所选乡镇、等级和时间重写标题与内容"), required=False)
    headline = forms.CharField(label=_("标题"), max_length=100, required=False)
    text = forms.CharField(
        label=_("内容"),
        max_length=MOST_TEXT,
        required=False,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("必须写到每个乡镇"),
    )
    headline_en = forms.CharField(label=_("英文标题"), max_length=150, required=False)
    text_en = forms.CharField(
        label=_("英文内容"),
        max_length=MOST_TEXT,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    shape = forms.CharField(
        label=_("绘制的范围（GeoJSON）"),
        max_length=MOST_SHAPE,
        required=False,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
        help_text=_("WGS 84 经纬度的面；填写后乡镇由范围得出，上面的选择不用"),
    )
    shape_level = forms.ChoiceField(
        label=_("范围的等级"), choices=[("", "—"), *LEVELS], required=False
    )

    def __init__(
        self, towns: Sequence[tuple[str, str]], kind: str, *args: Any, **named: Any
    ) -> None:
        super().__init__(*args, **named)
        self.towns, self.kind = towns, kind
        choices = [(LIFTED, _("解除"))] if kind == CANCEL else list(LEVELS)
        for code, name in towns:
            self.fields[f"town_{code}"] = forms.ChoiceField(
                label=name, choices=[("", "—"), *choices], required=False
            )

    @property
    def town_fields(self) -> list[forms.BoundField]:
        """The fields of the towns, in order."""
        return [self[f"town_{code}"] for code, _name in self.towns]

    def content(self, base: WarningContent, moment: datetime) -> WarningContent:
        """What was written, over what the draft is about.

        Raises:
            BadInput: a drawn area that cannot be read, or without its level.
            InvalidInput: a drawn area that is none.
        """
        sent = self.cleaned_data
        shape = _shape(sent["shape"])
        made = replace(
            base,
            towns=self._towns(),
            effective=sent["effective"],
            expires=sent["expires"],
            headline=plain(sent["headline"]),
            text=plain(sent["text"]),
            headline_en=plain(sent["headline_en"]),
            text_en=plain(sent["text_en"]),
            partner=sent["partner"],
            partner_text=plain(sent["partner_text"]),
            shape=shape,
        )
        if shape and (area := drawn_shape(made)) is not None:
            if self.kind != CANCEL and not sent["shape_level"]:
                raise BadInput(str(_("请选择范围的等级")), "shape_level")
            made = replace(made, towns=towns_in(area, sent["shape_level"], moment))
        if sent["rewrite"] or not made.text:
            made = proposed(made, voice_on(moment))
        return marked_exercise(made)

    def _towns(self) -> tuple[WarnedTown, ...]:
        found = []
        for code, name in self.towns:
            if level := self.cleaned_data.get(f"town_{code}"):
                found.append(WarnedTown(code, name, "" if level == LIFTED else level))
        return tuple(found)


def _shape(text: str) -> dict[str, Any] | None:
    """A geometry, or the one of a feature, as GeoJSON.

    Raises:
        BadInput: it is none.
    """
    if not text.strip():
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, dict) and found.get("type") == "FeatureCollection":
        features = found.get("features")
        found = features[0] if isinstance(features, list) and len(features) == 1 else None
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry")
    if not isinstance(found, dict):
        raise BadInput(str(_("所绘范围读不出来，应为 GeoJSON 的面")), "shape")
    return found


def initial_of(content: WarningContent, *, is_own: bool) -> dict[str, Any]:
    """What the form shows of a content; ``is_own`` where its text is what would be proposed."""
    towns = {} if content.shape else {
        f"town_{town.code}": town.level or LIFTED for town in content.towns
    }  # fmt: skip
    return {
        **towns,
        "effective": content.effective,
        "expires": content.expires,
        "headline": content.headline,
        "text": content.text,
        "headline_en": content.headline_en,
        "text_en": content.text_en,
        "partner": content.partner,
        "partner_text": content.partner_text,
        "shape": json.dumps(content.shape) if content.shape else "",
        "shape_level": content.levels[0] if content.shape and content.levels else "",
        "rewrite": is_own,
    }
