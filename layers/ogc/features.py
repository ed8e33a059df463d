"""Features as the database writes them: GeoJSON text in, bytes out, no object between."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from layers.declarations import Layer
from layers.ogc.requests import Box, Crs, ItemsQuery
from layers.registry import layer_of
from spatial.city import Extent, city
from spatial.periods import AsOf
from spatial.versions.queries import as_of_sql, revision_of

# 9 decimals of a degree are 0.1 mm; 4 of a metre too.
GEOGRAPHIC_DIGITS, PROJECTED_DIGITS = 9, 4
MARGIN_DEG = 0.5


@dataclass(frozen=True)
class Page:
    """One page of features, as JSON texts, and whether more follow."""

    features: list[str]
    last_code: str
    has_more: bool


def page_of(layer: Layer, query: ItemsQuery) -> Page:
    """One page of a layer, ordered by code; no count, no deep scan when a cursor is given."""
    versions, moment = relation(layer, query.as_of)
    where, params = conditions(layer, query)
    if query.after:
        where, params = f"{where} AND code > %s", [*params, query.after]
    sql = (
        f"SELECT code, {feature_sql(layer, query.crs)} FROM {versions}"
        f" WHERE {where} ORDER BY code LIMIT %s OFFSET %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*moment, *params, query.limit + 1, query.offset])
        rows = cursor.fetchall()
    shown = rows[: query.limit]
    return Page([text for _, text in shown], shown[-1][0] if shown else "", len(rows) > len(shown))


def matched(layer: Layer, query: ItemsQuery) -> int:
    """How many features the query matches in all.

    Counted once per revision of the register and query, then remembered: an exact
    count of 200,000 rows costs twenty times the page itself.
    """
    key = (layer.id, revision_of(layer.model), query.as_of, query.boxes, query.equals)
    return _counted(*key)


@lru_cache(maxsize=2048)
def _counted(
    layer_id: str, revision: int, as_of: AsOf, boxes: tuple[Box, ...], equals: tuple
) -> int:
    layer = layer_of(layer_id)
    versions, moment = relation(layer, as_of)
    where, params = conditions(layer, ItemsQuery(boxes=boxes, equals=equals))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {versions} WHERE {where}", [*moment, *params])
        return cursor.fetchone()[0]


def one_feature(layer: Layer, code: str, as_of: AsOf, crs: Crs) -> str | None:
    """One feature as JSON text, or None if it did not exist at that moment."""
    versions, moment = relation(layer, as_of)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {feature_sql(layer, crs)} FROM {versions} WHERE code = %s", [*moment, code]
        )
        row = cursor.fetchone()
    return row[0] if row else None


def existed(layer: Layer, code: str) -> bool:
    """Whether the code ever named a feature of the layer."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT FROM {layer.view} WHERE code = %s AND NOT isempty(valid) LIMIT 1", [code]
        )
        return cursor.fetchone() is not None


def feature_sql(layer: Layer, crs: Crs) -> str:
    """The SQL expression that writes one row as a GeoJSON Feature."""
    pairs = ", ".join(f"'{f.name}', \"{layer.column(f.name).column}\"" for f in layer.fields)
    properties = (
        f"json_build_object('code', code, {pairs},"
        " 'valid_from', lower(valid), 'valid_to', upper(valid))"
    )
    return (
        '\'{"type":"Feature","id":\' || to_json(code) || \',"geometry":\' || '
        f"{_geometry_sql(layer, crs)} || ',\"properties\":' || {properties} || '}}'"
    )


def conditions(layer: Layer, query: ItemsQuery) -> tuple[str, list[Any]]:
    """The WHERE clause of a query, without moment and paging, and its parameters."""
    where = "true"
    params: list[Any] = []
    for name, value in query.equals:
        where, params = f'{where} AND "{layer.column(name).column}" = %s', [*params, value]
    if query.boxes:
        if not layer.geometry:
            return f"{where} AND false", params
        clauses = [box_sql(box) for box in query.boxes]
        where += " AND (" + " OR ".join(sql for sql, _ in clauses) + ")"
        params = [*params, *(value for _, values in clauses for value in values)]
    return where, params


def box_sql(box: Box) -> tuple[str, Sequence[Any]]:
    """A condition that geom meets the box, and its parameters.

    The box is cut to the city's extent first, since a projected CRS is not defined
    for the whole world, and its edges are densified, since they bend when projected.
    """
    bounds = clip(box, city().extent) if box.epsg in (4326, city().geographic) else box.bounds
    if not bounds:
        return "false", []
    step = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) / 16 or 1.0
    return (
        "ST_Intersects(geom, ST_Transform(ST_Segmentize("
        f"ST_MakeEnvelope(%s, %s, %s, %s, {box.epsg}), %s::float8), {city().projected}))",
        [*bounds, step],
    )


def clip(box: Box, extent: Extent) -> tuple[float, float, float, float] | None:
    """The part of a geographic box near the city, or None if there is none."""
    west, south, east, north = box.bounds
    west, east = max(west, extent.west - MARGIN_DEG), min(east, extent.east + MARGIN_DEG)
    south, north = max(south, extent.south - MARGIN_DEG), min(north, extent.north + MARGIN_DEG)
    return (west, south, east, north) if west <= east and south <= north else None


def relation(layer: Layer, as_of: AsOf) -> tuple[str, list[Any]]:
    """The versions of a moment as a FROM item, and its parameters.

    For an interval: the last version of each feature within it, since plain clients
    break on an id that comes twice.
    """
    where, params = as_of_sql(as_of)
    if as_of.interval:
        latest = f"SELECT DISTINCT ON (code) * FROM {layer.view} WHERE {where}"
        return f"({latest} ORDER BY code, valid DESC) AS versions", params
    return f"(SELECT * FROM {layer.view} WHERE {where}) AS versions", params


def _geometry_sql(layer: Layer, crs: Crs) -> str:
    if not layer.geometry:
        return "'null'"
    shape = "geom" if crs.epsg == city().projected else f"ST_Transform(geom, {crs.epsg})"
    if crs.flipped:
        shape = f"ST_FlipCoordinates({shape})"
    geographic = crs.epsg in (4326, city().geographic)
    digits = GEOGRAPHIC_DIGITS if geographic else PROJECTED_DIGITS
    return f"coalesce(ST_AsGeoJSON({shape}, {digits}, 0), 'null')"
