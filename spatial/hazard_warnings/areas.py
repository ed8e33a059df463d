"""The shapes of a warning: of its towns, cut to what was drawn; as CAP and the register take them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry
from shapely.geometry import shape as from_geojson
from shapely.geometry.base import BaseGeometry

from spatial.casework.errors import InvalidInput
from spatial.city import city
from spatial.crs import reproject
from spatial.hazard_warnings.queries import town_shapes, towns_on
from spatial.hazard_warnings.rules.contents import WarnedTown, WarningContent
from spatial.hazards.rules.places import warned_parts

WGS84 = 4326
TOLERANCE_M = 30.0  # of an outline in a message, which phones read
MOST_PLACES = 2_000  # of what was drawn


def drawn_shape(content: WarningContent) -> BaseGeometry | None:
    """The drawn area in the city's projected CRS; None where none was drawn.

    Raises:
        InvalidInput: it is no area, crosses itself, or is empty.
    """
    if not content.shape:
        return None
    try:
        found = from_geojson(content.shape)
    except (
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        IndexError,
        shapely.errors.ShapelyError,
    ):
        raise InvalidInput("所绘范围读不出来，应为 GeoJSON 的面", "shape") from None
    if found.geom_type not in ("Polygon", "MultiPolygon") or found.is_empty or not found.area:
        raise InvalidInput("所绘范围应为有面积的面", "shape")
    if shapely.get_num_coordinates(found) > MOST_PLACES:
        raise InvalidInput(f"所绘范围超过 {MOST_PLACES} 个点", "shape")
    if not found.is_valid:
        raise InvalidInput("所绘范围自相交，请重新绘制", "shape")
    return _reprojected(found, WGS84, city().projected)


def shape_drawn(content: WarningContent) -> BaseGeometry | None:
    """The drawn area for a picture of a draft: None also where it cannot be used."""
    try:
        return drawn_shape(content)
    except InvalidInput:
        return None


def towns_in(area: BaseGeometry, level: str, moment: datetime) -> tuple[WarnedTown, ...]:
    """The towns that a drawn area meets, each with where in it: 「XX镇东南部」."""
    names = dict(towns_on(moment))
    shapes = town_shapes(names, moment)
    found = {names[code]: (code, shape) for code, shape in shapes.items()}
    parts = warned_parts({name: shape for name, (_code, shape) in found.items()}, area)
    return tuple(
        WarnedTown(found[part.name][0], part.name, level, part.zh, part.en) for part in parts
    )


def area_of(
    codes: Iterable[str], shapes: Mapping[str, BaseGeometry], drawn: BaseGeometry | None
) -> BaseGeometry:
    """The area of some towns in projected metres, within what was drawn."""
    whole = shapely.union_all([shapes[code] for code in codes if code in shapes])
    return _areal(whole if drawn is None else whole.intersection(drawn))


def _areal(shape: BaseGeometry) -> BaseGeometry:
    """The areas of a shape; an intersection may leave lines where areas touch."""
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts) if len(parts) != 1 else parts[0]


def in_messages(area: BaseGeometry) -> BaseGeometry:
    """An area as messages carry it: simpler, in WGS 84."""
    simple = area.simplify(TOLERANCE_M)
    return _reprojected(simple, city().projected, WGS84)


def _reprojected(shape: BaseGeometry, source: int, target: int) -> BaseGeometry:
    found: BaseGeometry = reproject(np.array([shape]), source, target)[0]
    return found


def in_registers(area: BaseGeometry) -> GEOSGeometry:
    """An area as the register keeps it: whole, in the city's projected CRS."""
    whole = area if area.geom_type == "MultiPolygon" else shapely.MultiPolygon([area])
    return GEOSGeometry(memoryview(shapely.to_wkb(whole)), srid=city().projected)
