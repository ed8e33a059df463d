"""Base geography."""

from layers.access.access import Sharing
from layers.declarations.declarations import SCHEMATIC, Field, Layer, Paint
from spatial.base.models import Address, District, LandCover, Road, TerrainSheet, Water
from spatial.hazards.roles import HazardRole
from spatial.parcels.roles import LandRole
from spatial.planning.roles import PlanningRole

POSITION = 10

OPEN_BASE = "基础地理信息，依法可公开"

LAYERS = (
    Layer(
        id="districts",
        title="行政区划",
        title_en="Districts",
        description="市、乡镇（街道）、村（社区）三级区划；乡村两级界线为示意。",
        model=District,
        fields=(
            Field("name", "Name", in_tiles=True),
            Field("level", "Level", in_tiles=True),
            Field("parent_code", "Parent code"),
            SCHEMATIC,
        ),
        sharing=Sharing.MANDATORY,
        reason=OPEN_BASE,
        public=True,
        steward="民政局",
        update_cycle="每年",
        min_zoom=6,
        search=("name",),
        paint=Paint(
            rank=60,
            kind="line",
            by="level",
            colours={
                "county": ("市界", "#8c3b6e"),
                "town": ("乡镇（街道）界", "#b06a97"),
                "village": ("村（社区）界", "#cfa7c1"),
            },
            width=1.4,
            label="name",
            label_zoom=7,
        ),
    ),
    Layer(
        id="landcover",
        title="地表覆盖",
        title_en="Land cover",
        description="土地调查图斑。",
        model=LandCover,
        fields=(
            Field("scheme", "Scheme"),
            Field("class_code", "Class", scheme="gbt21010_2017", in_tiles=True),
            Field("area_m2", "Area", unit="m²"),
            SCHEMATIC,
        ),
        sharing=Sharing.MANDATORY,
        reason=OPEN_BASE,
        public=True,
        steward="自然资源局",
        update_cycle="每年",
        min_zoom=8,
        crowded=True,
        paint=Paint(rank=10, kind="fill", by="class_code", colour="#e6eadb", opacity=0.9),
    ),
    Layer(
        id="water",
        title="水系",
        title_en="Water",
        description="河流、水库、坑塘水面。",
        model=Water,
        fields=(
            Field("name", "Name", in_tiles=True),
            Field("kind", "Kind", in_tiles=True),
            SCHEMATIC,
        ),
        sharing=Sharing.MANDATORY,
        reason=OPEN_BASE,
        public=True,
        steward="水利局",
        update_cycle="每年",
        min_zoom=7,
        search=("name",),
        paint=Paint(
            rank=30, kind="fill", colour="#a9cfe8", outline="#7fb3d5", label="name", label_zoom=12
        ),
    ),
    Layer(
        id="roads",
        title="道路",
        title_en="Roads",
        description="道路中心线。",
        model=Road,
        fields=(
            Field("name", "Name", in_tiles=True),
            Field("kind", "Class", in_tiles=True),
            Field("width_m", "Width", unit="m", in_tiles=True),
            SCHEMATIC,
        ),
        sharing=Sharing.MANDATORY,
        reason=OPEN_BASE,
        public=True,
        steward="住房和城乡建设局",
        update_cycle="每季度",
        min_zoom=8,
        search=("name",),
        paint=Paint(
            rank=40,
            kind="line",
            by="kind",
            colours={
                "trunk": ("快速路", "#f0a35e"),
                "primary": ("主干路", "#f6c26b"),
                "secondary": ("次干路", "#fbe08d"),
                "local": ("支路", "#ffffff"),
                "rural": ("农村道路", "#e8e2d6"),
            },
            width=4.0,
            casing="#b9ab8f",
            ground_width="width_m",
            label="name",
            label_zoom=14,
        ),
    ),
    Layer(
        id="addresses",
        title="地址",
        title_en="Addresses",
        description="标准地址门牌。",
        model=Address,
        fields=(
            Field("full_address", "Full address"),
            Field("road_name", "Road"),
            Field("house_number", "House number", in_tiles=True),
            Field("building_code", "Building code", reserved=True),
            SCHEMATIC,
        ),
        sharing=Sharing.MANDATORY,
        reason=OPEN_BASE,
        public=True,
        steward="公安局",
        update_cycle="每月",
        min_zoom=16,
        search=("full_address",),
        paint=Paint(
            rank=78, kind="circle", colour="#7a6f5d", width=2, label="house_number", label_zoom=17
        ),
    ),
    Layer(
        id="terrain-sheets",
        title="高程数据",
        title_en="Terrain sheets",
        description="数字高程模型各图幅的范围、格网间距与高程基准。",
        model=TerrainSheet,
        fields=(
            Field("name", "Name", in_tiles=True),
            Field("cell_m", "Cell size", unit="m"),
            Field("columns", "Columns"),
            Field("rows", "Rows"),
            Field("minimum_m", "Lowest", unit="m"),
            Field("maximum_m", "Highest", unit="m"),
            Field("vertical_datum", "Vertical datum"),
            Field("surveyed_on", "Surveyed on"),
            SCHEMATIC,
        ),
        sharing=Sharing.CONDITIONAL,
        reason="高程数据的精度与范围受测绘成果管理规定约束，按需申请",
        granted=frozenset({HazardRole.HAZARD, PlanningRole.PLANNER, LandRole.LAND}),
        deliverers=frozenset({LandRole.LAND}),
        steward="自然资源局",
        update_cycle="按测制",
        min_zoom=8,
        search=("name",),
        paint=Paint(rank=4, kind="line", colour="#7d6a4d"),
    ),
)
