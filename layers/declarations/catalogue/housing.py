"""Storeys, units and rights: conditional or withheld, never public."""

from layers.access.access import Sharing
from layers.declarations.declarations import SCHEMATIC, Field, Layer, Paint
from layers.roles import Role
from spatial.housing.models import Right, Storey, Unit
from spatial.housing.roles import HousingRole
from spatial.parcels.roles import LandRole

POSITION = 30

HOUSING_STAFF = frozenset({HousingRole.HOUSING, LandRole.LAND, Role.STEWARD})

LAYERS = (
    Layer(
        id="units",
        title="户",
        title_en="Units",
        description="不动产单元（户）。",
        model=Unit,
        fields=(
            Field("building_code", "Building code", in_tiles=True, refers_to="buildings"),
            Field("entrance", "Entrance"),
            Field("floor_from", "From floor", in_tiles=True),
            Field("floor_to", "To floor"),
            Field("room", "Room", in_tiles=True),
            Field("usage", "Usage", in_tiles=True),
            Field("layout", "Layout"),
            Field("floor_area_m2", "Floor area", unit="m²"),
            Field("inner_area_m2", "Inner area", unit="m²"),
            Field("shared_area_m2", "Shared area", unit="m²"),
            Field("address", "Address"),
            SCHEMATIC,
        ),
        office_fields=("position",),
        sharing=Sharing.CONDITIONAL,
        reason="涉及住户隐私，仅供住房保障、不动产登记按职责使用",
        readers=HOUSING_STAFF,
        deliverers=frozenset({HousingRole.HOUSING}),
        writers=frozenset({HousingRole.HOUSING}),
        undoers=frozenset({HousingRole.HOUSING}),
        steward="住房保障服务中心",
        update_cycle="每日",
        min_zoom=17,
        search=("address",),
        named_by=("{entrance} 单元", "{room}"),
        here_rank=50,
        in_cadastre=True,
        paint=Paint(fills_when_chosen=True, rank=72, kind="line", colour="#8a5a9e"),
    ),
    Layer(
        id="storeys",
        title="楼层",
        title_en="Storeys",
        description="楼盘表的层；只在本平台内使用。",
        model=Storey,
        fields=(
            Field("building_code", "Building code", refers_to="buildings"),
            Field("number", "Number"),
            Field("label", "Label"),
            Field("floor_area_m2", "Floor area", unit="m²"),
            Field("height_m", "Height", unit="m"),
            SCHEMATIC,
        ),
        sharing=Sharing.WITHHELD,
        reason="内部登记过程数据，随“户”提供，不单独共享",
        readers=HOUSING_STAFF,
        deliverers=frozenset({HousingRole.HOUSING, Role.STEWARD}),
        undoers=frozenset({HousingRole.HOUSING, Role.STEWARD}),
        steward="住房保障服务中心",
        update_cycle="每日",
    ),
    Layer(
        id="rights",
        title="权利与限制",
        title_en="Rights",
        description="所有权、抵押、预告、查封等；含个人信息。",
        model=Right,
        fields=(
            Field("unit_code", "Unit code", refers_to="units"),
            Field("kind", "Kind", scheme="right_kinds"),
        ),
        personal=("holder", "certificate"),
        sharing=Sharing.WITHHELD,
        reason="个人信息保护法第二十八条、不动产登记资料查询暂行办法",
        readers=HOUSING_STAFF,
        deliverers=frozenset({LandRole.LAND, Role.STEWARD}),
        undoers=frozenset({LandRole.LAND, Role.STEWARD}),
        steward="不动产登记中心",
        update_cycle="每日",
    ),
)
