"""Grid city management.

Everybody of the centre reads all of it. Cells and components are delivered and written by
the data stewards alone, so no role is named: none of the centre keeps them, nor does an
administrator without that role. A case is written by its steps, whoever asks.
"""

from grid.models import Case, Component, GridCell
from grid.roles import CENTRE, GridRole
from layers.access.access import Sharing
from layers.declarations.declarations import SCHEMATIC, Field, Layer, Paint, Relation
from layers.roles import Role

POSITION = 70

OFFICE = CENTRE | {Role.STEWARD}
STAFF = OFFICE | {GridRole.INSPECTOR, GridRole.HANDLER}
IN_CELL = Relation("grid-cells", "所在网格", "Grid cell")

LAYERS = (
    Layer(
        id="grid-cells",
        title="单元网格",
        title_en="Grid cells",
        description="城市管理单元网格，15 位编码。",
        model=GridCell,
        fields=(
            Field("community_code", "Community code", in_tiles=True, refers_to="districts"),
            Field("area_m2", "Area", unit="m²"),
            Field("responsibility_code", "Responsibility grid"),
            SCHEMATIC,
        ),
        personal=("inspector",),
        sharing=Sharing.MANDATORY,
        reason="各部门按网格协同",
        public=True,
        readers=STAFF,
        kept_by_role=True,
        steward="城市管理指挥中心",
        update_cycle="每年",
        min_zoom=12,
        relations=(Relation("cases", "网格内的案件", "Cases in the cell"),),
        here_rank=140,
        area_field="area_m2",
        paint=Paint(rank=62, kind="line", colour="#3f7f5f", width=1.0, label="code", label_zoom=16),
    ),
    Layer(
        id="components",
        title="城市部件",
        title_en="Components",
        description="井盖、路灯、行道树等城市管理部件，16 位编码。",
        model=Component,
        fields=(
            Field("scheme", "Scheme"),
            Field("class_code", "Class", scheme="components_2020", in_tiles=True),
            Field("name", "Name", in_tiles=True),
            Field("cell_code", "Cell code", refers_to="grid-cells"),
            Field("department", "Department"),
            Field("owner", "Owner"),
            Field("maintainer", "Maintainer"),
            Field("state", "State", in_tiles=True),
            SCHEMATIC,
        ),
        sharing=Sharing.MANDATORY,
        reason="各部门按部件协同",
        public=True,
        readers=STAFF,
        kept_by_role=True,
        steward="城市管理指挥中心",
        update_cycle="每季度",
        min_zoom=16,
        relations=(IN_CELL, Relation("cases", "20 米内的案件", "Cases within 20 m", 20)),
        here_rank=150,
        paint=Paint(
            rank=76, kind="circle", colour="#5d7d3a", width=2.5, label="name", label_zoom=18
        ),
    ),
    Layer(
        id="cases",
        title="案件",
        title_en="Cases",
        description="城市管理案件现状；每一步处置是一个版本。",
        model=Case,
        fields=(
            Field("kind", "Kind", in_tiles=True),
            Field("scheme", "Scheme"),
            Field(
                "class_code",
                "Class",
                scheme="events_2020",
                in_tiles=True,
                also_schemes=("components_2020",),
            ),
            Field("description", "Description"),
            Field("step", "Step", in_tiles=True),
            Field("source", "Source"),
            Field("cell_code", "Cell code", refers_to="grid-cells"),
            Field("component_code", "Component code", refers_to="components"),
            Field("department", "Department"),
            Field("reported_at", "Reported at"),
            SCHEMATIC,
        ),
        sharing=Sharing.CONDITIONAL,
        reason="案件可能涉及举报人，处置部门按职责使用",
        readers=STAFF,
        steward="城市管理指挥中心",
        update_cycle="实时",
        min_zoom=11,
        search=("description",),
        relations=(IN_CELL, Relation("components", "20 米内的部件", "Components within 20 m", 20)),
        here_rank=160,
        paint=Paint(rank=82, kind="circle", colour="#c0392b", width=5, outline="#ffffff"),
    ),
)
