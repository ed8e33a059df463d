"""From the delivery's CRS into the city's; coordinates that cannot be there are refused."""

from functools import cache

import numpy as np
import shapely

from importers.errors import Refused
from importers.issues import Issue, Severity
from importers.phases.batch import Batch
from spatial import crs
from spatial.city import city

OLD_DATUMS = {
    "西安80": range(2327, 2391),
    "北京54": range(2401, 2443),
}


def check_crs(epsg: int, file: str) -> None:
    """Refuse a CRS that the city profile does not accept, saying why.

    Raises:
        Refused: not in the accepted list.
    """
    if epsg in city().accepted:
        return
    for name, codes in OLD_DATUMS.items():
        if epsg in codes:
            raise Refused(
                f"{file} 的坐标系 EPSG:{epsg} 属{name}，没有本地转换参数就不能换算",
                f"请由测绘单位转换到 {city().datum} 后再交",
            )
    raise Refused(f"不接受 {file} 的坐标系 EPSG:{epsg}", f"接受：{accepted_text()}")


def accepted_text() -> str:
    """The accepted systems in one phrase."""
    return "、".join(f"EPSG:{code}" for code in sorted(city().accepted))


@cache
def window() -> tuple[float, float, float, float]:
    """The profile's extent in the projected CRS: west, south, east, north in metres."""
    extent, profile = city().extent, city()
    steps = np.linspace(0, 1, 21)
    longitudes = extent.west + steps * (extent.east - extent.west)
    latitudes = extent.south + steps * (extent.north - extent.south)
    x, y = crs.transformer(profile.geographic, profile.projected).transform(
        np.concatenate(
            [longitudes, longitudes, np.full(21, extent.west), np.full(21, extent.east)]
        ),
        np.concatenate(
            [np.full(21, extent.south), np.full(21, extent.north), latitudes, latitudes]
        ),
    )
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def inside(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which points (projected) lie in the window."""
    west, south, east, north = window()
    with np.errstate(invalid="ignore"):
        return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def check_plausible(shapes: np.ndarray, epsg: int, file: str) -> None:
    """Refuse coordinates that contradict the declared CRS; nothing is guessed silently.

    Looks at the centre of each geometry's bounds. When most lie outside the window, but
    would lie inside with the axes swapped or in another accepted CRS, or when none at
    all lies inside, the file is refused; a few outliers are left to the row checks.

    Raises:
        Refused: with what the coordinates look like.
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
        raise Refused(
            f"{file} 的坐标与 EPSG:{epsg} 不符，落在{city().name}范围之外",
            looks or "请核对坐标系，或确认文件属于本市",
        )


def reproject(batch: Batch, epsg: int) -> Batch:
    """Bring the shapes into the city's projected CRS; vertices and their order stay.

    Heights (z) are left out: the registers are plane.
    """
    if batch.shapes is None:
        return batch
    if shapely.has_z(batch.shapes).any():
        batch.shapes = shapely.force_2d(batch.shapes)
        if batch.rows[0] == 1:
            note = "图形带有高程 Z，登记簿只存平面坐标"
            batch.issues.append(Issue(batch.file, 0, "z-dropped", note, severity=Severity.WARNING))
    batch.shapes = crs.reproject(batch.shapes, epsg, city().projected)
    return batch


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
