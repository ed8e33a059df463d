"""Features as the database writes them: GeoJSON text in, bytes out, no object between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from layers.declarations.declarations import Layer
from layers.ogc.common.cursors import after_sql, order_sql
from layers.ogc.common.requests import (
    DEFAULT_LIMIT,
    MOMENTS,
    Box,
    Crs,
    ItemsQuery,
    Versions,
    queryables_of,
)
from layers.reading.reading import read
from layers.reading.shares import Share
from layers.reading.timestamps import VERSION_ID, closed_sql, shown_sql
from layers.search.search import matching_sql
from spatial.city import Extent, city
from spatial.periods import AsOf

# 9 decimals of a degree are 0.1 mm; 4 of a metre too.
GEOGRAPHIC_DIGITS, PROJECTED_DIGITS = 9, 4
MARGIN_DEG = 0.5


@dataclass(frozen=True)
class Page:
    """One page of features as JSON, joined by commas, and how the next one is found."""

    features: bytes
    returned: int
    has_more: bool
    last: tuple[Any, ...] = ()  # sort values and code of the last one


def page_of(share: Share, query: ItemsQuery, row: str = "", glue: str = r",\n") -> Page:
    """One page of a share in its order; no count, no deep scan when a cursor is given.

    The database writes the features and joins them, so that one value is passed on
    whatever their number; one row more than asked for tells whether more follow.
    ``row`` is the expression that writes a feature in another form than GeoJSON.
    """
    sql, params = page_sql(share, query, row or feature_sql(share, query), glue)
    # Without the values the planner takes a past moment for a rare one, and sorts all of it.
    is_plain = query.as_of.is_now or query.limit <= DEFAULT_LIMIT
    returned, text, *last = read(
        share,
        sql,
        params,
        as_bytes=True,
        spatial=narrows_by_place(share.layer, query) and not query.words,
        prepared=is_plain and query.selects_all and not query.offset,
    )[0]
    shown = min(returned, query.limit)
    values = tuple(v.decode() if isinstance(v, bytes) else v for v in last)
    return Page(text or b"", shown, returned > query.limit, values if shown else ())


def page_sql(share: Share, query: ItemsQuery, row: str, glue: str) -> tuple[str, list[Any]]:
    """The statement of a page: how many rows (one more than asked for), text, last values."""
    versions, params = selection(share, query)
    if query.after:
        after, values = after_sql(query.sort, query.after, by_version=bool(query.versions))
        versions, params = f"{versions} AND {after}", [*params, *values]
    order = order_sql(query.sort, by_version=bool(query.versions))
    key = VERSION_ID if query.versions else "code"
    last = ", ".join(
        f"(SELECT {sql} FROM page OFFSET {query.limit - 1:d} LIMIT 1)"
        for sql in (*(_plain(field.sql, field.kind) for field, _ in query.sort), key)
    )
    sql = (
        f"WITH page AS MATERIALIZED ({versions} ORDER BY {order}"
        f" LIMIT {query.limit + 1:d} OFFSET {query.offset:d})"
        " SELECT (SELECT count(*) FROM page),"
        f" (SELECT string_agg({row}, E'{glue}')"
        f" FROM (SELECT * FROM page LIMIT {query.limit:d}) AS shown), {last}"
    )
    return sql, params


class FeatureJson(NamedTuple):
    """One feature as JSON, its version, and the starts of the versions around it."""

    text: bytes
    version: int
    start: datetime
    before: datetime | None
    end: datetime | None = None
    after: datetime | None = None
    last: datetime | None = None

    @property
    def latest(self) -> datetime:
        """The start of the latest version of all."""
        return self.last or self.start


def one_feature(share: Share, code: str, query: ItemsQuery, row: str = "") -> FeatureJson | None:
    """One feature at the moment of the query, or None if it was not there then."""
    versions, params = relation(share, query.as_of)
    here = "lower(versions.valid)"
    starts = f"FROM {share.view} v WHERE v.code = versions.code"
    around = f"(SELECT max(lower(v.valid)) {starts} AND lower(v.valid) < {here})"
    if not query.as_of.is_now:  # nothing begins in the future, and what stands has no end
        around += (
            f", upper(valid), (SELECT min(lower(v.valid)) {starts} AND lower(v.valid) > {here})"
            f", (SELECT max(lower(v.valid)) {starts})"
        )
    rows = read(
        share,
        f"SELECT {row or feature_sql(share, query)}, id, {here}, {around}"
        f" FROM {versions} WHERE code = %s",
        [*params, code],
        as_bytes=True,
        prepared=True,
    )
    return FeatureJson(*rows[0]) if rows else None


@lru_cache(maxsize=1024)
def _feature_sql(
    share: Share,
    names: tuple[str, ...] | None,
    crs: Crs,
    geometry: bool,
    dated: bool,
    own_ids: bool,
) -> str:
    wanted = names if names is not None else ("code", *(f.name for f in share.fields), *MOMENTS)
    pairs = [
        f"'{'' if first else ','}\"{name}\":'||{value_sql(share, name, dated=dated)}"
        for first, name in zip([True, *[False] * len(wanted)], wanted, strict=False)
    ]
    properties = "||".join(pairs) or "''"
    shape = geometry_sql(share.layer, crs) if geometry else "'null'"
    key = VERSION_ID if own_ids else "code"
    return (
        f'\'{{"type":"Feature","id":\'||to_json({key})::text||\',"geometry":\'||'
        f"{shape}||',\"properties\":{{'||{properties}||'}}}}'"
    )


def feature_sql(share: Share, query: ItemsQuery) -> str:
    """The SQL expression that writes one row as a GeoJSON Feature.

    Texts are joined column by column: half the time of ``json_build_object``.
    """
    dated = not query.as_of.is_now
    own_ids = query.versions is Versions.UNIQUE
    return _feature_sql(share, query.names, query.crs, query.with_geometry, dated, own_ids)


def value_sql(share: Share, name: str, *, dated: bool = True, alias: str = "") -> str:
    """The expression that writes one property as JSON; ``alias.`` before its column, if given."""
    if name == "code":
        return "to_json(code)::text"
    if name in MOMENTS:
        if name == "valid_to" and not dated:
            return "'null'"  # what stands now has no end
        return f"coalesce(to_json({MOMENTS[name]})::text,'null')"
    column, kind = f'{alias}"{share.layer.column(name).column}"', share.layer.json_type(name)
    if kind in ("integer", "boolean"):
        return f"coalesce({column}::text,'null')"
    if kind == "number":  # JSON has no NaN and no infinity
        plain = f"nullif(nullif(nullif({column},'NaN'),'Infinity'),'-Infinity')"
        return f"coalesce({plain}::text,'null')"
    if kind == "date":
        return f"coalesce('\"'||{column}||'\"','null')"
    return f"coalesce(to_json({column})::text,'null')"


def _plain(sql: str, kind: str) -> str:
    """A sort value in a form that a token can hold and a cast read back exactly."""
    return f"{sql}::text" if kind in ("date", "date-time") else sql


def selection(share: Share, query: ItemsQuery) -> tuple[str, list[Any]]:
    """The rows that a query matches as a SELECT without order and bounds, and its parameters."""
    versions, moment = relation(share, query.as_of, every=bool(query.versions))
    where, params = conditions(share, query)
    return f"SELECT * FROM {versions} WHERE {where}", [*moment, *params]


def conditions(share: Share, query: ItemsQuery) -> tuple[str, list[Any]]:
    """The WHERE clause of a query, without moment and paging, and its parameters."""
    clauses, params = ["true"], []
    for name, value in query.equals:
        clauses.append(f"{queryables_of(share)[name].sql} = %s")
        params.append(value)
    if query.boxes:
        boxes, bounds = boxes_sql(share.layer, query.boxes)
        clauses.append(boxes)
        params += bounds
    if query.words:
        columns = [
            f'"{share.layer.column(n).column}"' for n in share.layer.search if n in share.names
        ]
        sql, terms = matching_sql([*columns, "code"], query.words)
        clauses.append(sql)
        params += terms
    if query.filter:
        clauses.append(f"({query.filter.sql})")
        params += query.filter.params
    return " AND ".join(clauses), params


def narrows_by_place(layer: Layer, query: ItemsQuery) -> bool:
    """Whether the index of places alone finds what a query's boxes leave."""
    return bool(query.boxes) and not layer.may_lack_geometry


