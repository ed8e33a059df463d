"""The forms of the sharing catalogue; what may be done with them is decided in layers.sharing.actions."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers
from layers.models import Consumer
from layers.sharing.actions import LayerPart
from spatial.audit.models import Kind
from webmap.web.values import layer_title

SEPARATORS = re.compile(r"[\s,，、;；]+")
LONGEST_DAYS = 366 * 3


def _day() -> forms.DateInput:
    """A day as browsers take it, whatever the language."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _layers() -> list[tuple[str, str]]:
    """Every layer, to be chosen from; or none."""
    return [("", "—"), *((layer.id, layer_title(layer)) for layer in all_layers())]


class EndField(forms.DateField):
    """A last day; its value is the end of that day, or None."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**{"required": False, "widget": _day(), **named})

    def clean(self, value: Any) -> Any:
        """The end of the day, not before today and not beyond three years."""
        day = super().clean(value)
        if day is None:
            return None
        today = timezone.localdate()
        if not today <= day <= today + timedelta(days=LONGEST_DAYS):
            raise forms.ValidationError(_("日期应在今天之后三年以内。"))
        return timezone.make_aware(datetime.combine(day, time.max))


class ConsumerForm(forms.Form):
    """A system that is to read."""

    name = forms.CharField(label=_("系统名称"), max_length=100)
    organisation = forms.CharField(label=_("使用单位"), max_length=100)
    contact = forms.CharField(label=_("联系人"), max_length=60, required=False)
    phone = forms.CharField(label=_("联系电话"), max_length=40, required=False)


class KeyForm(forms.Form):
    """A new key."""

    expires_at = EndField(label=_("到期日"), required=True)


class PartForm(forms.Form):
    """Which fields and districts of a layer."""

    fields_wanted = forms.MultipleChoiceField(
        label=_("字段（不选为全部）"), required=False, widget=forms.CheckboxSelectMultiple
    )
    districts = forms.CharField(
        label=_("区划编码（不填为全市）"),
        required=False,
        max_length=400,
        help_text=_("6、9 或 12 位，多个以逗号分开"),
    )
    until = EndField(label=_("使用至"))

    def __init__(self, layer: Layer, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.layer = layer
        choices = [
            (field.name, f"{layer.title_of(field.name)}（{field.name}）")
            for field in layer.fields
            if field.name not in layer.personal
        ]
        self.fields["fields_wanted"].choices = choices  # type: ignore[attr-defined]
        if not layer.has_districts:
            del self.fields["districts"]

    @property
    def part(self) -> LayerPart:
        """What is asked or granted; every field chosen is as good as none."""
        chosen = self.cleaned_data["fields_wanted"]
        every = len(chosen) == len(self.fields["fields_wanted"].choices)  # type: ignore[attr-defined]
        codes = SEPARATORS.split(self.cleaned_data.get("districts", "").strip())
        districts = tuple(dict.fromkeys(code for code in codes if code))
        return LayerPart(self.layer.id, () if every else tuple(chosen), districts)


class ApplyForm(PartForm):
    """An application for a layer."""

    consumer = forms.ModelChoiceField(label=_("使用系统"), queryset=Consumer.objects.none())
    purpose = forms.CharField(
        label=_("用途"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    legal_basis = forms.CharField(label=_("依据"), max_length=300)
    field_order = ("consumer", "purpose", "legal_basis", "until", "districts", "fields_wanted")

    def __init__(self, layer: Layer, consumers: Any, *args: Any, **named: Any) -> None:
        super().__init__(layer, *args, **named)
        self.fields["consumer"].queryset = consumers  # type: ignore[attr-defined]


class DecideForm(PartForm):
    """What is answered to an application."""

    may_write = forms.BooleanField(label=_("允许写入"), required=False)
    answer = forms.CharField(label=_("意见或使用条件"), max_length=500, required=False)
    field_order = ("answer", "until", "may_write", "districts", "fields_wanted")


class TermsForm(forms.Form):
    """How a consumer is treated."""

    is_department = forms.BooleanField(label=_("本市政务部门"), required=False)
    per_minute = forms.IntegerField(label=_("每分钟请求上限"), min_value=1, max_value=1_000_000)


class PeriodForm(forms.Form):
    """Which days, whose reads, of what."""

    since = forms.DateField(
        label=_("自"), widget=_day(), validators=[MinValueValidator(date(1900, 1, 1))]
    )
    until = forms.DateField(
        label=_("至"), widget=_day(), validators=[MaxValueValidator(date(9000, 1, 1))]
    )
    who = forms.CharField(label=_("使用者"), required=False, max_length=150)
    layer = forms.ChoiceField(label=_("图层"), required=False, choices=_layers)

    def clean(self) -> dict[str, Any]:
        """At most a year at once."""
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and not timedelta(0) <= until - since <= timedelta(days=366):
            raise forms.ValidationError(_("起止日期应先后有序，且不超过一年。"))
        return found


class CursorField(forms.CharField):
    """Where a page of events begins: a moment and an id; None for the first page."""

    def clean(self, value: Any) -> Any:
        """The moment and the id."""
        text = super().clean(value)
        if not text:
            return None
        try:
            moment, number = text.split(" ")
            at, event = datetime.fromisoformat(moment).astimezone(UTC), int(number)
        except (ValueError, OverflowError):
            raise forms.ValidationError(_("页码无法解读。")) from None
        if not 0 <= event < 2**63:
            raise forms.ValidationError(_("页码无法解读。"))
        return at, event


class AuditForm(PeriodForm):
    """What to look for in the audit."""

    kind = forms.ChoiceField(
        label=_("事项"), required=False, choices=lambda: [("", "—"), *Kind.choices]
    )
    layer = None  # type: ignore[assignment]
    subject = forms.CharField(label=_("图层或表"), required=False, max_length=63)
    code = forms.CharField(label=_("编码"), required=False, max_length=200)
    text = forms.CharField(label=_("说明、地址或请求编号"), required=False, max_length=100)
    after = CursorField(required=False, widget=forms.HiddenInput)
