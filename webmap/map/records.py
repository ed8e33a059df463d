"""A record as people read it: heading, rows, secrets, eras. Values in, values out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from layers.access.access import Caller
from layers.declarations.declarations import Field, Layer
from layers.declarations.naming import CLASS, called, fields_in
from layers.declarations.registry import layer_of
from layers.reading.features import features
from layers.reading.offices import page_share
from layers.reading.personal import Texts
from layers.reading.queries import History
from layers.reading.shares import Share
from spatial.languages import in_english, shown_scheme
from spatial.periods import AsOf, at
from webmap.web.values import NOTHING, field_title, layer_title, scheme_of, shown

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
    """A personal field: masked, or in full once asked for; '' where nothing is said of it."""

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


def heading(share: Share, version: Any) -> str:
    """What a record is called: as its layer declares; else its name, address, class or code."""
    layer = share.layer
    if layer.named_by:
        names = fields_in(layer.named_by)
        values = {name: str(getattr(version, name, None) or "") for name in names}
        values[CLASS] = _class_name(share, version)
        return called(layer.named_by, values) or str(version.code)
    for name in (*layer.search, *NAMES):
        text = getattr(version, name, "")
        if text and isinstance(text, str):
            return text.strip()
    return _class_name(share, version) or str(version.code)


def _class_name(share: Share, version: Any) -> str:
    for declared in share.fields:
        value = getattr(version, declared.name)
        if declared.scheme and value:
            return shown_scheme(scheme_of(share.layer, declared.name, row_scheme(version))).name(
                str(value)
            )
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


def rows_of(share: Share, version: Any, caller: Caller, as_of: AsOf) -> list[RecordRow]:
    """The fields of the share that have a value, codes with their names."""
    found = []
    for declared in share.fields:
        value = getattr(version, declared.name)
        if declared.name in UNSAID or value in (None, ""):
            continue
        found.append(_row(share.layer, declared, version, caller, as_of))
    return found


def _row(layer: Layer, declared: Field, version: Any, caller: Caller, as_of: AsOf) -> RecordRow:
    value = getattr(version, declared.name)
    scheme_id = scheme_of(layer, declared.name, row_scheme(version))
    text = shown(layer.column(declared.name), value, scheme_id)
    title = short_title(layer, declared)
    target = page_share(caller, layer_of(declared.refers_to)) if declared.refers_to else None
    if target:
        if target.layer.reference_name:
            title = title.removesuffix("编码").removesuffix(" code")
            standing = features(target).as_of(as_of)
            text = target.layer.reference_name(standing, str(value)) or text
        return RecordRow(title, text, link=f"{target.layer.id}/{value}")
    colour = ""
    if scheme_id:
        colour = shown_scheme(scheme_id).colour(str(value))
        title = title.removesuffix("编码").removesuffix(" code")
        text = text if str(value).isdigit() else text.removeprefix(f"{value} ")
    plain = declared.name.endswith("year")
    return RecordRow(title, str(value) if plain else text, declared.unit, colour=colour)


def secrets_of(layer: Layer, texts: Texts) -> list[Secret]:
    """The personal fields of a version, by what the caller may have of them."""
    return [Secret(name, layer.field_title_shown(name), texts[name]) for name in texts]


def eras_of(share: Share, shown: History, caller: Caller) -> list[EraView]:
    """The versions of a history, newest first, each era with what differs from the one before."""
    newest = shown.versions[::-1]
    return [
        EraView(
            start=new.valid.lower,
            end=new.valid.upper,
            why=new.opened_by.why,
            who="" if caller.is_anonymous else new.opened_by.who,
            document=new.opened_by.document,
            at=str(at(new.valid.lower)) if new.valid.upper else "",
            differences=differences(share, old, new) if old else [],
        )
        for new, old in zip(newest, [*newest, shown.before][1:], strict=True)
    ]


def differences(share: Share, old: Any, new: Any) -> list[str]:
    """What changed between two versions, in words; fields of the share and the shape only."""
    found = []
    layer = share.layer
    for declared in share.fields:
        before, after = getattr(old, declared.name), getattr(new, declared.name)
        if declared.name in UNSAID or before == after:
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
