"""Whether a declared CRS is accepted, and whether the coordinates bear it out."""

import numpy as np
import shapely

from importers.errors import DeliveryRefused
from spatial import crs
from spatial.city import city
from spatial.readings import window


def check_crs(epsg: int, file: str) -> None:
    """Refuse a CRS that the city profile does not accept, saying why.

    Raises:
        DeliveryRefused: not in the accepted list.
    """
    if epsg in city().accepted:
        return
    raise DeliveryRefused(f"不接受 {file} 的坐标系 EPSG:{epsg}", f"接受：{accepted_text()}")


def accepted_text() -> str:
    """The accepted systems in one phrase."""
    return "、".join(f"EPSG:{code}" for code in sorted(city().accepted))


def inside(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which points (projected) lie in the window."""
    west, south, east, north = window(city())
    with np.errstate(invalid="ignore"):
        return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def overlaps(w: np.ndarray, s: np.ndarray, e: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Which bounds (projected) have something in common with the window."""
    west, south, east, north = window(city())
    with np.errstate(invalid="ignore"):
        return (w <= east) & (e >= west) & (s <= north) & (n >= south)


def check_plausible(shapes: np.ndarray, epsg: int, file: str) -> None:
    """Refuse coordinates that contradict the declared CRS; nothing is guessed silently.

    Looks at the centre of each geometry's bounds. When most lie outside the window, but
    would lie inside with the axes swapped or in another accepted CRS, or when none at
    all lies inside, the file is refused; a few outliers are left to the row checks.

    Raises:
        DeliveryRefused: with what the coordinates look like.
    """
    bounds = shapely.bounds(shapes)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    share = _share_inside(x, y, epsg)
    if share >= 0.5:
        return
    looks = _what_it_looks_like(x, y, epsg)
    if looks or not share:
        raise DeliveryRefused(
            f"{file} 的坐标与 EPSG:{epsg} 不符，落在{city().name}范围之外",
            looks or "请核对坐标系，或确认文件属于本市",
        )


def _share_inside(x: np.ndarray, y: np.ndarray, epsg: int) -> float:
    if epsg != city().projected:
        x, y = crs.transformer(epsg, city().projected).transform(x, y)
    return float(inside(np.asarray(x), np.asarray(y)).mean())


def _what_it_looks_like(x: np.ndarray, y: np.ndarray, epsg: int) -> str:
    if _share_inside(y, x, epsg) >= 0.5:
        return "坐标轴颠倒（应先东后北、先经度后纬度），请改正后重新导出"
    own_first = sorted(city().accepted, key=lambda code: (code != city().projected, code))
    for other in own_first:
        if _share_inside(x, y, other) >= 0.5:
            return _other_system(x, other)
        if _share_inside(y, x, other) >= 0.5:
            return f"坐标像是轴序颠倒的 EPSG:{other}，请改正后重新导出"
    return ""


def _other_system(x: np.ndarray, other: int) -> str:
    prefix = "，横坐标带有带号" if np.median(x) > 10_000_000 and other != 3857 else ""
    if other == city().projected:
        prefix = "，横坐标没有带号"
    return f"坐标像是 EPSG:{other}{prefix}；请核对后用 --crs EPSG:{other} 指明"