def boxes_sql(layer: Layer, boxes: Sequence[Box]) -> tuple[str, list[Any]]:
    """A condition that geom meets one of the boxes, and its parameters.

    What has no geometry meets every box (Features core, fc-bbox-response C).
    """
    if not layer.geometry:
        return "true", []
    found = [box_sql(box) for box in boxes]
    params = [value for _, values in found for value in values]
    choices = [sql for sql, _ in found]
    if layer.may_lack_geometry:  # else not asked: it would keep the planner from the index
        choices.append("geom IS NULL")
    return "(" + " OR ".join(choices) + ")", params


def box_sql(box: Box) -> tuple[str, Sequence[Any]]:
    """A condition that geom meets the box, and its parameters.

    The box is cut to the city's extent first, since a projected CRS is not defined
    for the whole world, and its edges are densified, since they bend when projected:
    a kilometre by 2 cm.
    """
    bounds = clip(box, city().extent) if box.epsg in (4326, city().geographic) else box.bounds
    if not bounds:
        return "false", []
    kilometre = 0.01 if box.epsg in (4326, city().geographic) else 1000.0
    step = max((bounds[2] - bounds[0]) / 64, (bounds[3] - bounds[1]) / 64, kilometre)
    west, south, east, north = bounds
    corners: tuple[float, ...] = bounds
    if west == east and south == north:
        shape, corners = f"ST_SetSRID(ST_MakePoint(%s, %s), {box.epsg})", (west, south)
    elif west == east or south == north:
        ends = "ST_MakePoint(%s, %s), ST_MakePoint(%s, %s)"
        shape = f"ST_SetSRID(ST_MakeLine({ends}), {box.epsg})"
    else:
        shape = f"ST_MakeEnvelope(%s, %s, %s, %s, {box.epsg})"
    segments = f"ST_Segmentize({shape}, %s::float8)"
    return (
        f"ST_Intersects(geom, ST_Transform({segments}, {city().projected}))",
        [*corners, step],
    )


