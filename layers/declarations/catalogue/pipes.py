"""Pipe networks: critical infrastructure, shared on conditions."""

from grid.roles import GridRole
from layers.access.access import Sharing
from layers.declarations.declarations import SCHEMATIC, Field, Layer, Paint, Relation
from layers.roles import Role
from spatial.pipes.models import PipeLine, PipePoint
from spatial.pipes.roles import PipeRole
from spatial.planning.roles import PlanningRole

POSITION = 40

PIPES_BESIDE = Relation("pipe-lines", "10 米内的管线", "Pipes within 10 m", 10)
NETWORKS = "pipe_networks_cjj61_2017"
READERS = frozenset({PipeRole.PIPES, PlanningRole.PLANNER, Role.STEWARD, GridRole.DISPATCHER})
REASON = "地下管线属关键基础设施，按条件提供给规划、建设、抢险单位"

LAYERS = (
    Layer(
        id="pipe-lines",
        title="管线",
        title_en="Pipe lines",
        description="给水、雨水、污水、燃气等管段；重力管高程为管内底。",
        model=PipeLine,
        fields=(
            Field("network", "Network", scheme=NETWORKS, in_tiles=True),
            Field("start_code", "Start point", refers_to="pipe-points"),
            Field("end_code", "End point", refers_to="pipe-points"),
            Field("material", "Material"),
            Field("section", "Section", unit="mm", in_tiles=True),
            Field("start_depth_m", "Start depth", unit="m"),
            Field("end_depth_m", "End depth", unit="m"),
            Field("start_level_m", "Start level", unit="m"),
            Field("end_level_m", "End level", unit="m"),
            Field("laying", "Laying"),
            Field("laid_year", "Laid"),
            Field("owner", "Owner"),
            Field("road_name", "Road"),
            Field("state", "State"),
            SCHEMATIC,
        ),
        sharing=Sharing.CONDITIONAL,
        reason=REASON,
        readers=READERS,
        deliverers=frozenset({PipeRole.PIPES}),
        writers=frozenset({PipeRole.PIPES}),
        undoers=frozenset({PipeRole.PIPES}),
        steward="城市管理和综合执法局",
        update_cycle="竣工后 30 日内",
        min_zoom=13,
        search=("road_name",),
        named_by=("{class}", "{section}"),
        relations=(
            Relation("pipe-points", "管线两端的管点", "Points at both ends", 0.5),
            Relation("buildings", "5 米内的建筑", "Buildings within 5 m", 5),
        ),
        here_rank=100,
        limit_rank=70,
        paint=Paint(rank=70, kind="line", by="network", width=1.6, label="section", label_zoom=18),
    ),
    Layer(
        id="pipe-points",
        title="管点",
        title_en="Pipe points",
        description="管线特征点与附属物。",
        model=PipePoint,
        fields=(
            Field("network", "Network", scheme=NETWORKS, in_tiles=True),
            Field("feature", "Feature", in_tiles=True),
            Field("fitting", "Fitting", in_tiles=True),
            Field("ground_level_m", "Ground level", unit="m"),
            Field("bottom_depth_m", "Bottom depth", unit="m"),
            Field("road_name", "Road"),
            Field("state", "State"),
            SCHEMATIC,
        ),
        sharing=Sharing.CONDITIONAL,
        reason=REASON,
        readers=READERS,
        deliverers=frozenset({PipeRole.PIPES}),
        writers=frozenset({PipeRole.PIPES}),
        undoers=frozenset({PipeRole.PIPES}),
        steward="城市管理和综合执法局",
        update_cycle="竣工后 30 日内",
        min_zoom=16,
        named_by=("{class}",),
        relations=(Relation("pipe-lines", "相接的管线", "Connected pipes", 0.5),),
        here_rank=110,
        check_group="network",
        paint=Paint(rank=74, kind="circle", by="network", width=3),
    ),
)
