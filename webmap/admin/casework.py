"""The rules of casework, kept by an administrator: ended and replaced, never rewritten.

A rule that has begun to hold is only given an end; what follows it is a row of its own.
Running cases carry the limits of their filing, so neither reaches them.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Model, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.cases.steps import OPEN, STATES
from grid.models import Staff
from grid.rules import rulebook
from grid.rules.models import (
    ClassEdition,
    HandlingLimit,
    Routing,
    StepLimit,
)
from spatial.calendars.models import Dated
from spatial.casework.models import Matter, MatterLimit
from spatial.casework.procedures import Procedure, all_procedures, procedure_named
from spatial.casework.titles import state_shown, title_shown
from spatial.languages import shown_schemes
from spatial.worktime import TimeLimit, TimeUnit

KINDS = (("event", "事件"), ("component", "部件"))


class RuleForm(forms.ModelForm):
    """What every rule must satisfy; ``alone``: of these values one rule holds on a day."""

    alone: ClassVar[tuple[str, ...]] = ()

    def clean(self) -> dict[str, Any]:
        """The days in order and not gone by, the class in its scheme, the limit a limit."""
        given: dict[str, Any] = super().clean() or {}
        self._check_days(given)
        if self.alone and not self.errors:
            self._check_alone(given)
        if scheme_id := given.get("scheme"):
            self._check_class(scheme_id, given)
        if "amount" in given:
            self._check_limit(given)
        return given

    def _check_days(self, given: dict[str, Any]) -> None:
        """What has been evaluated and limited by a rule stays: only days to come change."""
        today = timezone.localdate()
        starts, ends = self._value("valid_from", given), given.get("valid_to")
        if "valid_from" in given and starts < today:
            self.add_error("valid_from", _("生效日期不能早于今天；已经过去的日子不能改"))
        if ends and starts and ends <= starts:
            self.add_error("valid_to", _("失效日期应晚于生效日期"))
        elif ends and ends < today:
            self.add_error("valid_to", _("失效日期不能早于今天；已经过去的日子不能改"))

    def _check_alone(self, given: dict[str, Any]) -> None:
        """No other rule of the same thing may hold on any of the same days."""
        same = {name: self._value(name, given) for name in self.alone}
        starts, ends = self._value("valid_from", given), given.get("valid_to")
        others = self._meta.model._default_manager.filter(**same).exclude(pk=self.instance.pk)
        others = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=starts))
        if ends:
            others = others.filter(valid_from__lt=ends)
        if others.exists():
            field = "valid_from" if "valid_from" in self.fields else "valid_to"
            self.add_error(field, _("这段时间已有同样的一条；请先给原来的写上失效日期"))

    def _value(self, name: str, given: dict[str, Any]) -> Any:
        """What was given, or what the rule has where that is not open to change."""
        return given[name] if name in given else getattr(self.instance, name)

    def _check_class(self, scheme_id: str, given: dict[str, Any]) -> None:
        known = shown_schemes().get(scheme_id)
        if known is None:
            self.add_error("scheme", _("没有这个分类标准"))
            return
        code = given.get("class_code") or ""
        if code and code not in known.codes:
            self.add_error("class_code", _("该分类标准里没有这个代码"))

    def _check_limit(self, given: dict[str, Any]) -> None:
        try:
            TimeLimit(given["amount"], TimeUnit(given["unit"]))
        except (ValueError, KeyError, TypeError):
            self.add_error("amount", _("时限应为正数，单位从列表中选"))


class HandlingLimitForm(RuleForm):
    """A limit of handling, with its choices."""

    kind = forms.ChoiceField(label="类别", choices=KINDS)
    unit = forms.ChoiceField(label="单位", choices=[(unit.value, unit.value) for unit in TimeUnit])
    scheme = forms.ChoiceField(
        label="分类标准", choices=lambda: [(s.id, s.title) for s in shown_schemes().values()]
    )


class ClassEditionForm(RuleForm):
    """An edition of the classes, with its choices."""

    kind = forms.ChoiceField(label="类别", choices=KINDS)
    scheme = forms.ChoiceField(
        label="分类标准", choices=lambda: [(s.id, s.title) for s in shown_schemes().values()]
    )

    def clean(self) -> dict[str, Any]:
        """With limits of handling: without any, no class of it could be reported."""
        given = super().clean()
        day = given.get("valid_from")
        if day and "kind" in given and "scheme" in given:
            limits = rulebook.holding(HandlingLimit, day)
            if not limits.filter(kind=given["kind"], scheme=given["scheme"]).exists():
                self.add_error("scheme", _("该分类标准从生效日期起没有处置时限；请先录入处置时限"))
        return given


class MatterLimitForm(RuleForm):
    """A limit of a matter of any procedure, with its choices; no state: of the whole."""

    alone = ("procedure", "state")
    procedure = forms.ChoiceField(
        label="业务", choices=lambda: [(p.id, title_shown(p.title)) for p in _with_matters()]
    )
    unit = forms.ChoiceField(label="单位", choices=[(unit.value, unit.value) for unit in TimeUnit])

    def clean(self) -> dict[str, Any]:
        """Of a state of the procedure that waits for somebody."""
        given = super().clean()
        known = procedure_named(self._value("procedure", given))
        state = self._value("state", given)
        if state and (known is None or state not in known.open_states):
            states = (
                "、".join(f"{s} {state_shown(known, s)}" for s in known.open_states)
                if known
                else ""
            )
            self.add_error("state", _("没有这个在办阶段；可填：%(states)s") % {"states": states})
        return given


def _with_matters() -> list[Procedure]:
    return [one for one in all_procedures() if one.matter_model is Matter]


class StepLimitForm(RuleForm):
    """A limit of a state, with its choices."""

    state = forms.ChoiceField(label="阶段", choices=[(state, STATES[state]) for state in OPEN])
    unit = forms.ChoiceField(label="单位", choices=[(unit.value, unit.value) for unit in TimeUnit])


class RoutingForm(RuleForm):
    """A routing rule, with its choices."""

    kind = forms.ChoiceField(label="类别", choices=KINDS)
    scheme = forms.ChoiceField(
        label="分类标准", choices=lambda: [(s.id, s.title) for s in shown_schemes().values()]
    )


class RuleAdmin(admin.ModelAdmin):
    """Rules: those that hold are only ended."""

    form: Any = RuleForm
    list_per_page = 100

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All but the end, once the rule has begun to hold."""
        if obj is None or not obj.has_begun():
            return ()
        return [f.name for f in self.model._meta.fields if f.name not in ("id", "valid_to")]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Not what has ended: the days on which it held are over."""
        over = isinstance(obj, Dated) and obj.valid_to and obj.valid_to < timezone.localdate()
        return not over and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only what has not begun to hold."""
        begun = isinstance(obj, Dated) and obj.has_begun()
        return not begun and super().has_delete_permission(request, obj)


