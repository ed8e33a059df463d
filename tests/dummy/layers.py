"""The layers of parks: found because the app is installed."""

from layers.access.access import Sharing
from layers.declarations.declarations import SCHEMATIC, Field, Layer, Paint, Relation
from tests.dummy.models import Bench, Park
from tests.dummy.roles import ParkRole

POSITION = 90

KEEPERS = frozenset({ParkRole.KEEPER})

LAYERS = (
    Layer(
        id="parks",
        title="公园",
        title_en="Parks",
        description="城市公园的范围。",
        model=Park,
        fields=(
            Field("name", "Name", in_tiles=True),
            Field("kind", "Kind", in_tiles=True),
            Field("opens_at", "Opening hours"),
            Field("area_m2", "Area", unit="m²"),
            Field("district_code", "District code", refers_to="districts"),
            SCHEMATIC,
        ),
        personal=("keeper_phone",),
        sharing=Sharing.MANDATORY,
        reason="公园范围应向社会公开",
        public=True,
        readers=KEEPERS,
        deliverers=KEEPERS,
        writers=KEEPERS,
        undoers=KEEPERS,
        steward="园林局",
        update_cycle="每年",
        min_zoom=10,
        search=("name",),
        search_rank=15,
        relations=(
            Relation("benches", "园内座椅", "Benches inside"),
            Relation("buildings", "园边 30 米内的建筑", "Buildings within 30 m", 30),
        ),
        here_rank=25,
        limit_rank=25,
        area_field="area_m2",
        unchecked_because="示例登记簿，用通用检查",
        paint=Paint(
            rank=27,
            kind="fill",
            by="kind",
            colours={"city": ("市级公园", "#7fae6b"), "pocket": ("口袋公园", "#b5d29a")},
            outline="#4f7a3f",
            label="name",
            label_zoom=14,
        ),
    ),
    Layer(
        id="benches",
        title="座椅",
        title_en="Benches",
        description="公园座椅。",
        model=Bench,
        fields=(
            Field("park_code", "Park code", refers_to="parks"),
            Field("state", "State", in_tiles=True),
            SCHEMATIC,
        ),
        sharing=Sharing.CONDITIONAL,
        reason="养护台账，按需申请",
        readers=KEEPERS,
        deliverers=KEEPERS,
        writers=KEEPERS,
        undoers=KEEPERS,
        steward="园林局",
        update_cycle="每月",
        min_zoom=15,
        paint=Paint(rank=79, kind="circle", colour="#6b4f2f", width=3),
    ),
)
