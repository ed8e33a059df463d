"""Departments, posts, who holds them, absences, deputies and shifts, kept by an administrator.

What has begun to hold is ended, never rewritten; whoever leaves has handed over first.
"""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.declarations.known_roles import known_roles
from spatial.parties.actions import end_absence, enter_absence, merge_department
from spatial.parties.actions import withdraw_deputy as withdraw
from spatial.parties.errors import HandoverNeeded, PartyRefused
from spatial.parties.models import (
    Absence,
    Department,
    DepartmentMerger,
    DepartmentName,
    Deputy,
    Member,
    Post,
    Shift,
)
from spatial.parties.policies import check_deputy, check_may_leave, check_merger, check_period
from spatial.parties.queries import named
from spatial.parties.rules import Deputyship
from webmap.accounts.deputies import name_and_tell
from webmap.admin.casework import RuleAdmin, RuleForm
from webmap.web.errors import attempt


class DepartmentForm(RuleForm):
    """A name of a department, which no other may have had: cases know it by that.

    Of what has gone into it a department may take the name.
    """

    def clean(self) -> dict[str, Any]:
        """The name is nobody else's."""
        given = super().clean()
        name, own = given.get("name"), self._own_code(given)
        others = Department.objects.exclude(code=own).exclude(merger__into__code=own)
        if name and any(name in other.all_names() for other in named(others)):
            self.add_error("name", _("别的部门正在用或用过这个名称"))
        return given

    def _own_code(self, given: dict[str, Any]) -> str:
        if self._meta.model is DepartmentName:
            return given["department"].code if given.get("department") else ""
        return given.get("code", "")


@admin.register(Department)
class DepartmentAdmin(RuleAdmin):
    """Departments that handle cases."""

    form = DepartmentForm
    list_display = ("code", "name", "valid_from", "valid_to", "source")
    search_fields = ("code", "name")


@admin.register(DepartmentName)
class DepartmentNameAdmin(RuleAdmin):
    """What departments are called from a day on; their earlier cases stay theirs."""

    form = DepartmentForm
    list_display = ("department", "name", "valid_from", "valid_to", "source")
    list_select_related = ("department",)


class PartyForm(forms.ModelForm):
    """A form whose rule is one of ``spatial.parties.policies``."""

    def clean(self) -> dict[str, Any]:
        """What the policies let through."""
        given: dict[str, Any] = super().clean() or {}
        if not self.errors:
            _checked, refusal = attempt(lambda: self.check(given), (PartyRefused, HandoverNeeded))
            if refusal is not None:
                field = refusal.field if refusal.field in self.fields else None
                self.add_error(field, refusal.text)
        return given

    def check(self, given: dict[str, Any]) -> None:
        """Ask the policy."""


class MergerForm(PartyForm):
    """A merger."""

    def check(self, given: dict[str, Any]) -> None:
        """Not in a circle, not twice, and from today on: what has been is reckoned with."""
        if given["on"] < timezone.localdate():
            raise PartyRefused(_("并入日期不能早于今天"), "on")
        check_merger(given["department"], given["into"], given["on"])


class Entered(admin.ModelAdmin):
    """What is entered once, by an action of the parties, and not rewritten."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False


@admin.register(DepartmentMerger)
class DepartmentMergerAdmin(Entered):
    """Departments that went into others."""

    form = MergerForm
    list_display = ("department", "into", "on", "source")
    list_select_related = ("department", "into")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Merged, and the one ended."""
        made = merge_department(obj.department, obj.into, obj.on, obj.source)
        obj.pk = made.pk


class PostForm(PartyForm):
    """A post, with the roles that there are."""

    role = forms.ChoiceField(
        label=gettext_lazy("角色"),
        required=False,
        choices=lambda: [("", "—"), *((str(role), str(role)) for role in known_roles().values())],
    )

    def check(self, given: dict[str, Any]) -> None:
        """Below itself no post stands."""
        above, passed = given.get("superior"), set()
        while above is not None and above.pk not in passed:
            if self.instance.pk and above.pk == self.instance.pk:
                raise PartyRefused(_("上级岗位最终又回到本岗位"), "superior")
            passed.add(above.pk)
            above = above.superior