@admin.register(ClassEdition)
class ClassEditionAdmin(RuleAdmin):
    """Which edition of the classes takes new reports."""

    form = ClassEditionForm
    list_display = ("kind", "scheme", "valid_from", "valid_to", "source")


@admin.register(HandlingLimit)
class HandlingLimitAdmin(RuleAdmin):
    """Conditions of filing, and how long handling may take."""

    form = HandlingLimitForm
    list_display = (
        "kind",
        "class_code",
        "condition",
        "amount",
        "unit",
        "valid_from",
        "valid_to",
        "source",
    )
    list_filter = ("kind", "unit")
    search_fields = ("class_code__startswith", "condition")


@admin.register(MatterLimit)
class MatterLimitAdmin(RuleAdmin):
    """How long matters of a procedure may take, in a state or as a whole."""

    form = MatterLimitForm
    list_display = ("procedure", "state", "amount", "unit", "valid_from", "valid_to", "source")
    list_filter = ("procedure",)


@admin.register(StepLimit)
class StepLimitAdmin(RuleAdmin):
    """How long a case may wait at the centre."""

    form = StepLimitForm
    list_display = ("state", "amount", "unit", "valid_from", "valid_to", "source")


@admin.register(Routing)
class RoutingAdmin(RuleAdmin):
    """Which class of which area goes to whom."""

    form = RoutingForm
    list_display = (
        "kind",
        "class_prefix",
        "district_prefix",
        "department",
        "valid_from",
        "valid_to",
        "source",
    )
    list_filter = ("kind", "department")
    list_select_related = ("department",)


@admin.register(Staff)
class StaffAdmin(admin.ModelAdmin):
    """Areas and telephones of people."""

    list_display = ("user", "districts", "phone")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    autocomplete_fields = ("user",)
