"""The catalogue: per layer, everything that one must know before using or asking for it.

One record per layer that the caller may know of. What the caller cannot read is listed
with the fields to apply for, and tells nothing that stands in the register.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from layers.access.access import Caller, Sharing, may_know_of
from layers.declarations.audiences import audience_of, revision_name
from layers.declarations.cycles import CycleStanding, cycle_standing
from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers
from layers.reading.reading import QueryTimeout, read
from layers.reading.revisions import access_class, revision, revisions
from layers.reading.shares import Share, share_of
from spatial.city import city
from spatial.crs import transformer
from spatial.languages import in_english, shown_schemes
from spatial.versions.audiences import Audience
from spatial.versions.figures import kept as kept_figures
from spatial.versions.models import Change, RevisionChange

BUDGET_MS = 2_000
FRESH_S = 60.0  # figures of a register that is being edited may be so old
SOURCES = 3
RIGHTS = {
    "public": _("公开数据，注明出处即可使用；示意数据不得作为执法、登记依据。"),
    Sharing.MANDATORY: _("政务部门因履行职责无条件使用，不得向社会提供。"),
    Sharing.CONDITIONAL: _("经批准后按批准的用途和条件使用，不得转供第三方。"),
}

Bounds = tuple[float, float, float, float]  # west, south, east, north in degrees


@dataclass(frozen=True)
class FieldRecord:
    """One field as the catalogue describes it."""

    name: str
    title: str
    title_en: str
    type: str
    length: int | None = None
    unit: str = ""
    codes: tuple[tuple[str, str], ...] = ()  # value, title
    scheme: str = ""  # the coding scheme's title and edition
    is_readable: bool = True

    @property
    def title_shown(self) -> str:
        """The title in the reader's language."""
        return self.title_en if in_english() else self.title


@dataclass(frozen=True)
class LayerFigures:
    """What is in a share: features that stand today, their bounds, the first day known."""

    count: int | None = None
    bounds: Bounds | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class ChangeSource:
    """One of the last changes of a register."""

    recorded_at: datetime
    at: datetime
    origin: str
    document: str = ""


@dataclass(frozen=True)
class Quality:
    """What the last delivery showed."""

    run: int
    at: datetime | None
    counts: Mapping[str, int] = field(default_factory=dict)
    issues: Mapping[str, int] = field(default_factory=dict)  # by title of the issue


@dataclass(frozen=True)
class CatalogueRecord:
    """A layer in the catalogue, as one caller sees it."""

    layer: Layer
    share: Share | None  # None: to be applied for
    fields: tuple[FieldRecord, ...]
    figures: LayerFigures
    sources: tuple[ChangeSource, ...]
    update: CycleStanding
    quality: Quality | None
    has_page: bool = True  # whether the layer's page opens for the caller: a key opens none

    @property
    def updated_at(self) -> datetime | None:
        """When the register was last changed."""
        return self.sources[0].recorded_at if self.sources else None

    @property
    def rights(self) -> str:
        """On which terms the layer may be used."""
        return RIGHTS["public" if self.layer.public else self.layer.sharing]

    @property
    def bounds(self) -> Bounds:
        """Where the layer lies; the city, where that is not known or not to be told."""
        extent = city().extent
        return self.figures.bounds or (extent.west, extent.south, extent.east, extent.north)

    @property
    def words(self) -> str:
        """The text in which the catalogue is searched."""
        layer = self.layer
        own = (layer.id, layer.title, layer.title_en, layer.description, layer.steward, layer.group)
        return "\n".join([*own, *(f"{f.name} {f.title} {f.title_en}" for f in self.fields)])


QualityOf = Callable[[Iterable[str]], Mapping[str, Quality]]
_quality: list[QualityOf] = []
_figures: dict[str, tuple[int, float, LayerFigures]] = {}
_registers: dict[str, Any] = {}  # the figures of all registers, and the revisions they are of
_sources: dict[str, tuple[int, tuple[ChangeSource, ...]]] = {}


def quality_by(provider: QualityOf) -> None:
    """Have the floor that takes deliveries in tell their quality, by layer id."""
    _quality[:] = [provider]


def records_of(caller: Caller) -> list[CatalogueRecord]:
    """The records that the caller may see, in the order of the registry."""
    layers = [layer for layer in all_layers() if may_know_of(caller, layer)]
    return _records(caller, layers)


def record_of(caller: Caller, layer_id: str) -> CatalogueRecord | None:
    """The record of a layer; None alike for a hidden one and for none."""
    layers = [la for la in all_layers() if la.id == layer_id and may_know_of(caller, la)]
    return next(iter(_records(caller, layers)), None)