def clip(box: Box, extent: Extent) -> tuple[float, float, float, float] | None:
    """The part of a geographic box near the city, or None if there is none."""
    west, south, east, north = box.bounds
    west, east = max(west, extent.west - MARGIN_DEG), min(east, extent.east + MARGIN_DEG)
    south, north = max(south, extent.south - MARGIN_DEG), min(north, extent.north + MARGIN_DEG)
    return (west, south, east, north) if west <= east and south <= north else None


def relation(share: Share, as_of: AsOf, *, every: bool = False) -> tuple[str, list[Any]]:
    """The versions of a moment as a FROM item, and its parameters.

    For an interval: the last version of each feature within it, since plain clients
    break on an id that comes twice; with ``every`` all of them.
    """
    listed = ", ".join(f'"{column}"' for column in share.columns)
    where, params = closed_sql(as_of) if as_of.interval else shown_sql(as_of)
    if as_of.interval and not every:
        latest = f"SELECT DISTINCT ON (code) {listed} FROM {share.view} WHERE {where}"
        return f"({latest} ORDER BY code, valid DESC) AS versions", params
    return f"(SELECT {listed} FROM {share.view} WHERE {where}) AS versions", params


def geometry_sql(layer: Layer, crs: Crs) -> str:
    """The SQL expression that writes a row's geometry as GeoJSON."""
    if not layer.geometry:
        return "'null'"
    return f"coalesce(ST_AsGeoJSON({shape_sql(crs)}, {digits_of(crs)}, 0), 'null')"


def shape_sql(crs: Crs) -> str:
    """The SQL expression of a row's geometry in a CRS, its axes as the authority orders them."""
    shape = "geom" if crs.epsg == city().projected else f"ST_Transform(geom, {crs.epsg})"
    return f"ST_FlipCoordinates({shape})" if crs.flipped else shape


def digits_of(crs: Crs) -> int:
    """How many decimals a coordinate in a CRS is worth."""
    geographic = crs.epsg in (4326, city().geographic)
    return GEOGRAPHIC_DIGITS if geographic else PROJECTED_DIGITS
