"""The terrain of the city as a coverage: the heights that the map shades.

They are public base data. Surveyed sheets (layer ``terrain-sheets``) are conditional; their
cells are not in here, whatever grant the caller has.
"""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_noop

from spatial.rasters import RasterInfo, raster_info

ID = "terrain"
TITLE, TITLE_EN = gettext_noop("地形高程"), "Terrain"
DESCRIPTION = gettext_noop(
    "地图晕渲所用的地面高程（米），每格的值属于格网中心；测绘部门提交的高程数据另行共享。"
)
FIELD, FIELD_TITLE, UNIT = "elevation", gettext_noop("高程"), "m"


@dataclass(frozen=True)
class Terrain:
    """The file, and what it covers."""

    path: Path
    info: RasterInfo


def terrain() -> Terrain | None:
    """The city's terrain, if there is one."""
    path = Path(settings.TERRAIN)
    return Terrain(path, raster_info(path)) if path.exists() else None
