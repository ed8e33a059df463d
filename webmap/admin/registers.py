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

from layers.declarations.declarations import Layer
from layers.reading.features import features
from layers.reading.offices import features_shown, page_share
from layers.reading.queries import add_changes, history_shown, voided_versions
from layers.reading.shares import Share
from layers.sharing.callers import caller_of
from spatial.languages import shown_scheme
from spatial.texts import whole_number
from spatial.versions.guards import registers
from spatial.versions.queries import attribute_fields, children_of, parents_of
from webmap.admin.reading import ReadOnly
from webmap.admin.sketches import sketch
from webmap.web.histories import columns_of, eras, layer_for, personal_columns_of, value_of
from webmap.web.values import field_title, layer_title, scheme_of, shown

COLUMNS = 6


class RegisterAdmin(ReadOnly):
    """One register as the caller's share shows it: what stands today, and the history of each thing."""

    layer: Layer
    ordering = ("code",)
    list_display_links = ("code",)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Staff whom the pages show anything of the layer."""
        user = request.user
        return user.is_active and user.is_staff and self.share_of(request) is not None

    def has_module_permission(self, request: HttpRequest) -> bool:
        """As for viewing; no rows of Django's permission tables are asked."""
        return self.has_view_permission(request)

    def share_of(self, request: HttpRequest) -> Share | None:
        """What the caller is shown of the register."""
        return page_share(caller_of(request), self.layer)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Today's versions, without their geometry."""
        found = features_shown(caller_of(request), self.layer).current()
        return found.defer("geom") if self.layer.geometry else found

    @admin.display(description=gettext_lazy("自"), empty_value="—")
    def since(self, version: Any) -> str:
        """The day on which the version began."""
        return timezone.localtime(version.valid.lower).strftime("%Y-%m-%d")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One thing: its attributes, its place, its history."""
        share = self.share_of(request)
        if share is None or not self.has_view_permission(request):
            raise PermissionDenied
        version = self._version(share, object_id)
        if version is None:
            return self.missing(request, object_id)
        context = {**self.admin_site.each_context(request), **self.page_of(share, version)}
        return render(request, "admin/register/detail.html", context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The history is part of the page itself."""
        return self.change_view(request, object_id)

    def _version(self, share: Share, object_id: str) -> Any:
        """The version of that id that the share shows, or that an undo has voided; or None."""
        number = whole_number(object_id)
        if number is None:
            return None
        found = features(share).filter(pk=number)
        voided = found.filter(voided_by_id__isnull=False, is_shown=True)
        return found.ever().first() or voided.first()

    def page_of(self, share: Share, version: Any) -> dict[str, Any]:
        """What the page of a thing shows; its history ends with it if it is not among the latest."""
        label = self.opts.label_lower
        history = history_shown(share, version.code)
        current = next((v for v in history.versions if v.valid.upper is None), None)
        start = version.valid.lower
        if start and history.before and start < history.versions[0].valid.lower:
            history = history_shown(share, version.code, until=start)
        rows: list[tuple[str, str | None]] = [
            (field_title(self.layer, f), value_of(share, version, f)) for f in columns_of(share)
        ]
        people = personal_columns_of(share)  # named, without their values
        rows.extend((field_title(self.layer, f), None) for f in people)
        name = layer_title(self.layer)
        add_changes([version])
        return {
            "opts": self.opts,
            "title": f"{name} {version.code}",
            "name": name,
            "version": version,
            "current": current,
            "layer": self.layer,
            "rows": rows,
            "sketch": sketch(version, history),
            "eras": eras(share, history),
            "total": history.total,
            "older": history.before,
            "voided": voided_versions(share, version.code),
            "parents": parents_of(label, version.code),
            "children": children_of(label, version.code),
        }


class SchemeFilter(admin.SimpleListFilter):
    """Choose among the chief classes of a coding scheme; their subclasses are meant too."""

    scheme_id = ""

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        """The classes that have no parent."""
        codes = shown_scheme(self.scheme_id).codes.values()
        return [(code.code, f"{code.code} {code.name}") for code in codes if not code.parent]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The rows of a class and of all below it."""
        chosen = self.value()
        if not chosen:
            return queryset
        codes, wanted = shown_scheme(self.scheme_id).codes, {chosen}
        while more := {c.code for c in codes.values() if c.parent in wanted} - wanted:
            wanted |= more
        return queryset.filter(**{f"{self.parameter_name}__in": sorted(wanted)})


def register_admin(layer: Layer) -> type[RegisterAdmin]:
    """The administrator page of a register, from its declaration."""
    # A field that is not there is the system check's to refuse, by name.
    columns = {f.name: f for f in attribute_fields(layer.model)}
    names = [field.name for field in layer.fields if field.name in columns]
    plain = [name for name in names if name not in ("scheme", "schematic")]
    filters: list = [name for name in names if columns[name].choices]
    for declared in layer.fields:
        if declared.scheme and declared.name in columns:
            filters.append(_scheme_filter(declared.name, declared.scheme, layer))
    if "schematic" in names:
        filters.append("schematic")
    return type(
        f"{layer.model.__name__}Admin",
        (RegisterAdmin,),
        {
            "layer": layer,
            "list_display": (
                "code",
                *(_column(layer, columns[n]) for n in plain[:COLUMNS]),
                "since",
            ),
            "search_fields": ("code__startswith", *layer.search),
            "list_filter": tuple(filters),
        },
    )


def _column(layer: Layer, column: Field) -> Callable[[Any], str]:
    """A column of the list, with names for codes."""

    @admin.display(description=lazy(field_title, str)(layer, column), ordering=column.name)
    def text(version: Any) -> str:
        scheme_id = scheme_of(layer, column.name, getattr(version, "scheme", ""))
        return shown(column, getattr(version, column.name), scheme_id)

    return text


def _scheme_filter(name: str, scheme_id: str, layer: Layer) -> type[SchemeFilter]:
    attributes = {"title": layer.title_of(name), "parameter_name": name, "scheme_id": scheme_id}
    return type(f"Filter_{name}", (SchemeFilter,), attributes)


def register_registers() -> None:
    """Put every published register on the administrator's site; no share shows another."""
    for model in registers():
        if layer := layer_for(model):
            admin.site.register(model, register_admin(layer))
