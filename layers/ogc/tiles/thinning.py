"""What of a layer is drawn at low zooms: fewer features, the same picture.

A layer that is ``crowded`` has more features in a low-zoom tile than pixels worth drawing.
Each feature has a weight, its area divided by a number between 0 and 1 that its code is
hashed to. At a zoom whose smallest mark has the area A, those with a weight of at least A
are drawn: all that are larger, and of the smaller ones each with the chance *area / A*, as
a mark of area A. So a village keeps its extent and as much built-up area as it has, what is
seen at one zoom is there at the next, and a part of the index tells which they are
(docs/adr/0006-tiles.md).
"""

from layers.declarations.declarations import Layer
from layers.ogc.tiles.framing import placed_sql
from layers.ogc.tiles.matrices import MAP_PIXELS, UNITS, pixel_m, side_m
from spatial.city import city

# The expression and the bounds are those of the partial indexes (a migration of layers).
WEIGHT = "(ST_Area(geom) * 4294967296::float8 / (hashtext(code) + 2147483649::float8))"
CROWDED_BELOW = 14
MARK_PIXELS = {13: 2.8}
OTHER_MARK_PIXELS = 2.4
SEEN_PIXELS = 1.5  # what is smaller is left out of layers that are not crowded
SIMPLE_FROM = 16  # outlines are drawn as surveyed


def is_thinned(layer: Layer, zoom: int) -> bool:
    """Whether a zoom shows marks for the smaller features."""
    return layer.crowded and layer.geometry == "Polygon" and zoom < CROWDED_BELOW


def mark_pixels(zoom: int) -> float:
    """The side of the smallest mark."""
    return MARK_PIXELS.get(zoom, OTHER_MARK_PIXELS)


def shape_sql(layer: Layer, zoom: int) -> str:
    """The expression of a row's shape in EPSG:3857 as it is drawn at a zoom."""
    if zoom >= SIMPLE_FROM or layer.geometry == "Point":
        return placed_sql("geom", zoom)
    return placed_sql(f"ST_Simplify(geom, {pixel_m(zoom) / 2:.3f}, true)", zoom)


def spot_sql(zoom: int) -> str:
    """The expression of the middle of a row that is drawn as a mark, in EPSG:3857; else null."""
    middle = ", ".join(f"(ST_{axis}Min(geom) + ST_{axis}Max(geom)) / 2" for axis in "XY")
    spot = f"ST_Transform(ST_SetSRID(ST_MakePoint({middle}), {city().projected}), 3857)"
    return f"CASE WHEN ST_Area(geom) < {_mark_m2(zoom):.1f} THEN {spot} END"


def mark_sql(zoom: int, spot: str) -> str:
    """The expression of a mark at a spot, in the units of the tile.

    Written out, since ST_AsMVTGeom would take longer over a square than all else over a
    row. South before north: seen on the screen the ring runs clockwise, as it must.
    """
    scale = UNITS / side_m(zoom)
    x = f"round((ST_X({spot}) - %(west)s) * {scale!r})"
    y = f"round((%(north)s - ST_Y({spot})) * {scale!r})"
    half = round(mark_pixels(zoom) / 2 * UNITS / MAP_PIXELS)
    return f"ST_MakeEnvelope({x} - {half}, {y} + {half}, {x} + {half}, {y} - {half})"


def bound_sql(layer: Layer, zoom: int) -> str:
    """The condition, after others, that leaves out what a zoom does not show."""
    if zoom >= SIMPLE_FROM or layer.geometry != "Polygon":
        return ""
    if is_thinned(layer, zoom):
        return f" AND {WEIGHT} >= {_mark_m2(zoom):.1f}"
    return f" AND ST_Area(geom) > {(SEEN_PIXELS * pixel_m(zoom)) ** 2:.3f}"


def size_sql(layer: Layer) -> str:
    """The expression by which the smallest features are found; points take their turn."""
    measure = {"Polygon": "ST_Area(geom)", "LineString": "ST_Length(geom)"}
    return measure.get(layer.geometry, "hashtext(code)")


def _mark_m2(zoom: int) -> float:
    return (mark_pixels(zoom) * pixel_m(zoom)) ** 2
