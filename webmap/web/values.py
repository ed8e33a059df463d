"""Stored values as people read them: names for codes, local times, titles by language."""

from datetime import datetime
from typing import Any

from django.db.models import Field as Column
from django.utils import timezone
from django.utils.translation import gettext as _

from layers.declarations.declarations import Layer
from spatial.languages import in_english, shown_schemes

NOTHING = "—"


def shown(column: Column, value: Any, scheme_id: str = "") -> str:
    """One value of a column; ``scheme_id`` names the coding scheme of its codes, if any."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if column.choices:
        return _(str(dict(column.flatchoices).get(value, value)))
    if column.name == "scheme" and value in shown_schemes():
        known = shown_schemes()[value]
        return f"{known.title}（{known.version}）"
    scheme = shown_schemes().get(scheme_id)
    name = scheme.name(str(value)) if scheme else str(value)
    return name if name == str(value) else f"{value} {name}"


def scheme_of(layer: Layer | None, name: str, row_scheme: str = "") -> str:
    """The coding scheme of a field: the one that the row names, else the declared one."""
    declared = layer.field(name) if layer else None
    if not declared or not declared.scheme:
        return ""
    return row_scheme if row_scheme in shown_schemes() else declared.scheme


def field_title(layer: Layer | None, column: Column) -> str:
    """A field's title in the language of the page; the register's own when it is not published."""
    declared = layer.field(column.name) if layer else None
    if not declared or not in_english():
        return _(str(column.verbose_name))
    return f"{declared.title_en} ({declared.unit})" if declared.unit else declared.title_en


def layer_title(layer: Layer) -> str:
    """A layer's title in the language of the page."""
    return layer.title_shown
