"""Parcels and buildings."""

from layers.access.access import Sharing
from layers.declarations.catalogue.hazards import HAZARDS_NEAR
from layers.declarations.catalogue.pipes import PIPES_BESIDE
from layers.declarations.catalogue.planning import PLANNED_OVER
from layers.declarations.declarations import SCHEMATIC, Field, Layer, Paint, Quiet, Relation
from layers.roles import Role
from spatial.housing.roles import HousingRole
from spatial.parcels.models import Building, Parcel
from spatial.parcels.roles import LandRole

POSITION = 20

LAYERS = (
    Layer(
        id="parcels",
        title="宗地",
        title_en="Parcels",
        description="地籍宗地；权利人不在共享之列。",
        model=Parcel,
        fields=(
            Field("location", "Location"),
            Field("scheme", "Land-use scheme"),
            Field("land_use", "Land use", scheme="gbt21010_2017", in_tiles=True),
            Field("right_type", "Right type"),
            Field("registered_area_m2", "Registered area", unit="m²"),
            Field("registered_on", "Registered on"),
            Field("district_code", "District code", refers_to="districts"),
            SCHEMATIC,
        ),
        personal=("right_holder",),
        sharing=Sharing.MANDATORY,
        reason="权属界线与用途各部门均需；权利人按个人信息保护法不共享",
        public=True,
        readers=frozenset({LandRole.LAND, HousingRole.HOUSING, Role.STEWARD}),
        deliverers=frozenset({LandRole.LAND}),
        writers=frozenset({LandRole.LAND}),
        undoers=frozenset({LandRole.LAND}),
        steward="自然资源局",
        update_cycle="每日",
        min_zoom=10,
        crowded=True,
        search=("location",),
        search_rank=60,
        relations=(
            Relation("buildings", "宗地上的建筑", "Buildings on the parcel"),
            *PLANNED_OVER,
            PIPES_BESIDE,
            HAZARDS_NEAR,
        ),
        here_rank=30,
        limit_rank=40,
        area_field="registered_area_m2",
        in_cadastre=True,
        paint=Paint(
            rank=25, kind="fill", by="land_use", colour="#f3f0e6", outline="#b3a58b", opacity=0.45
        ),
    ),
    Layer(
        id="buildings",
        title="建筑",
        title_en="Buildings",
        description="自然幢；产权人不在共享之列。",
        model=Building,
        fields=(
            Field("name", "Name", in_tiles=True),
            Field("address", "Address"),
            Field("parcel_code", "Parcel code", refers_to="parcels"),
            Field("usage", "Usage"),
            Field("structure", "Structure"),
            Field("storeys_above", "Storeys above ground", in_tiles=True),
            Field("storeys_below", "Storeys below ground"),
            Field("height_m", "Height", unit="m", in_tiles=True),
            Field("floor_area_m2", "Floor area", unit="m²"),
            Field("completed_year", "Completed"),
            Field("district_code", "District code", refers_to="districts"),
            SCHEMATIC,
        ),
        personal=("owner",),
        sharing=Sharing.MANDATORY,
        reason="建筑物位置与层数各部门均需；产权人按个人信息保护法不共享",
        public=True,
        readers=frozenset({HousingRole.HOUSING, LandRole.LAND, Role.STEWARD}),
        deliverers=frozenset({LandRole.LAND}),
        writers=frozenset({LandRole.LAND}),
        undoers=frozenset({LandRole.LAND}),
        steward="自然资源局",
        update_cycle="每月",
        min_zoom=10,
        crowded=True,
        search=("name", "address"),
        search_rank=40,
        relations=(
            Relation("parcels", "所在宗地", "Parcel it stands on"),
            Relation("addresses", "门牌地址", "Addresses", 3),
            *PLANNED_OVER,
            PIPES_BESIDE,
            HAZARDS_NEAR,
        ),
        here_rank=40,
        limit_rank=50,
        in_cadastre=True,
        paint=Paint(
            quiet=Quiet("#e4dbc7", 14, outline="#cfc4aa"),
            rank=50,
            kind="extrusion",
            colour="#d9c9b0",
            by="storeys_above",
            colours={
                "1": ("1–3 层", "#e8dcc8"),
                "4": ("4–6 层", "#dcc4a0"),
                "7": ("7–11 层", "#cda777"),
                "12": ("12–18 层", "#b98452"),
                "19": ("19 层及以上", "#9a6238"),
            },
            outline="#a08a6a",
            height="height_m",
            label="name",
            label_zoom=17,
        ),
    ),
)
