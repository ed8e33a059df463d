"""A record as people read it: heading, rows, secrets, eras. Values in, values out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from layers.access.access import Caller, may_see, may_see_personal
from layers.access.masking import masked
from layers.declarations.declarations import Field, Layer
from layers.declarations.naming import CLASS, called, fields_in
from layers.declarations.registry import layer_of
from layers.reading.queries import versions_shown
from layers.reading.shares import page_audience, visible_names
from spatial.codes import scheme
from spatial.periods import AsOf, at
from webmap.web.values import NOTHING, field_title, in_english, layer_title, scheme_of, shown

MOST_ERAS = 30
NAMES = ("name", "full_address", "address", "location")
UNSAID = frozenset({"scheme", "schematic"})


@dataclass(frozen=True)
class RecordRow:
    """One line of a record; ``link`` is ``layer/code`` of the feature it names, if any."""

    title: str
    value: str
    unit: str = ""
    link: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Secret:
    """A personal field: masked, or in full once asked for; '' when nothing may be said."""

    name: str
    title: str
    text: str


@dataclass(frozen=True)
class EraView:
    """One stretch of a history; ``at`` is the moment that a click turns the map to."""

    start: datetime
    end: datetime | None
    why: str
    who: str
    document: str
    at: str
    differences: list[str] = field(default_factory=list)


def heading(layer: Layer, version: Any) -> str:
    """What a record is called: as its layer declares; else its name, address, class or code."""
    if layer.named_by:
        values = {name: str(getattr(version, name) or "") for name in fields_in(layer.named_by)}
        values[CLASS] = _class_name(layer, version)
        return called(layer.named_by, values) or str(version.code)
    for name in (*layer.search, *NAMES):
        text = getattr(version, name, "")
        if text and isinstance(text, str):
            return text.strip()
    return _class_name(layer, version) or str(version.code)


def _class_name(layer: Layer, version: Any) -> str:
    for declared in layer.fields:
        value = getattr(version, declared.name, "")
        if declared.scheme and value:
            return scheme(scheme_of(layer, declared.name, row_scheme(version))).name(str(value))
    return ""


def row_scheme(version: Any) -> str:
    """The coding scheme that the row itself names, if it does."""
    return str(getattr(version, "scheme", "") or "")


def short_title(layer: Layer, declared: Field) -> str:
    """A field's title; the unit, which stands by the value, is left out of it."""
    title = field_title(layer, layer.column(declared.name))
    if not declared.unit:
        return title
    return title.split(" (")[0] if in_english() else title.split("（")[0]


def rows_of(layer: Layer, version: Any, caller: Caller, as_of: AsOf) -> list[RecordRow]:
    """The published fields that have a value, codes with their names."""
    found = []
    visible = visible_names(caller, layer)
    for declared in layer.fields:
        value = getattr(version, declared.name)
        if declared.name not in visible or declared.name in UNSAID or value in (None, ""):
            continue
        found.append(_row(layer, declared, version, caller, as_of))
    return found


def _row(layer: Layer, declared: Field, version: Any, caller: Caller, as_of: AsOf) -> RecordRow:
    value = getattr(version, declared.name)
    scheme_id = scheme_of(layer, declared.name, row_scheme(version))
    text = shown(layer.column(declared.name), value, scheme_id)
    title = short_title(layer, declared)
    if declared.refers_to and may_see(caller, target := layer_of(declared.refers_to)):
        if target.reference_name:
            title = title.removesuffix("编码")
            text = target.reference_name(str(value), as_of) or text
        return RecordRow(title, text, link=f"{target.id}/{value}")
    colour = ""
    if scheme_id:
        colour = scheme(scheme_id).colour(str(value))
        title = title.removesuffix("编码")
        text = text if str(value).isdigit() else text.removeprefix(f"{value} ")
    plain = declared.name.endswith("year")
    return RecordRow(title, str(value) if plain else text, declared.unit, colour=colour)


def secrets_of(layer: Layer, version: Any, caller: Caller, *, full: bool = False) -> list[Secret]:
    """The personal fields that have a value, as this caller may have them.

    Nobody known learns nothing but that there is something; others see masks; in full
    only who was granted the layer, and only when ``full`` (such reads are logged).
    """
    found = []
    for name in layer.personal:
        text = str(getattr(version, name) or "")
        if not text:
            continue
        if caller.is_anonymous:
            text = ""
        elif not (full and may_see_personal(caller, layer)):
            text = masked(text)
        found.append(Secret(name, str(layer.column(name).verbose_name), text))
    return found


def eras_of(layer: Layer, code: str, caller: Caller) -> list[EraView]:
    """The history of a code, newest first, each era with what differs from the one before."""
    shown_to = page_audience(caller, layer)
    versions = versions_shown(layer, code, shown_to)[::-1][: MOST_ERAS + 1]
    older: Iterable[Any] = [*versions[1:], None]
    return [
        EraView(
            start=new.valid.lower,
            end=new.valid.upper,
            why=new.opened_by.why,
            who="" if caller.is_anonymous else new.opened_by.who,
            document=new.opened_by.document,
            at=str(at(new.valid.lower)) if new.valid.upper else "",
            differences=differences(layer, old, new, caller) if old else [],
        )
        for new, old in zip(versions[:MOST_ERAS], older, strict=False)
    ]


def differences(layer: Layer, old: Any, new: Any, caller: Caller) -> list[str]:
    """What changed between two versions, in words; visible fields and the shape only."""
    found = []
    visible = visible_names(caller, layer)
    for declared in layer.fields:
        before, after = getattr(old, declared.name), getattr(new, declared.name)
        if declared.name not in visible or declared.name in UNSAID or before == after:
            continue
        column = layer.column(declared.name)
        texts = [
            shown(column, v, scheme_of(layer, declared.name, row_scheme(owner)))
            for owner, v in ((old, before), (new, after))
        ]
        found.append(f"{short_title(layer, declared)}：{texts[0]} → {texts[1]}")
    if layer.geometry and old.geom != new.geom:
        found.append(_("图形有变动"))
    return found


__all__ = [
    "NOTHING",
    "EraView",
    "RecordRow",
    "Secret",
    "differences",
    "eras_of",
    "heading",
    "layer_title",
    "rows_of",
    "secrets_of",
    "shown",
]
