"""A tile as the database writes it: the statement, and what comes of it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from layers.cartography import LABELS
from layers.declarations import Field
from layers.ogc.features import relation
from layers.ogc.tiles.matrices import UNITS, Place, side_m
from layers.ogc.tiles.thinning import (
    bound_sql,
    is_thinned,
    mark_sql,
    shape_sql,
    size_sql,
    spot_sql,
)
from layers.reading import read
from layers.shares import Share
from spatial.city import city
from spatial.periods import AsOf

MOST_BYTES = 500_000
MOST_FEATURES = 60_000
BUFFER = 64  # units drawn beyond the edge, so that wide lines meet
SPARE = 0.9  # of the room, when features are left out: those that stay are the large ones
REVISION = "coalesce((SELECT number FROM published.revisions WHERE register = %s), 0)"

Window = tuple[float, float, float, float]


class Drawn(NamedTuple):
    """A tile, the revision of its register that it shows, and the window it was read from."""

    body: bytes
    revision: int
    window: Window  # west, south, east, north in the city's projected CRS


def draw(share: Share, place: Place, as_of: AsOf, most_bytes: int = MOST_BYTES) -> Drawn:
    """One tile of a share. What would make it too large is left out, the smallest first.

    The revision comes by the same statement, so of the same moment and the same server.
    """
    most = MOST_FEATURES
    while True:
        sql, params = tile_sql(share, place, as_of, most)
        body, number, revision, window = read(share, sql, params, spatial=True)[0]
        if len(body) <= most_bytes or not most:
            return Drawn(bytes(body), revision, _corners(window))
        most = int(number * most_bytes / len(body) * SPARE)


def tile_sql(share: Share, place: Place, as_of: AsOf, most: int) -> tuple[str, list[Any]]:
    """The statement of one tile with at most so many features, and its parameters.

    The envelope is a constant expression and every SRID an integer: both decide whether
    PostGIS uses its index and its PROJ cache.
    """
    layer, window = share.layer, window_sql(place)
    seen = f"geom && {window}{bound_sql(layer, place.zoom)}"
    versions, moment = _versions(share, as_of, seen)
    found = f"FROM {versions} WHERE {seen}"
    order = f" ORDER BY {size_sql(layer)} DESC, code" if most < MOST_FEATURES else ""
    order += f" LIMIT {most:d}"
    main = _mvt(layer.id, _rows(share, place, found + order))
    body, tables, params = "main.body", f"{main} AS main", list(moment)
    if label := label_at(share, place.zoom):
        inside = "ST_Transform(ST_PointOnSurface(geom), 3857)"
        named = (
            f"SELECT code{_columns(share, label_fields(share))}, {_drawn(inside, place, 0)} AS geom"
        )
        body += " || labels.body"
        named += f" {found} AND {label} <> ''{order}"
        tables += f", {_mvt(layer.id + LABELS, named)} AS labels"
        params *= 2
    sql = f"SELECT {body}, main.number, {REVISION}, Box2D({window})::text FROM {tables}"
    return sql, [layer.register, *params]


def fields_at(share: Share, zoom: int) -> tuple[Field, ...]:
    """The fields beside the code: as few as the style needs, of marks only what colours them."""
    if not is_thinned(share.layer, zoom):
        return share.tile_fields
    paint = share.layer.paint
    return tuple(f for f in share.tile_fields if paint and f.name == paint.by)


def label_fields(share: Share) -> tuple[Field, ...]:
    """The fields of the points that name areas: the name, and what the style filters by."""
    paint = share.layer.paint
    return tuple(f for f in share.tile_fields if paint and f.name in (paint.label, paint.by))


def label_at(share: Share, zoom: int) -> str:
    """The column that names the areas of a tile, each once by a point inside; '' if none does."""
    layer = share.layer
    paint = layer.paint
    if not paint or layer.geometry != "Polygon" or zoom < paint.label_zoom - 1:
        return ""
    if paint.label != "code" and not any(f.name == paint.label for f in share.tile_fields):
        return ""
    return f'"{layer.column(paint.label).column}"'


def window_sql(place: Place) -> str:
    """The box, in the storage CRS, of what can be seen in a tile and its buffer."""
    margin = side_m(place.zoom) * BUFFER / UNITS
    return f"ST_Transform(ST_Expand({_envelope(place)}, {margin:.3f}), {city().projected})"


def _versions(share: Share, as_of: AsOf, seen: str) -> tuple[str, list[Any]]:
    """The versions to be drawn as a FROM item.

    For an interval only features with a version that is seen are looked at, or the last
    version of every feature of the city would be found first.
    """
    if not as_of.interval:
        return relation(share, as_of)
    every, params = relation(share, as_of, every=True)
    listed = ", ".join(f'"{column}"' for column in share.columns)
    near = f"SELECT code FROM {every} WHERE {seen}"
    latest = f"SELECT DISTINCT ON (code) {listed} FROM {every} WHERE code IN ({near})"
    return f"({latest} ORDER BY code, valid DESC) AS latest", params * 2


def _rows(share: Share, place: Place, found: str) -> str:
    """The rows of a tile, drawn; ``found`` is the FROM clause and all after it."""
    layer, columns = share.layer, _columns(share, fields_at(share, place.zoom))
    drawn = _drawn(shape_sql(layer, place.zoom), place, BUFFER)
    if not is_thinned(layer, place.zoom):
        return f"SELECT code{columns}, {drawn} AS geom {found}"
    spots = f"SELECT *, {spot_sql(place.zoom)} AS spot {found}"
    mark = f"CASE WHEN spot IS NULL THEN {drawn} ELSE {mark_sql(place, 'spot')} END"
    return f"SELECT code{columns}, {mark} AS geom FROM ({spots}) AS found"


def _columns(share: Share, fields: Iterable[Field]) -> str:
    return "".join(f', "{share.layer.column(f.name).column}" AS "{f.name}"' for f in fields)


def _drawn(shape: str, place: Place, buffer: int) -> str:
    return f"ST_AsMVTGeom({shape}, {_envelope(place)}, {UNITS}, {buffer:d}, true)"


def _mvt(name: str, rows: str) -> str:
    """A FROM item of one row that writes one layer of a tile and counts its features.

    No condition on the drawn shape: PostgreSQL would draw it twice. What comes to nothing
    is left out by ST_AsMVT itself.
    """
    return (
        f"(SELECT coalesce(ST_AsMVT(t, '{name}', {UNITS}, 'geom'), ''::bytea) AS body,"
        f" count(*) AS number FROM ({rows}) AS t)"
    )


def _envelope(place: Place) -> str:
    return f"ST_TileEnvelope({place.zoom:d}, {place.column:d}, {place.row:d})"


def _corners(box: str) -> Window:
    """The numbers in ``BOX(w s,e n)``."""
    west, south, east, north = box[4:-1].replace(",", " ").split()
    return float(west), float(south), float(east), float(north)
