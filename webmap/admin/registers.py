"""The administrator page of every register, made from its declaration."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy

from layers.access.access import may_see
from layers.declarations.declarations import Layer
from layers.sharing.callers import caller_of
from spatial.codes import scheme
from spatial.versions.guards import registers
from spatial.versions.models import VersionedFeature
from spatial.versions.queries import attribute_fields, children_of, parents_of
from webmap.admin.reading import ReadOnly
from webmap.admin.sketches import sketch
from webmap.web.histories import eras, layer_for, personal_fields, value_of, versions_of
from webmap.web.values import field_title, layer_title

COLUMNS = 6


class RegisterAdmin(ReadOnly):
    """One register: what stands today, and the history of each thing."""

    layer: Layer | None = None
    ordering = ("code",)
    list_display_links = ("code",)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Staff who may see the layer, or who read its personal data."""
        user = request.user
        if not (user.is_active and user.is_staff):
            return False
        caller = caller_of(request)
        if self.layer is None or caller.is_admin:
            return caller.is_admin
        return may_see(caller, self.layer) or bool(caller.roles & self.layer.readers)

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
            return self.missing(request, object_id)
        version = self.model.objects.filter(pk=int(object_id) % 2**63).first()
        if version is None:
            return self.missing(request, object_id)
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
        chosen = self.value()
        if not chosen:
            return queryset
        codes, wanted = scheme(self.scheme_id).codes, {chosen}
        while more := {c.code for c in codes.values() if c.parent in wanted} - wanted:
            wanted |= more
        return queryset.filter(**{f"{self.parameter_name}__in": sorted(wanted)})


def register_admin(model: type[VersionedFeature]) -> type[RegisterAdmin]:
    """The administrator page of a register, from its declaration."""
    layer, personal = layer_for(model), personal_fields(model)
    columns = {f.name: f for f in attribute_fields(model)}
    # A field that is not there is the system check's to refuse, by name.
    names = [f.name for f in layer.fields if f.name in columns] if layer else list(columns)
    plain = [n for n in names if n not in ("scheme", "schematic", "geom") and n not in personal]
    filters: list = [n for n in names if columns[n].choices]
    for declared in layer.fields if layer else ():
        if declared.scheme and declared.name in columns:
            filters.append(_scheme_filter(declared.name, declared.scheme, layer))
    return type(
        f"{model.__name__}Admin",
        (RegisterAdmin,),
        {
            "layer": layer,
            "list_display": (
                "code",
                *(_column(layer, columns[n]) for n in plain[:COLUMNS]),
                "since",
            ),
            "search_fields": ("code__startswith", *(layer.search if layer else ())),
            "list_filter": (*filters, "schematic"),
        },
    )


def _column(layer: Layer | None, column: Field) -> Callable[[VersionedFeature], str]:
    """A column of the list, with names for codes."""

    @admin.display(description=lazy(field_title, str)(layer, column), ordering=column.name)
    def shown(version: VersionedFeature) -> str:
        return value_of(version, column.name)

    return shown


def _scheme_filter(name: str, scheme_id: str, layer: Layer | None) -> type[SchemeFilter]:
    title = layer.title_of(name) if layer else name
    attributes = {"title": title, "parameter_name": name, "scheme_id": scheme_id}
    return type(f"Filter_{name}", (SchemeFilter,), attributes)


def registers_shown() -> list[type[VersionedFeature]]:
    """The registers that have a page: matters that are no layer are seen by their policies alone."""
    return [model for model in registers() if not model.by_steps or layer_for(model)]


def register_registers() -> None:
    """Put the registers on the administrator's site."""
    for model in registers_shown():
        admin.site.register(model, register_admin(model))
