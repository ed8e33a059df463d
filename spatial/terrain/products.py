"""The products of the terrain: each declared once, with its unit, its file beside the heights."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_noop as _


@dataclass(frozen=True)
class TerrainProduct:
    """A grid as deep as the terrain: its collection, its field, and the unit in UCUM.

    ``observed`` is the address of what is observed in a vocabulary of others; '' where none
    has it.
    """

    id: str
    title: str
    title_en: str
    field: str
    field_title: str
    unit: str
    description: str
    digits: int = 2  # of a value as text
    observed: str = ""

    @property
    def path(self) -> Path:
        """Where it lies: the heights themselves where the settings say, the rest beside."""
        heights = Path(settings.TERRAIN)
        return heights if self.id == "terrain" else heights.with_name(f"{self.id}.tif")


ELEVATION = TerrainProduct(
    id="terrain",
    title=_("地形高程"),
    title_en="Terrain",
    field="elevation",
    field_title=_("高程"),
    unit="m",
    description=_(
        "地图晕渲所用的地面高程（米），每格的值属于格网中心；测绘部门提交的高程数据另行共享。"
    ),
    observed="http://vocab.nerc.ac.uk/standard_name/surface_altitude/",
)
SLOPE = TerrainProduct(
    "terrain-slope", _("坡度"), "Slope", "slope", _("坡度"), "deg",
    _("由地形高程按 Horn 法计算的坡度（度），与 gdaldem 一致；高程空缺处及其相邻格无值。"),
)  # fmt: skip
ASPECT = TerrainProduct(
    "terrain-aspect", _("坡向"), "Aspect", "aspect", _("坡向"), "deg",
    _("坡面朝向，自正北顺时针的角度（度），按 Horn 法；平地无值。"),
)  # fmt: skip
PROFILE_CURVATURE = TerrainProduct(
    "terrain-profile-curvature", _("剖面曲率"), "Profile curvature", "profile_curvature", _("剖面曲率"),
    "m-1", _("沿坡向的曲率（1/米），凸为正，按 Zevenbergen 与 Thorne 法；平地无值。"), digits=6,
)  # fmt: skip
PLAN_CURVATURE = TerrainProduct(
    "terrain-plan-curvature", _("平面曲率"), "Plan curvature", "plan_curvature", _("平面曲率"),
    "m-1", _("等高线的曲率（1/米），山脊为正、沟谷为负，按 Zevenbergen 与 Thorne 法；平地无值。"), digits=6,
)  # fmt: skip
UPSTREAM_AREA = TerrainProduct(
    "terrain-upstream-area", _("汇水面积"), "Upstream area", "upstream_area", _("汇水面积"),
    "m2", _("流经该格的汇水面积（平方米），填洼后按 D8 单流向；水从数据边缘和空缺处流出。"), digits=0,
)  # fmt: skip
WETNESS = TerrainProduct(
    "terrain-wetness", _("地形湿度指数"), "Topographic wetness index", "wetness", _("地形湿度指数"),
    "1", _("ln(单位等高线长度的汇水面积 ÷ 坡度正切)，数值越大越易积水。"), digits=3,
)  # fmt: skip
STREAM_DISTANCE = TerrainProduct(
    "terrain-stream-distance", _("距沟谷距离"), "Distance to streams", "stream_distance", _("距沟谷距离"),
    "m", _("到最近的沟谷（汇水面积达到规定值的格）的距离（米）。"), digits=1,
)  # fmt: skip
ROAD_DISTANCE = TerrainProduct(
    "terrain-road-distance", _("距道路距离"), "Distance to roads", "road_distance", _("距道路距离"),
    "m", _("到最近的现状道路中心线的距离（米）。"), digits=1,
)  # fmt: skip

CURVATURES = (PROFILE_CURVATURE, PLAN_CURVATURE)
DERIVED = (
    SLOPE, ASPECT, *CURVATURES,
    UPSTREAM_AREA, WETNESS, STREAM_DISTANCE, ROAD_DISTANCE,
)  # fmt: skip
PRODUCTS = (ELEVATION, *DERIVED)


def product_of(product_id: str) -> TerrainProduct | None:
    """The product of a collection."""
    return next((product for product in PRODUCTS if product.id == product_id), None)


def stale_products() -> list[TerrainProduct]:
    """Those that are not there, or are older than the heights that they were made of."""
    if not ELEVATION.path.exists():
        return []
    made_of = ELEVATION.path.stat().st_mtime_ns
    return [
        product
        for product in DERIVED
        if not product.path.exists() or product.path.stat().st_mtime_ns < made_of
    ]
