"""Forms of matters, made from the fields that a procedure's pages declare."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from spatial.casework.consulting import KINDS as PARTS
from spatial.casework.files import ReceivedFile
from spatial.casework.procedures import MAX_NAME, Procedure
from spatial.casework.texts import plain
from spatial.casework.titles import amended_shown, title_shown
from spatial.workflow import Transition
from webmap.web.file_fields import FilesField
from webmap.web.forms import ParsedField, RequestForm
from webmap.web.parsing import uuid_in, version_in
from webmap.web.procedure_pages import FieldKind, FormField, ProcedurePages

MOMENT = "%Y-%m-%dT%H:%M"
CHANNELS = (("", _("在线")), ("窗口", _("窗口")), ("电话", _("电话")), ("来信", _("来信")))
TEXTS = ("reason", "note")
FILES = "files"


class MatterForm(RequestForm):
    """A form of a matter: the version that was seen, and what makes one of what is sent twice."""

    expected = ParsedField(version_in, widget=forms.HiddenInput)
    uuid = ParsedField(uuid_in, widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        """What was written, as it is kept: texts plain, what was left empty absent."""
        apart = ("expected", "uuid", "action", FILES)
        found = {name: _kept(v) for name, v in self.cleaned_data.items() if name not in apart}
        return {name: value for name, value in found.items() if value not in (None, "", [])}

    def files_sent(self) -> list[ReceivedFile]:
        """The files that came along."""
        return list(self.cleaned_data.get(FILES) or ())


def _kept(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value


def as_value(value: Any) -> Any:
    """A value of a form as a matter's values hold it: days and moments are texts."""
    return value.isoformat() if isinstance(value, (date, datetime)) else value


class FiniteField(forms.FloatField):
    """A number; there is no infinity among them."""

    def to_python(self, value: Any) -> Any:
        """The number."""
        number = super().to_python(value)
        if number is not None and not math.isfinite(number):
            raise forms.ValidationError(_("请填写数字。"))
        return number


def _choice(one: FormField, common: dict[str, Any]) -> forms.Field:
    choices = one.choices() if callable(one.choices) else one.choices
    every = list(choices)
    blank = [] if any(value == "" for value, _title in every) else [("", "—")]
    return forms.ChoiceField(choices=[*blank, *every], **common)


def _text(one: FormField, common: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=one.most, **common)


def _long(one: FormField, common: dict[str, Any]) -> forms.Field:
    area = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(max_length=one.most, widget=area, **common)


def _number(_one: FormField, common: dict[str, Any]) -> forms.Field:
    return FiniteField(widget=forms.NumberInput(attrs={"step": "any"}), **common)


def _day(_one: FormField, common: dict[str, Any]) -> forms.Field:
    return forms.DateField(widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), **common)


def _moment(_one: FormField, common: dict[str, Any]) -> forms.Field:
    widget = forms.DateTimeInput({"type": "datetime-local"}, MOMENT)
    return forms.DateTimeField(widget=widget, **common)


def _check(_one: FormField, common: dict[str, Any]) -> forms.Field:
    return forms.BooleanField(**common)


MAKERS: Mapping[FieldKind, Callable[[FormField, dict[str, Any]], forms.Field]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG: _long,
    FieldKind.NUMBER: _number,
    FieldKind.DAY: _day,
    FieldKind.MOMENT: _moment,
    FieldKind.CHOICE: _choice,
    FieldKind.CHECK: _check,
}


def field_of(one: FormField) -> forms.Field:
    """The field of a declaration."""
    common: dict[str, Any] = {"label": one.title, "required": one.is_needed, "help_text": one.hint}
    if one.kind in (FieldKind.TEXT, FieldKind.LONG):
        common["error_messages"] = {"max_length": _("文字超过 %(limit_value)d 字")}
    return MAKERS[one.kind](one, common)


