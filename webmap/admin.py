"""The administrator pages: registers and changes to read, a change to undo, users to keep.

Nothing in a register is added, edited or deleted here; registers are written only
through ``spatial.versions.actions``. Which registers a person sees is decided by
``layers.access``, and personal data are not shown.
"""

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.access import may_see
from layers.callers import caller_of
from layers.declarations import Layer
from spatial.codes import scheme
from spatial.versions.actions import undo
from spatial.versions.edits import Conflict
from spatial.versions.guards import registers
from spatial.versions.models import Ancestry, Change, Revision, VersionedFeature
from spatial.versions.queries import attribute_fields, children_of, parents_of
from webmap.effects import codes_of, effects_of, model_of
from webmap.histories import eras, layer_for, personal_fields, value_of, versions_of
from webmap.models import Export
from webmap.sketches import sketch
from webmap.values import field_title, layer_title

COUNTED = 10_000
COLUMNS = 6
UNDO = "versions.undo_change"

admin.site.site_header = admin.site.site_title = gettext_lazy("图经")
admin.site.index_title = gettext_lazy("数据与系统管理")
# One door to sign in, with its limit on failures.
admin.site.login = staff_member_required(admin.site.login)  # type: ignore[method-assign]


class BoundedPaginator(Paginator):
    """Counts to a bound: an exact count of 200,000 rows costs more than the page."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, at most the bound."""
        return len(self.object_list.order_by().values_list("pk")[:COUNTED])


class ReadOnly(admin.ModelAdmin):
    """A model to look at."""

    show_full_result_count = False
    list_per_page = 50
    paginator = BoundedPaginator
    actions = None

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


