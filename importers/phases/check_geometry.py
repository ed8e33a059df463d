"""Geometry that a register cannot take: its row is rejected, the geometry never altered."""

import re

import numpy as np
import shapely

from importers.phases.repairs import made_valid, why_unreadable
from importers.phases.reproject import inside, overlaps
from importers.values.batch import Batch, Message
from importers.values.columns import GEOMETRY, Register
from spatial.geometry import first_point

TYPE_TITLES = {
    "Point": "点",
    "MultiPoint": "多点",
    "LineString": "线",
    "MultiLineString": "多线",
    "Polygon": "面",
    "MultiPolygon": "多面",
    "GeometryCollection": "几何集合",
    "LinearRing": "环",
}
REASONS = {
    "Self-intersection": "自相交",
    "Ring Self-intersection": "环自相交",
    "Hole lies outside shell": "洞在外环之外",
    "Nested shells": "外环嵌套",
    "Nested holes": "洞相互嵌套",
    "Holes are nested": "洞相互嵌套",
    "Interior is disconnected": "内部不连通",
    "Duplicate Rings": "有重复的环",
    "Too few points in geometry component": "顶点太少",
    "Invalid Coordinate": "坐标无效",
}
REDRAW = "请在原图中改正后重交"
_REASON = re.compile(r"^(.*?)\s*\[(\S+) (\S+)\]$")


def check_geometry(
    batch: Batch, register: Register, present: np.ndarray, raw: np.ndarray | None = None
) -> Batch:
    """Flag geometry that is missing, unreadable, of a wrong type, not finite, invalid or away.

    ``present`` tells which rows had a geometry in the file at all; ``raw`` is the WKB as it
    stood there, from which an unreadable geometry is explained. An invalid area comes
    with a valid one as proposal, and with the place where it breaks.
    """
    shapes = batch.shapes
    if shapes is None or not register.kinds:
        return batch
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    _flag_unreadable(batch, present & shapely.is_missing(shapes), raw)
    _flag(batch, present & shapely.is_empty(shapes), "geometry-empty", "图形为空")
    if register.needs_geometry:
        _flag(batch, ~present, "geometry-missing", "没有图形")
    usable = ~empty & _check_types(batch, register, ~empty)
    usable &= _check_finite(batch, usable)
    usable &= _check_valid(batch, register, usable)
    _check_window(batch, usable, register.reaches_out)
    return batch


def locate(batch: Batch) -> Batch:
    """Give every issue the first vertex of its row as position, unless it has a better one."""
    if batch.shapes is None or not batch.issues:
        return batch
    positions = [issue.row - int(batch.rows[0]) for issue in batch.issues]
    points = first_point(batch.shapes[[max(p, 0) for p in positions]])
    for issue, position, (x, y) in zip(batch.issues, positions, points.tolist(), strict=True):
        if issue.x is None and position >= 0 and np.isfinite([x, y]).all():
            issue.x, issue.y = x, y
    return batch


def _flag(
    batch: Batch, where: np.ndarray | list[int], code: str, message: Message, hint: Message = ""
) -> None:
    batch.flag(where, code, message, field=GEOMETRY, hint=hint)


def _check_types(batch: Batch, register: Register, where: np.ndarray) -> np.ndarray:
    names = np.array([*TYPE_TITLES, "?"], object)
    order = {"Point": 0, "LineString": 1, "LinearRing": 2, "Polygon": 3, "MultiPoint": 4}
    order |= {"MultiLineString": 5, "MultiPolygon": 6, "GeometryCollection": 7}
    accepted = [order[kind] for kind in register.kinds]
    types = shapely.get_type_id(batch.shapes)
    right = np.isin(types, accepted)
    title_of = {number: TYPE_TITLES[name] for name, number in order.items()}
    wanted = "、".join(TYPE_TITLES[kind] for kind in register.kinds)
    _flag(
        batch,
        where & ~right,
        "geometry-type",
        lambda i: f"图形是{title_of.get(int(types[i]), names[-1])}，“{register.title}”只收{wanted}",
    )
    return right


def _check_finite(batch: Batch, where: np.ndarray) -> np.ndarray:
    coordinates, index = shapely.get_coordinates(batch.shapes, return_index=True)
    finite = np.ones(len(batch), bool)
    finite[index[~np.isfinite(coordinates).all(axis=1)]] = False
    _flag(batch, where & ~finite, "coordinate", "坐标不是有限的数，或无法换算到本市坐标系")
    return finite


def _flag_unreadable(batch: Batch, where: np.ndarray, raw: np.ndarray | None) -> None:
    if raw is None:
        _flag(batch, where, "geometry-unreadable", "图形数据无法解读")
        return
    for position in np.flatnonzero(where).tolist():
        why = why_unreadable(bytes(raw[position]))
        _flag(batch, [position], "geometry-unreadable", f"图形无法读取：{why}", REDRAW)


def _check_valid(batch: Batch, register: Register, where: np.ndarray) -> np.ndarray:
    shapes: np.ndarray = batch.shapes  # type: ignore[assignment]
    valid = shapely.is_valid(shapes)
    for position in np.flatnonzero(where & ~valid).tolist():
        reason, x, y = _reason(shapes[position])
        _flag(batch, [position], "geometry-invalid", f"图形无效：{reason}", REDRAW)
        issue = batch.issues[-1]
        issue.x, issue.y = x, y
        issue.place = shapely.Point(x, y) if x is not None else None
        issue.proposal = made_valid(shapes[position], register.kinds)
    return valid


def _reason(shape: shapely.Geometry) -> tuple[str, float | None, float | None]:
    found = _REASON.match(shapely.is_valid_reason(shape))
    if not found:
        return shapely.is_valid_reason(shape), None, None
    text, x, y = found.groups()
    return REASONS.get(text, text), float(x), float(y)


def _check_window(batch: Batch, where: np.ndarray, reaches_out: bool) -> None:
    west, south, east, north = shapely.bounds(batch.shapes).T
    if reaches_out:
        away = where & ~overlaps(west, south, east, north)
    else:
        away = where & ~(inside(west, south) & inside(east, north))
    swapped = inside(south, west) & inside(north, east)
    _flag(
        batch,
        away,
        "outside",
        "图形超出本市范围",
        lambda i: "坐标轴可能颠倒" if swapped[i] else "请核对坐标",
    )