@admin.register(Post)
class PostAdmin(admin.ModelAdmin):
    """Posts: who is above whom may change at any time; who held one is told by memberships."""

    form = PostForm
    fields = ("code", "title", "department", "role", "superior", "valid_from", "valid_to", "source")
    list_display = ("code", "title", "department", "role", "superior", "valid_from", "valid_to")
    list_select_related = ("department", "superior")
    search_fields = ("code", "title")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A post keeps its code."""
        return ("code",) if obj else ()


class MemberForm(PartyForm):
    """Who belongs where, from when until when."""

    def check(self, given: dict[str, Any]) -> None:
        """A post in its own department, for who has its role; an end after a handover."""
        post, user = given.get("post"), given.get("user")
        if user is not None:
            self._check_place(post, user, given)
        if given.get("valid_to") and given["valid_to"] != self.instance.valid_to:
            check_may_leave((user or self.instance.user).get_username())

    def _check_place(self, post: Post | None, user: Any, given: dict[str, Any]) -> None:
        if post is None and given.get("department") is None:
            raise PartyRefused(_("部门和岗位至少选一项"), "department")
        if post is None:
            return
        if post.department_id and given.get("department") not in (None, post.department):
            raise PartyRefused(_("该岗位不在这个部门"), "post")
        given["department"] = given.get("department") or post.department
        if post.role and not user.groups.filter(name=post.role).exists():
            raise PartyRefused(_("该账号没有这个岗位的角色，请先在账号中给予"), "post")


@admin.register(Member)
class MemberAdmin(admin.ModelAdmin):
    """Memberships; one that has begun is only ended."""

    form = MemberForm
    fields = ("user", "department", "post", "valid_from", "valid_to", "source")
    list_display = ("user", "department", "post", "valid_from", "valid_to", "source")
    list_select_related = ("user", "department", "post")
    list_filter = ("department",)
    search_fields = ("user__username", "user__first_name")
    autocomplete_fields = ("user", "department", "post")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All but the end, once it has begun."""
        begun = obj is not None and obj.has_begun()
        return ("user", "department", "post", "valid_from", "source") if begun else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only what has not begun."""
        begun = obj is None or obj.has_begun()
        return not begun and super().has_delete_permission(request, obj)


class AbsenceForm(PartyForm):
    """An absence of somebody."""

    def check(self, given: dict[str, Any]) -> None:
        """It lasts."""
        check_period(given["starts_at"], given["ends_at"])


@admin.register(Absence)
class AbsenceAdmin(Entered):
    """Absences: entered for others here, everybody enters their own."""

    form = AbsenceForm
    fields = ("user", "starts_at", "ends_at", "reason")
    list_display = ("user", "starts_at", "ends_at", "reason", "entered_by", "withdrawn_at")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    autocomplete_fields = ("user",)
    actions = ("end",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Entered."""
        made = enter_absence(request.user, obj.user, obj.starts_at, obj.ends_at, obj.reason)
        obj.pk = made.pk

    @admin.action(description=gettext_lazy("提前结束或撤销"), permissions=["add"])
    def end(self, request: HttpRequest, found: QuerySet[Absence]) -> None:
        """Back, or not gone."""
        for absence in found.select_related("user"):
            end_absence(request.user, absence)


class DeputyForm(PartyForm):
    """Who stands in for whom."""

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("限于角色"),
        required=False,
        choices=lambda: [(name, name) for name in Group.objects.values_list("name", flat=True)],
        help_text=gettext_lazy("不选则代理其全部工作"),
    )

    def check(self, given: dict[str, Any]) -> None:
        """No chain, nobody for themselves."""
        principal, deputy = given["principal"], given["deputy"]
        names = principal.get_username(), deputy.get_username()
        new = Deputyship(*names, given["starts_at"], given.get("ends_at"), given["only_absent"])
        check_deputy(new, principal, deputy)


@admin.register(Deputy)
class DeputyAdmin(Entered):
    """Deputies: named for others here, everybody names their own."""

    form = DeputyForm
    fields = ("principal", "deputy", "starts_at", "ends_at", "only_absent", "roles")
    list_display = ("principal", "deputy", "starts_at", "ends_at", "only_absent", "withdrawn_at")
    list_select_related = ("principal", "deputy")
    search_fields = ("principal__username", "deputy__username")
    autocomplete_fields = ("principal", "deputy")
    actions = ("withdraw",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Named."""
        made = name_and_tell(
            request.user,
            obj.principal,
            obj.deputy,
            obj.starts_at,
            obj.ends_at,
            only_absent=obj.only_absent,
            roles=obj.roles,
        )
        obj.pk = made.pk

    @admin.action(description=gettext_lazy("撤销"), permissions=["add"])
    def withdraw(self, request: HttpRequest, found: QuerySet[Deputy]) -> None:
        """No longer."""
        for standing in found.select_related("principal", "deputy"):
            withdraw(request.user, standing)


class ShiftForm(PartyForm):
    """A shift."""

    def check(self, given: dict[str, Any]) -> None:
        """It lasts, and no longer than a week: a wrong year is a slip."""
        check_period(given["starts_at"], given["ends_at"])
        if given["ends_at"] - given["starts_at"] > timedelta(days=7):
            raise PartyRefused(_("一个班次不超过 7 天"), "ends_at")


@admin.register(Shift)
class ShiftAdmin(admin.ModelAdmin):
    """The roster (值班表)."""

    form = ShiftForm
    list_display = ("post", "user", "starts_at", "ends_at")
    list_select_related = ("post", "user")
    list_filter = ("post",)
    search_fields = ("user__username",)
    autocomplete_fields = ("post", "user")
    date_hierarchy = "starts_at"