class RegisterAdmin(ReadOnly):
    """One register: what stands today, and the history of each thing."""

    layer: Layer | None = None
    ordering = ("code",)
    list_display_links = ("code",)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Staff who may see the layer, or whom its own data were granted to."""
        user = request.user
        if not (user.is_active and user.is_staff):
            return False
        caller = caller_of(request)
        if self.layer is None or caller.is_admin:
            return caller.is_admin
        return may_see(caller, self.layer) or bool(caller.roles & self.layer.granted)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """As for viewing; no rows of Django's permission tables are asked."""
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Today's versions, without their geometry."""
        found = self.model.objects.current()
        return found.defer("geom") if self.layer is None or self.layer.geometry else found

    @admin.display(description=gettext_lazy("自"), empty_value="—")
    def since(self, version: VersionedFeature) -> str:
        """The day on which the version began."""
        return timezone.localtime(version.valid.lower).strftime("%Y-%m-%d")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One thing: its attributes, its place, its whole history."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdigit():
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        version = self.model.objects.filter(pk=int(object_id) % 2**63).first()
        if version is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        context = {**self.admin_site.each_context(request), **self.page_of(version)}
        return render(request, "admin/register/detail.html", context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The history is part of the page itself."""
        return self.change_view(request, object_id)

    def page_of(self, version: VersionedFeature) -> dict[str, Any]:
        """What the page of a thing shows."""
        model, label = self.model, self.opts.label_lower
        standing, voided = versions_of(model, version.code)
        personal = personal_fields(model)
        rows = [
            (field_title(self.layer, f), None if f.name in personal else value_of(version, f.name))
            for f in attribute_fields(model)
            if f.name != "geom"
        ]
        name = layer_title(self.layer) if self.layer else self.opts.verbose_name
        return {
            "opts": self.opts,
            "title": f"{name} {version.code}",
            "name": name,
            "version": version,
            "current": next((v for v in standing if v.valid.upper is None), None),
            "layer": self.layer,
            "rows": rows,
            "sketch": sketch(version, standing),
            "eras": eras(standing),
            "voided": voided,
            "parents": parents_of(label, version.code),
            "children": children_of(label, version.code),
        }


class SchemeFilter(admin.SimpleListFilter):
    """Choose among the chief classes of a coding scheme; their subclasses are meant too."""

    scheme_id = ""

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        """The classes that have no parent."""
        codes = scheme(self.scheme_id).codes.values()
        return [(code.code, f"{code.code} {code.name}") for code in codes if not code.parent]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The rows of a class and of all below it."""
        if not self.value():
            return queryset
        codes, wanted = scheme(self.scheme_id).codes, {self.value()}
        while more := {c.code for c in codes.values() if c.parent in wanted} - wanted:
            wanted |= more
        return queryset.filter(**{f"{self.parameter_name}__in": sorted(wanted)})


def register_admin(model: type[VersionedFeature]) -> type[RegisterAdmin]:
    """The administrator page of a register, from its declaration."""
    layer, personal = layer_for(model), personal_fields(model)
    columns = {f.name: f for f in attribute_fields(model)}
    names = [f.name for f in layer.fields] if layer else list(columns)
    plain = [n for n in names if n not in ("scheme", "schematic", "geom") and n not in personal]
    filters: list = [n for n in names if columns[n].choices]
    for declared in layer.fields if layer else ():
        if declared.scheme:
            filters.append(_scheme_filter(declared.name, declared.scheme, layer))
    return type(
        f"{model.__name__}Admin",
        (RegisterAdmin,),
        {
            "layer": layer,
            "list_display": ("code", *plain[:COLUMNS], "since"),
            "search_fields": ("code__startswith", *(layer.search if layer else ())),
            "list_filter": (*filters, "schematic"),
        },
    )


def _scheme_filter(name: str, scheme_id: str, layer: Layer | None) -> type[SchemeFilter]:
    title = layer.title_of(name) if layer else name
    attributes = {"title": title, "parameter_name": name, "scheme_id": scheme_id}
    return type(f"Filter_{name}", (SchemeFilter,), attributes)


for register in registers():
    admin.site.register(register, register_admin(register))


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


@admin.register(Change)
class ChangeAdmin(ReadOnly):
    """Changes: who did what, why, with what effect; and the undo."""

    list_display = ("number", "why", "who", "at", "recorded_at", "document", "effect", "standing")
    list_display_links = ("number", "why")
    list_filter = (UndoneFilter, "recorded_at")
    search_fields = ("why", "who", "document", "origin")
    actions = ("undo_selected",)
    list_select_related = ("reversed_by",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """The changes, with what reverses them."""
        return super().get_queryset(request).select_related("reversed_by", "reverses")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Read the effects of all changes on the page together."""
        changes = super().get_changelist_instance(request)
        effects = effects_of(changes.result_list)
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

    @admin.display(description=gettext_lazy("影响"))
    def effect(self, change: Any) -> str:
        """What it did, register by register."""
        return format_html_join(
            format_html("<br>"),
            '{} <span class="effect">+{} −{}</span>',
            ((e.title, f"{e.opened:,}", f"{e.closed + e.voided:,}") for e in change.effects[:4]),
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
        undoing = self.admin_site.admin_view(self.undo_view)
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
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return render(request, "admin/change/detail.html", self.page_of(request, change))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """A change has no other history than itself."""
        return self.change_view(request, object_id)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm an undo with a reason, and carry it out."""
        if not self.has_undo_permission(request):
            raise PermissionDenied
        change = get_object_or_404(self.get_queryset(request), pk=pk)
        why = " ".join(request.POST.get("why", "").split())[:500]
        if request.method == "POST" and why:
            try:
                reverse_change = undo(change, who=request.user.get_username(), why=why)
            except Conflict as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("已撤销变更 %(id)d。") % {"id": change.pk})
                return HttpResponseRedirect(
                    reverse("admin:versions_change_change", args=[reverse_change.pk])
                )
        context = {**self.page_of(request, change), "missing": request.method == "POST" and not why}
        return render(request, "admin/change/undo.html", {**context, "why": why})

    def page_of(self, request: HttpRequest, change: Change) -> dict[str, Any]:
        """What the pages of a change show."""
        effects = [
            {
                "effect": effect,
                "codes": codes_of(change, effect) if self._may_view(request, effect) else [],
                "url": f"admin:{model_of(effect.register)._meta.label_lower.replace('.', '_')}_change",
            }
            for effect in effects_of([change])[change.pk]
        ]
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("变更 %(id)d") % {"id": change.pk},
            "change": change,
            "effects": effects,
            "undone_by": getattr(change, "reversed_by", None),
            "may_undo": self.has_undo_permission(request),
        }

    def _may_view(self, request: HttpRequest, effect: Any) -> bool:
        return self.admin_site._registry[model_of(effect.register)].has_view_permission(request)


@admin.register(Ancestry)
class AncestryAdmin(ReadOnly):
    """What became of what."""

    list_display = ("register", "parent_code", "child_code", "shared_area_m2", "opened_by")
    list_filter = ("register",)
    search_fields = ("parent_code__startswith", "child_code__startswith")
    list_select_related = ("opened_by", "closed_by")


@admin.register(Revision)
class RevisionAdmin(ReadOnly):
    """How often each register has changed."""

    list_display = ("register", "number")


@admin.register(Export)
class ExportAdmin(ReadOnly):
    """Maps asked for as files."""

    list_display = ("__str__", "asked_by", "state", "message", "created_at", "finished_at")
    list_filter = ("state",)


def _register_imports() -> None:
    """The import runs and their issues, to read."""
    for model in apps.get_app_config("importers").get_models():
        if not admin.site.is_registered(model):
            names = [
                f.name for f in model._meta.concrete_fields if f.get_internal_type() != "JSONField"
            ]
            shown = tuple(name for name in names if name != "geom")[:8]
            attributes = {"list_display": shown, "list_display_links": shown[:1]}
            admin.site.register(model, type(f"{model.__name__}Admin", (ReadOnly,), attributes))


_register_imports()
