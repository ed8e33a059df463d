"""Plans and constraints."""

from layers.access.access import Sharing
from layers.declarations.declarations import SCHEMATIC, Field, Layer, Paint, Relation
from spatial.planning.models import Constraint, PlanZone

POSITION = 50

CONSTRAINTS_OVER = Relation("constraints", "规划约束", "Planning constraints")
PLANNED_OVER = (Relation("plan-zones", "规划用地", "Planned land use"), CONSTRAINTS_OVER)

LAYERS = (
    Layer(
        id="plan-zones",
        title="规划用地",
        title_en="Plan zones",
        description="详细规划用地与控制指标。",
        model=PlanZone,
        fields=(
            Field("plan_name", "Plan"),
            Field("scheme", "Land-use scheme"),
            Field("land_use", "Land use", scheme="land_sea_use_2023", in_tiles=True),
            Field("max_floor_area_ratio", "Max. floor area ratio", in_tiles=True),
            Field("max_density_pct", "Max. density", unit="%"),
            Field("min_green_pct", "Min. green ratio", unit="%"),
            Field("max_height_m", "Max. height", unit="m"),
            Field("approved_on", "Approved on"),
            SCHEMATIC,
        ),
        sharing=Sharing.MANDATORY,
        reason="城乡规划法要求公布经批准的规划",
        public=True,
        steward="自然资源局",
        update_cycle="批复后 20 日内",
        min_zoom=11,
        search=("plan_name",),
        named_by=("{class}",),
        relations=(
            CONSTRAINTS_OVER,
            Relation("parcels", "涉及宗地", "Parcels concerned"),
            Relation("buildings", "现状建筑", "Existing buildings"),
        ),
        here_rank=10,  # plans and constraints first: this is the planner's question
        limit_rank=20,
        paint=Paint(
            rank=20,
            kind="fill",
            by="land_use",
            outline="#ffffff",
            opacity=0.72,
            label="land_use",  # as planners' sheets print it: the code, and the floor area ratio
            label_more="max_floor_area_ratio",
            label_zoom=16,
        ),
    ),
    Layer(
        id="constraints",
        title="规划约束",
        title_en="Constraints",
        description="永久基本农田、生态保护红线、城镇开发边界及各类控制线。",
        model=Constraint,
        fields=(
            Field("kind", "Kind", scheme="constraint_kinds", in_tiles=True),
            Field("name", "Name", in_tiles=True),
            Field("authority", "Authority"),
            Field("basis", "Basis"),
            SCHEMATIC,
        ),
        sharing=Sharing.MANDATORY,
        reason="项目选址须逐一核对",
        public=True,
        steward="自然资源局",
        update_cycle="每年",
        min_zoom=8,
        search=("name",),
        here_rank=20,
        limit_rank=10,
        check_group="kind",
        paint=Paint(rank=64, kind="line", by="kind", width=2.2, label="name", label_zoom=14),
    ),
)
