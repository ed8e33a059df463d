"""Which part of the terrain is asked for, in which grid: the parameters of a coverage."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _
from pyproj import Transformer

from layers.ogc.common.errors import ContentTooLarge, InvalidParameter, NotFound
from layers.ogc.common.requests import CRS84, Crs, epsg_uri, offered_crs, read_bbox, read_crs
from layers.ogc.coverages.terrain import FIELD, Terrain
from spatial.crs import transformer
from spatial.rasters import Bounds, Grid, read_grid, snapped, warped_shape

PARAMETERS = (
    "bbox",
    "bbox-crs",
    "subset",
    "subset-crs",
    "crs",
    "scale-factor",
    "scale-size",
    "scale-axes",
    "properties",
)
AXES = {"lon": "x", "long": "x", "e": "x", "x": "x", "lat": "y", "n": "y", "y": "y"}
PART = re.compile(r"\s*([A-Za-z]+)\(([^()]*)\)\s*")
MOST_CELLS, MOST_TEXT_CELLS = 10_000_000, 1_000_000  # of one answer: as an image, as JSON
EDGE_POINTS = 21


@dataclass(frozen=True)
class CoverageGrid:
    """A grid that is to be read: bounds in a CRS, rows and columns."""

    bounds: Bounds
    shape: tuple[int, int]
    crs: Crs

    @property
    def cells(self) -> int:
        """How many cells."""
        return self.shape[0] * self.shape[1]


def read_coverage(
    found: Terrain, params: Mapping[str, str], most: int = MOST_CELLS
) -> CoverageGrid:
    """The grid that the parameters ask for.

    Raises:
        InvalidParameter: a value that cannot be read.
        NotFound: a part of the world without terrain.
        ContentTooLarge: more cells than are answered at once; told with a scale that fits.
    """
    _check_properties(params.get("properties"))
    own = offered_crs()[epsg_uri(found.info.epsg)]
    crs = read_crs(params["crs"], "crs") if params.get("crs") else own
    bounds = _wanted(found, params)
    fitted = snapped(found.info, bounds)
    if fitted is None:
        raise NotFound(_("该范围没有高程数据"))
    bounds, shape = fitted
    if crs.epsg != found.info.epsg:
        bounds, shape = warped_shape(found.info, bounds, crs.epsg)
    asked = CoverageGrid(bounds, _scaled(shape, params), crs)
    if asked.cells > most:
        fitting = fitting_scale(shape, most)
        raise ContentTooLarge(
            _("共 %(cells)s 个格，上限 %(most)s；请缩小范围，或改用 scale-factor=%(fitting)s")
            % {"cells": f"{asked.cells:,}", "most": f"{most:,}", "fitting": f"{fitting:g}"}
        )
    return asked


def grid_of(found: Terrain, asked: CoverageGrid) -> Grid:
    """The values that are asked for."""
    return read_grid(found.path, asked.bounds, asked.shape, asked.crs.epsg)


def projected_bounds(bounds: Bounds, source: int, target: int) -> Bounds:
    """The box around a box of another CRS, whose edges bend on the way.

    Raises:
        InvalidParameter: it lies where the other CRS is not defined.
    """
    if source == target:
        return bounds
    moved = transformer(source, target).transform_bounds(*bounds, densify_pts=EDGE_POINTS)
    if not np.isfinite(moved).all():
        raise InvalidParameter(_("范围超出坐标系的适用范围"))
    west, south, east, north = (float(value) for value in moved)
    return west, south, east, north


def _check_properties(text: str | None) -> None:
    for name in (text or FIELD).split(","):
        if name.strip() not in (FIELD, "*"):
            raise InvalidParameter(
                _("没有字段“%(name)s”；只有 %(field)s")
                % {"name": name.strip()[:40], "field": FIELD}
            )


def _wanted(found: Terrain, params: Mapping[str, str]) -> Bounds:
    """The bounds asked for by bbox and subset, in the terrain's CRS."""
    bounds = found.info.bounds
    if params.get("bbox"):
        boxes = read_bbox(params["bbox"], read_crs(params.get("bbox-crs"), "bbox-crs"))
        if len(boxes) > 1:
            raise InvalidParameter(_("bbox 跨越 180° 经线，不在本市"))
        clipped = _clipped(found, boxes[0].bounds, boxes[0].epsg)
        bounds = _common(bounds, projected_bounds(clipped, boxes[0].epsg, found.info.epsg))
    if params.get("subset"):
        bounds = _common(bounds, _subset(found, params["subset"], params.get("subset-crs")))
    return bounds


def _clipped(found: Terrain, bounds: Bounds, epsg: int) -> Bounds:
    """Bounds cut to the surroundings of the terrain, outside of which its CRS may not exist."""
    if epsg == found.info.epsg:
        return bounds
    back = transformer(found.info.epsg, epsg)
    west, south, east, north = back.transform_bounds(*found.info.bounds, densify_pts=EDGE_POINTS)
    spare_x, spare_y = east - west, north - south
    near = (west - spare_x, south - spare_y, east + spare_x, north + spare_y)
    return _common(bounds, near)