def field_records(layer: Layer, share: Share | None, *, every: bool) -> tuple[FieldRecord, ...]:
    """The fields that are listed: all that can be asked for, or those that can be read."""
    readable = share.names if share else frozenset()
    return tuple(
        FieldRecord(
            name=declared.name,
            title=layer.title_of(declared.name),
            title_en=declared.title_en,
            type=layer.json_type(declared.name),
            length=getattr(layer.column(declared.name), "max_length", None),
            unit=declared.unit,
            codes=_codes(layer, declared.name, declared.scheme),
            scheme=_scheme_title(declared.scheme),
            is_readable=declared.name in readable,
        )
        for declared in layer.fields
        if every or declared.name in readable
    )


def figures_of(share: Share) -> LayerFigures:
    """The figures of a share: those kept of its register, or of a part of one counted.

    They are counted anew at most once a minute.
    """
    number, now = revision(share), time.monotonic()
    known = _figures.get(key := access_class(share))
    if known and known[0] == number:
        return known[2]
    found = _kept(share)
    if found is None and known and now - known[1] < FRESH_S:
        return known[2]
    found = found or _count(share)
    _figures[key] = (number, now, found)
    return found


def forget() -> None:
    """Forget every figure."""
    _figures.clear()
    _registers.clear()
    _sources.clear()


def _records(caller: Caller, layers: list[Layer]) -> list[CatalogueRecord]:
    quality = _quality[0]([layer.id for layer in layers]) if _quality else {}
    return [_record(caller, layer, quality.get(layer.id)) for layer in layers]


def _record(caller: Caller, layer: Layer, quality: Quality | None) -> CatalogueRecord:
    share = share_of(caller, layer)
    is_ours = not caller.is_anonymous and caller.is_department
    audience = share.audience if share else audience_of(layer, ())
    sources = _sources_of(layer, audience, with_documents=is_ours)
    last = sources[0].recorded_at if sources else None
    return CatalogueRecord(
        layer=layer,
        share=share,
        fields=field_records(layer, share, every=is_ours),
        figures=figures_of(share) if share else LayerFigures(),
        sources=sources,
        update=cycle_standing(layer.update_cycle, last, timezone.now()),
        quality=quality,
        has_page=layer.public or not caller.key,
    )


def _codes(layer: Layer, name: str, scheme_id: str) -> tuple[tuple[str, str], ...]:
    column = layer.column(name)
    if column.choices:
        return tuple(layer.choices_shown(name).items())
    scheme = shown_schemes().get(scheme_id)
    return tuple((code.code, code.name) for code in scheme.codes.values()) if scheme else ()


def _scheme_title(scheme_id: str) -> str:
    scheme = shown_schemes().get(scheme_id)
    return f"{scheme.title}（{scheme.version}）" if scheme else ""


def _kept(share: Share) -> LayerFigures | None:
    """What is kept of the register, for a share that has all of its rows."""
    if share.districts and not share.is_blanked:
        return None
    numbers = revisions()
    if _registers.get("of") != numbers:
        _registers.update(of=numbers, kept=kept_figures())
    found = _registers["kept"].get(share.layer.register)
    if found is None:
        return None
    return LayerFigures(found.number, _degrees(list(found.box)) if found.box else None, found.since)


def _count(share: Share) -> LayerFigures:
    box = "ST_Extent(geom) FILTER (WHERE stands)" if share.layer.geometry else "NULL"
    sql = (
        "SELECT number, since, ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box) FROM ("
        f"SELECT count(*) FILTER (WHERE stands) AS number, min(lower(valid)) AS since,"
        f" {box}::box3d AS box FROM {share.view}) AS counted"
    )
    try:
        number, since, *corners = read(share, sql, timeout_ms=BUDGET_MS)[0]
    except QueryTimeout:
        return LayerFigures()
    return LayerFigures(number, _degrees(corners) if corners[0] is not None else None, since)


def _degrees(corners: list[float]) -> Bounds:
    left, low, right, high = corners
    found = transformer(city().projected, 4326).transform_bounds(left, low, right, high)
    west, south, east, north = (round(degrees, 6) for degrees in found)
    return (west, south, east, north)


def _sources_of(
    layer: Layer, audience: Audience | None, *, with_documents: bool
) -> tuple[ChangeSource, ...]:
    name = revision_name(layer, audience)
    number = revisions().get(name, 0)
    known = _sources.get(name)
    if not known or known[0] != number:
        known = _sources[name] = (number, _last_changes(layer, audience))
    if with_documents:
        return known[1]
    return tuple(ChangeSource(s.recorded_at, s.at, s.origin) for s in known[1])


def _last_changes(layer: Layer, audience: Audience | None) -> tuple[ChangeSource, ...]:
    marks = RevisionChange.objects.filter(register=revision_name(layer, audience))
    marks = marks.order_by("-number")
    changes = [mark.change for mark in marks.select_related("change")[:SOURCES]]
    if not changes:  # written before revisions named their changes
        shown = {f"{audience}_first": None} if audience else {}
        last = layer.model.objects.filter(**shown).aggregate(last=Max("opened_by_id"))["last"]
        changes = list(Change.objects.filter(pk=last))
    return tuple(ChangeSource(c.recorded_at, c.at, c.origin, c.document) for c in changes)