def form_of(fields: Iterable[FormField], *, with_files: bool = False) -> type[MatterForm]:
    """The form of declared fields, in their order, and of files that come along."""
    made: dict[str, Any] = {one.name: field_of(one) for one in fields}
    if with_files:
        made[FILES] = FilesField()
    return type("DeclaredForm", (MatterForm,), made)


def fields_of(
    pages: ProcedurePages, transition: Transition, matter: Any, instead_of: str = ""
) -> list[FormField]:
    """The fields of an action: those declared, what it needs beside them, a reason at least."""
    procedure = pages.declared
    found = {one.name: one for one in pages.forms.get(transition.action, ())}
    for name in transition.needs:
        found.setdefault(name, _needed(procedure, transition, name))
    if transition.action in procedure.reassigns:
        found.setdefault("assignee", _assignee(pages, matter))
    if not found.keys() & set(TEXTS):
        most = procedure.max_of.get("reason", MAX_NAME)
        found["reason"] = FormField("reason", _("说明"), FieldKind.LONG, most=most)
    if instead_of:
        most = procedure.max_of.get("because", MAX_NAME)
        title = _("代办理由")
        found["because"] = FormField("because", title, FieldKind.LONG, is_needed=True, most=most)
    return list(found.values())


def _assignee(pages: ProcedurePages, matter: Any) -> FormField:
    """To whom a matter can be given: another one by name, or (not by name) whoever has the role."""
    choices = [one for one in pages.holders(pages.declared, matter) if one[0] != matter.assignee]
    if matter.assignee:
        choices.insert(0, ("", gettext("该岗位任何人")))
    is_needed = not matter.assignee
    return FormField("assignee", _("承办人"), FieldKind.CHOICE, is_needed, choices)


def _needed(procedure: Procedure, transition: Transition, name: str) -> FormField:
    title, most = (
        title_shown(transition.words.get(name, name)),
        procedure.max_of.get(name, MAX_NAME),
    )
    kind = FieldKind.MOMENT if name == "until" else FieldKind.LONG
    return FormField(name, title, kind, is_needed=True, most=most)


def amend_fields(pages: ProcedurePages, name: str) -> list[FormField]:
    """The fields by which a value is corrected: the value, as it was first asked for, and why."""
    procedure = pages.declared
    asked = pages.forms.get(procedure.first.action, ())
    own = next((one for one in asked if one.name == name), None)
    title = amended_shown(procedure, name)
    value = FormField(
        "value", title, own.kind, own.is_needed, own.choices, own.hint, own.most
    ) if own else FormField("value", title)  # fmt: skip
    most = procedure.max_of.get("reason", MAX_NAME)
    return [value, FormField("reason", _("更正理由"), FieldKind.LONG, is_needed=True, most=most)]


class DepartmentsForm(MatterForm):
    """Some of several departments."""

    departments = forms.MultipleChoiceField(label=_("部门"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, departments: Sequence[str], *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        choices = [(name, name) for name in departments]
        self.fields["departments"].choices = choices  # type: ignore[attr-defined]


class ConsultForm(DepartmentsForm):
    """Which departments are asked, what, until when."""

    kind = forms.ChoiceField(
        label=_("方式"),
        choices=lambda: [(kind, title_shown(title)) for kind, title in PARTS.items()],
    )
    due_at = field_of(FormField("due_at", _("答复时限"), FieldKind.MOMENT))
    reason = field_of(FormField("reason", _("事由"), FieldKind.LONG, is_needed=True, most=MAX_NAME))


class UnaskForm(DepartmentsForm):
    """Which departments are asked no longer, and why."""

    reason = field_of(FormField("reason", _("理由"), FieldKind.LONG, is_needed=True, most=MAX_NAME))


class AnswerForm(MatterForm):
    """What a department answers to what it was asked."""

    agreed = forms.ChoiceField(
        label=_("意见"), choices=(("yes", _("同意")), ("no", _("不同意"))), widget=forms.RadioSelect
    )
    text = field_of(FormField("text", _("说明"), FieldKind.LONG, most=MAX_NAME))
