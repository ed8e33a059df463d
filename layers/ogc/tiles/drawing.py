"""A tile as the database writes it: the statement, and what comes of it."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple

from layers.cql2.compiling import Filter
from layers.declarations.cartography import LABELS
from layers.declarations.declarations import Field
from layers.ogc.formats.geojson import relation
from layers.ogc.tiles.framing import AFFINE, BUFFER, Framing, Window, framing_of, placed_sql
from layers.ogc.tiles.matrices import UNITS, TilePlace
from layers.ogc.tiles.thinning import (
    bound_sql,
    is_thinned,
    mark_sql,
    shape_sql,
    size_sql,
    spot_sql,
)
from layers.reading.reading import read
from layers.reading.shares import Share
from spatial.city import city
from spatial.periods import AsOf

MOST_BYTES = 500_000
MOST_FEATURES = 60_000
SPARE = 0.9  # of the room, when features are left out: those that stay are the large ones
PREPARED_FROM = 14  # below, drawing takes so long that planning does not count
REVISION = "coalesce((SELECT number FROM published.revisions WHERE register = %(register)s), 0)"
PLACEHOLDER = re.compile(r"(?<!%)%s")
NAMED = re.compile(r"%\((\w+)\)s")
WINDOW = "geom && ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, {srid})"


class DrawnTile(NamedTuple):
    """A tile, the revision of its register that it shows, and the window it was read from."""

    body: bytes
    revision: int
    window: Window  # west, south, east, north in the city's projected CRS


def draw(
    share: Share,
    place: TilePlace,
    as_of: AsOf,
    most_bytes: int = MOST_BYTES,
    chosen: Filter | None = None,
) -> DrawnTile:
    """One tile of a share. What would make it too large is left out, the smallest first.

    The revision comes by the same statement, so of the same moment and the same server.
    """
    most, framing = MOST_FEATURES, framing_of(place)
    while True:
        sql, params = tile_sql(share, place, framing, as_of, most, chosen)
        often = place.zoom >= PREPARED_FROM and most == MOST_FEATURES and not chosen
        rows = read(share, sql, params, spatial=True, prepared=often and not as_of.interval)
        body, number, revision = rows[0]
        if len(body) <= most_bytes or not most:
            return DrawnTile(bytes(body), revision, framing.window)
        most = int(number * most_bytes / len(body) * SPARE)


def tile_sql(
    share: Share,
    place: TilePlace,
    framing: Framing,
    as_of: AsOf,
    most: int,
    chosen: Filter | None = None,
) -> tuple[str, list[Any]]:
    """The statement of one tile with at most so many features, and its parameters."""
    versions, moment = relation(share, as_of, every=True)
    ordered = most < MOST_FEATURES
    write = _statement.__wrapped__ if chosen else _statement  # no two filters are alike
    sql, names = write(share, place.zoom, versions, as_of.interval, ordered, _condition(chosen))
    west, south, east, north = place.bounds
    values: dict[str, Any] = dict(zip("wsen", framing.window, strict=True))
    values |= zip(AFFINE, framing.affine, strict=True)
    values |= {f"moment{number}": value for number, value in enumerate(moment)}
    values |= {f"chosen{number}": v for number, v in enumerate(chosen.params if chosen else ())}
    values |= {"register": share.register, "west": west, "north": north, "most": most}
    values["box"] = f"BOX({west!r} {south!r},{east!r} {north!r})"
    return sql, [values[name] for name in names]


@lru_cache(maxsize=4096)
def _statement(
    share: Share, zoom: int, versions: str, interval: bool, ordered: bool, condition: str = ""
) -> tuple[str, list[str]]:
    """The statement of the tiles of a zoom, and the names of its parameters in their order.

    One text for all tiles, so that it can be prepared. No transform of the window in it:
    the planner would do it several times over.
    """
    layer = share.layer
    seen = WINDOW.format(srid=city().projected) + bound_sql(layer, zoom)
    found = f"FROM {_versions(share, versions, interval, seen)} WHERE {seen}{condition}"
    order = f" ORDER BY {size_sql(layer)} DESC, code" if ordered else ""
    order += " LIMIT %(most)s"
    main = _mvt(layer.id, _rows(share, zoom, found + order))
    body, tables = "main.body", f"{main} AS main"
    if label := label_at(share, zoom):
        inside = placed_sql("ST_PointOnSurface(geom)", zoom)
        named = f"SELECT code{_columns(share, label_fields(share))}, {_drawn(inside, 0)} AS geom"
        body += " || labels.body"
        named += f" {found} AND {label} <> ''{order}"
        tables += f", {_mvt(layer.id + LABELS, named)} AS labels"
    sql = f"SELECT {body}, main.number, {REVISION} FROM {tables}"
    return NAMED.sub("%s", sql), NAMED.findall(sql)


def _condition(chosen: Filter | None) -> str:
    """The condition of a filter, its parameters by name."""
    if chosen is None:
        return ""
    numbers = count()
    return f" AND ({PLACEHOLDER.sub(lambda _: f'%(chosen{next(numbers)})s', chosen.sql)})"


def fields_at(share: Share, zoom: int) -> tuple[Field, ...]:
    """The fields beside the code: as few as the style needs, of marks only what colours them."""
    if not is_thinned(share.layer, zoom):
        return share.tile_fields
    paint = share.layer.paint
    return tuple(f for f in share.tile_fields if paint and f.name == paint.by)


def label_fields(share: Share) -> tuple[Field, ...]:
    """The fields of the points that name areas: the name, and what the style filters by."""
    paint = share.layer.paint
    return tuple(
        f
        for f in share.tile_fields
        if paint and f.name in (paint.label, paint.label_more, paint.by)
    )


def label_at(share: Share, zoom: int) -> str:
    """The column that names the areas of a tile, each once by a point inside; '' if none does."""
    layer = share.layer
    paint = layer.paint
    if not paint or layer.geometry != "Polygon" or zoom < paint.label_zoom - 1:
        return ""
    if paint.label != "code" and not any(f.name == paint.label for f in share.tile_fields):
        return ""
    return f'"{layer.column(paint.label).column}"'


def _versions(share: Share, every: str, interval: bool, seen: str) -> str:
    """The versions to be drawn as a FROM item; ``every`` is all of the moment, as one.

    For an interval only features with a version that is seen are looked at, or the last
    version of every feature of the city would be found first.
    """
    every = every % tuple(f"%(moment{number})s" for number in range(every.count("%s")))
    if not interval:
        return every
    listed = ", ".join(f'"{column}"' for column in share.columns)
    near = f"SELECT code FROM {every} WHERE {seen}"
    latest = f"SELECT DISTINCT ON (code) {listed} FROM {every} WHERE code IN ({near})"
    return f"({latest} ORDER BY code, valid DESC) AS latest"


def _rows(share: Share, zoom: int, found: str) -> str:
    """The rows of a tile, drawn; ``found`` is the FROM clause and all after it."""
    layer, columns = share.layer, _columns(share, fields_at(share, zoom))
    drawn = _drawn(shape_sql(layer, zoom), BUFFER)
    if not is_thinned(layer, zoom):
        return f"SELECT code{columns}, {drawn} AS geom {found}"
    spots = f"SELECT *, {spot_sql(zoom)} AS spot {found}"
    mark = f"CASE WHEN spot IS NULL THEN {drawn} ELSE {mark_sql(zoom, 'spot')} END"
    return f"SELECT code{columns}, {mark} AS geom FROM ({spots}) AS found"


def _columns(share: Share, fields: Iterable[Field]) -> str:
    return "".join(f', "{share.layer.column(f.name).column}" AS "{f.name}"' for f in fields)


def _drawn(shape: str, buffer: int) -> str:
    return f"ST_AsMVTGeom({shape}, %(box)s::box2d, {UNITS}, {buffer:d}, true)"


def _mvt(name: str, rows: str) -> str:
    """A FROM item of one row that writes one layer of a tile and counts its features.

    No condition on the drawn shape: PostgreSQL would draw it twice. What comes to nothing
    is left out by ST_AsMVT itself.
    """
    return (
        f"(SELECT coalesce(ST_AsMVT(t, '{name}', {UNITS}, 'geom'), ''::bytea) AS body,"
        f" count(*) AS number FROM ({rows}) AS t)"
    )