def _common(first: Bounds, second: Bounds) -> Bounds:
    found = (
        max(first[0], second[0]),
        max(first[1], second[1]),
        min(first[2], second[2]),
        min(first[3], second[3]),
    )
    if found[0] > found[2] or found[1] > found[3]:
        raise NotFound(_("该范围没有高程数据"))
    return found


def _subset(found: Terrain, text: str, crs_uri: str | None) -> Bounds:
    """``Lat(27.6:27.7),Lon(111.6:111.7)``, or ``E`` and ``N`` in metres; ``*`` is open."""
    ranges = _parts(text, "subset")
    names = {name.lower() for name, _ in _named(text, "subset")}
    metric = bool(names & {"e", "n"})
    crs = read_crs(crs_uri or (epsg_uri(found.info.epsg) if metric else CRS84), "subset-crs")
    if not metric or crs.epsg != found.info.epsg:
        moved = Transformer.from_crs(found.info.epsg, crs.epsg, always_xy=True)
        edges = moved.transform_bounds(*found.info.bounds, densify_pts=EDGE_POINTS)
    else:
        edges = found.info.bounds
    west, south, east, north = edges
    west, east = _range(ranges.get("x", "*:*"), west, east)
    south, north = _range(ranges.get("y", "*:*"), south, north)
    return projected_bounds((west, south, east, north), crs.epsg, found.info.epsg)


def _range(text: str, low: float, high: float) -> tuple[float, float]:
    ends = text.split(":")
    if len(ends) != 2:
        raise InvalidParameter(_("subset 应为 轴(下限:上限)：%(text)s") % {"text": text[:60]})
    found = [
        bound if end.strip() == "*" else _number(end, "subset")
        for end, bound in zip(ends, (low, high), strict=True)
    ]
    if found[0] > found[1]:
        raise InvalidParameter(_("subset 的下限大于上限：%(text)s") % {"text": text[:60]})
    if found[0] > high or found[1] < low:
        raise NotFound(_("该范围没有高程数据"))
    return max(found[0], low), min(found[1], high)


def _scaled(shape: tuple[int, int], params: Mapping[str, str]) -> tuple[int, int]:
    """Rows and columns after scaling; one way of it at a time."""
    given = [name for name in ("scale-factor", "scale-size", "scale-axes") if params.get(name)]
    if len(given) > 1:
        raise InvalidParameter(_("%(listed)s 只能给出一项") % {"listed": "、".join(given)})
    rows, columns = shape
    if params.get("scale-factor"):
        factor = _positive(params["scale-factor"], "scale-factor")
        return max(1, round(rows / factor)), max(1, round(columns / factor))
    if params.get("scale-axes"):
        by = {
            a: _positive(v, "scale-axes")
            for a, v in _parts(params["scale-axes"], "scale-axes").items()
        }
        return max(1, round(rows / by.get("y", 1))), max(1, round(columns / by.get("x", 1)))
    if params.get("scale-size"):
        by = {
            a: _positive(v, "scale-size")
            for a, v in _parts(params["scale-size"], "scale-size").items()
        }
        across, down = by.get("x"), by.get("y")
        across = across or columns * (down or rows) / rows
        down = down or rows * across / columns
        return max(1, round(down)), max(1, round(across))
    return shape


def fitting_scale(shape: tuple[int, int], most: int) -> float:
    """A scale factor that fits, of the grid as it is without one."""
    factor = math.ceil(math.sqrt(shape[0] * shape[1] / most) * 100) / 100
    while max(1, round(shape[0] / factor)) * max(1, round(shape[1] / factor)) > most:
        factor += 0.01
    return round(factor, 2)


def _named(text: str, parameter: str) -> list[tuple[str, str]]:
    found = PART.findall(text)
    rebuilt = ",".join(f"{name}({value})" for name, value in found)
    if not found or re.sub(r"\s", "", text) != re.sub(r"\s", "", rebuilt):
        raise InvalidParameter(
            _("%(parameter)s 应为 轴(值)，以逗号并列：%(text)s")
            % {"parameter": parameter, "text": text[:60]}
        )
    return found


def _parts(text: str, parameter: str) -> dict[str, str]:
    """Values by axis, x or y."""
    parts: dict[str, str] = {}
    for name, value in _named(text, parameter):
        axis = AXES.get(name.lower())
        if axis is None or axis in parts:
            raise InvalidParameter(
                _("%(parameter)s 的轴“%(name)s”不存在或重复；可用 Lon、Lat 或 E、N")
                % {"parameter": parameter, "name": name[:20]}
            )
        parts[axis] = value
    return parts


def _number(text: str, parameter: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidParameter(
            _("%(parameter)s 应为数：%(text)s") % {"parameter": parameter, "text": text[:40]}
        )
    return number


def _positive(text: str, parameter: str) -> float:
    number = _number(text, parameter)
    if not 1e-4 <= number <= 1e6:
        raise InvalidParameter(
            _("%(parameter)s 超出范围：%(text)s") % {"parameter": parameter, "text": text[:40]}
        )
    return number
