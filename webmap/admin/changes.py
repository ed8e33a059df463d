"""The administrator page of changes: what each did, and its undo."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.access.access import may_undo
from layers.declarations.refusals import why_not_delivered
from layers.sharing.callers import caller_of
from spatial.versions.actions import undo
from spatial.versions.edits import VersionConflict
from spatial.versions.models import Change
from webmap.admin.change_effects import RegisterEffect, codes_of, effects_of, layers_touched
from webmap.admin.reading import ReadOnly
from webmap.web.errors import AccessDenied, Refusal, answering

UNDO = "versions.undo_change"


class UndoneFilter(admin.SimpleListFilter):
    """Changes that stand, that were undone, or that undo."""

    title = gettext_lazy("撤销")
    parameter_name = "undone"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        """The three kinds."""
        return [("no", _("未撤销")), ("yes", _("已撤销")), ("is", _("撤销操作"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The changes of the chosen kind."""
        if self.value() == "is":
            return queryset.filter(reverses__isnull=False)
        if self.value():
            return queryset.filter(reversed_by__isnull=self.value() == "no")
        return queryset


class RecordedFilter(admin.DateFieldListFilter):
    """When a change was written down, with a title in the language of the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("记录时间")


class ChangeAdmin(ReadOnly):
    """Changes: who did what, why, with what effect; and the undo."""

    list_display = ("number", "reason", "author", "effective", "recorded", "effect", "standing")
    list_display_links = ("number", "reason")
    list_filter = (UndoneFilter, ("recorded_at", RecordedFilter))
    search_fields = ("why", "who", "document", "origin")
    actions = ("undo_selected",)
    list_select_related = ("reversed_by",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """The changes, with what reverses them."""
        return super().get_queryset(request).select_related("reversed_by", "reverses")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Read the effects of all changes on the page together."""
        changes = super().get_changelist_instance(request)
        effects = effects_of(caller_of(request), changes.result_list)
        for change in changes.result_list:
            change.effects = effects[change.pk]
        return changes

    def has_undo_permission(self, request: HttpRequest) -> bool:
        """Whether the person may undo changes."""
        return request.user.has_perm(UNDO)

    @admin.display(description=gettext_lazy("编号"), ordering="id")
    def number(self, change: Change) -> int:
        """The change's number."""
        return change.pk

    @admin.display(description=gettext_lazy("事由"), ordering="why")
    def reason(self, change: Change) -> str:
        """Why it was made."""
        return change.why

    @admin.display(description=gettext_lazy("经办人"), ordering="who")
    def author(self, change: Change) -> str:
        """Who made it."""
        return change.who

    @admin.display(description=gettext_lazy("生效时间"), ordering="at")
    def effective(self, change: Change) -> str:
        """When it took effect."""
        return _minute(change.at)

    @admin.display(description=gettext_lazy("记录时间"), ordering="recorded_at")
    def recorded(self, change: Change) -> str:
        """When it was written down."""
        return _minute(change.recorded_at)

    @admin.display(description=gettext_lazy("影响"))
    def effect(self, change: Any) -> str:
        """What it did, register by register."""
        return format_html_join(
            SafeString("<br>"),
            '{} <span class="effect">{}</span>',
            ((_(e.title), _numbers(e)) for e in change.effects[:4]),
        )

    @admin.display(description=gettext_lazy("状态"))
    def standing(self, change: Change) -> str:
        """Whether it stands."""
        if hasattr(change, "reversed_by"):
            return _("已被变更 %(id)d 撤销") % {"id": change.reversed_by.pk}
        return _("撤销变更 %(id)d") % {"id": change.reverses.pk} if change.reverses else _("有效")

    @admin.action(description=gettext_lazy("撤销此变更"), permissions=["undo"])
    def undo_selected(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Ask for confirmation of one undo."""
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, _("一次只能撤销一项变更。"), messages.WARNING)
            return None
        return HttpResponseRedirect(reverse("admin:versions_change_undo", args=[chosen[0].pk]))

    def get_urls(self) -> list:
        """Add the undo."""
        undoing = self.admin_site.admin_view(answering(self.refused_view)(self.undo_view))
        return [
            path("<int:pk>/undo/", undoing, name="versions_change_undo"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One change and everything that it did."""
        change = self.get_object(request, object_id)
        if not self.has_view_permission(request):
            raise PermissionDenied
        if change is None:
            return self.missing(request, object_id)
        return render(request, "admin/change/detail.html", self.page_of(request, change))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """A change has no other history than itself."""
        return self.change_view(request, object_id)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm an undo with a reason, and carry it out.

        Who undoes a change writes what it touched, so the layers are asked as for a delivery.
        """
        if not self.has_undo_permission(request):
            raise PermissionDenied
        change = get_object_or_404(self.get_queryset(request), pk=pk)
        if why_not := _why_not_undone(request, change):
            raise AccessDenied(why_not)
        why = " ".join(request.POST.get("why", "").split())[:500]
        if request.method == "POST" and why:
            try:
                reverse_change = undo(change, who=request.user.get_username(), why=why)
            except VersionConflict as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("已撤销变更 %(id)d。") % {"id": change.pk})
                return HttpResponseRedirect(
                    reverse("admin:versions_change_change", args=[reverse_change.pk])
                )
        context = {**self.page_of(request, change), "missing": request.method == "POST" and not why}
        return render(request, "admin/change/undo.html", {**context, "why": why})

    def refused_view(self, request: HttpRequest, refusal: Refusal, pk: int) -> HttpResponse:
        """The change, and why the caller may not undo it."""
        change = self.get_queryset(request).get(pk=pk)
        context = {**self.page_of(request, change), "why_not": refusal.text}
        return render(request, "admin/change/undo.html", context, status=refusal.status)

    def page_of(self, request: HttpRequest, change: Change) -> dict[str, Any]:
        """What the pages of a change show."""
        effects = [
            {
                "effect": effect,
                "codes": codes_of(change, effect),
                "url": f"admin:{effect.register.replace('.', '_')}_change",
            }
            for effect in effects_of(caller_of(request), [change])[change.pk]
        ]
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("变更 %(id)d") % {"id": change.pk},
            "change": change,
            "effects": effects,
            "undone_by": getattr(change, "reversed_by", None),
            "may_undo": self.has_undo_permission(request) and not _why_not_undone(request, change),
        }


def _why_not_undone(request: HttpRequest, change: Change) -> str:
    """Why the caller may not undo a change; '' if it may."""
    caller = caller_of(request)
    for layer in layers_touched(change):
        if not may_undo(caller, [layer]):
            return why_not_delivered(layer) if layer else _("只有系统管理员可以撤销此变更。")
    return ""


def _numbers(effect: RegisterEffect) -> str:
    """How many versions began and ended; a dash where the caller is not shown any."""
    if effect.share is None:
        return "—"
    return f"+{effect.opened:,} −{effect.closed + effect.voided:,}"


def _minute(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
