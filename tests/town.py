"""A tiny town around the city's centre: one of everything, and a history worth reading.

Parcel ``P1`` (100 × 100 m) with the house ``B1``; on 2020-06-01 it is split into ``P2``
and ``P3``. ``B1`` grows from 3 to 4 storeys on 2021-03-01 and has seven units, one of
them on two floors and one below ground. A warning stood on 8 and 9 July 2020.
"""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import Group, User
from django.contrib.gis.geos import LineString

from layers.declarations.registry import layer_of
from layers.roles import Role
from spatial.city import city
from spatial.parcels.actions import split_parcel
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit
from tests.factories import moment, spot, square

HOLDER, PHONE = "张三丰", "13812345678"
UNIT = "B1U0201"
PARCEL: dict[str, Any] = {
    "location": "涟源市人民路1号",
    "scheme": "gbt21010_2017",
    "land_use": "0701",
    "right_type": "国有建设用地使用权",
    "right_holder": HOLDER,
    "registered_area_m2": 10_000.0,
    "registered_on": date(2018, 1, 1),
    "geom": square(0, 0, 100),
}
BUILDING: dict[str, Any] = {
    "name": "示范楼",
    "address": "涟源市人民路1号",
    "parcel_code": "P1",
    "usage": "成套住宅",
    "structure": "砖混",
    "storeys_above": 3,
    "storeys_below": 1,
    "height_m": 9.6,
    "owner": HOLDER,
    "geom": square(10, 10, 30),
}
# code: entrance, first floor, last floor, room, position
UNITS = {
    "B1U0101": ("1", 1, 1, "101", 1),
    "B1U0102": ("1", 1, 1, "102", 2),
    UNIT: ("1", 2, 3, "201", 1),
    "B1U0202": ("1", 2, 2, "202", 2),
    "B1U0302": ("1", 3, 3, "302", 2),
    "B1U2101": ("2", 1, 1, "101", 1),
    "B1UX101": ("2", -1, -1, "车位1", 1),
}
RIGHTS = {
    "R1": ("B1U0101", "ownership"),
    "R2": (UNIT, "ownership"),
    "R3": (UNIT, "mortgage"),
    "R4": (UNIT, "seizure"),
    "R5": ("B1U0202", "notice"),
}


def make_town() -> None:
    """Write the town through the store, change by change."""
    _begin()
    _go_on()


def make_user(name: str, *roles: Role) -> User:
    """A user with roles; the password is the name."""
    user = User.objects.create_user(name, password=name)
    user.groups.set([Group.objects.get_or_create(name=role.value)[0] for role in roles])
    return user


def _write(layer_id: str, at: datetime, why: str, action: Action, **rows: dict[str, Any]) -> None:
    edits = [Edit(action, code, values) for code, values in rows.items()]
    given = record_change(who="测绘队", why=why, at=at, document="示意〔2018〕1号")
    apply(given, layer_of(layer_id).model, edits)


def _begin() -> None:
    start = moment(2018)
    line = LineString((*spot(-200, -10),), (*spot(200, -10),), srid=city().projected)
    pipe = LineString((*spot(0, -3),), (*spot(90, -3),), srid=city().projected)
    opened: dict[str, dict[str, dict[str, Any]]] = {
        "districts": {
            "431382001": {"name": "示范街道", "level": "town", "geom": square(-900, -900, 1800)},
            "431382001001": {
                "name": "示范社区", "level": "village", "parent_code": "431382001",
                "geom": square(-500, -500, 1000),
            },
        },
        "landcover": {"L1": {"scheme": "gbt21010_2017", "class_code": "0701", "geom": square(-300, -300, 600)}},
        "water": {"W1": {"name": "涟水", "kind": "river", "geom": square(-300, 150, 80)}},
        "roads": {"RD1": {"name": "人民路", "kind": "primary", "width_m": 20.0, "geom": line}},
        "parcels": {"P1": PARCEL},
        "buildings": {"B1": BUILDING},
        "addresses": {"A1": {"full_address": "涟源市人民路1号", "road_name": "人民路", "house_number": "1号", "building_code": "B1", "geom": spot(25, 10)}},
        "plan-zones": {"Z1": {"plan_name": "示范控规", "scheme": "land_sea_use_2023", "land_use": "070102", "max_floor_area_ratio": 2.5, "max_density_pct": 30.0, "min_green_pct": 35.0, "max_height_m": 54.0, "geom": square(-50, -50, 100)}},
        "constraints": {"C1": {"kind": "farmland", "name": "示范永久基本农田", "geom": square(60, 0, 200)}},
        "pipe-lines": {"PL1": {"network": "JS", "start_code": "PP1", "end_code": "PP2", "material": "球墨铸铁", "section": "300", "geom": pipe}},
        "pipe-points": {"PP1": {"network": "JS", "fitting": "阀门", "geom": spot(0, -3)}},
        "hazard-sites": {
            "H1": {"name": "后山滑坡", "kind": "landslide", "threatened_households": 5, "threatened_people": 21, "monitor": HOLDER, "monitor_phone": PHONE, "geom": spot(120, 120)},
            "H2": {"name": "远处崩塌", "kind": "rockfall", "threatened_households": 2, "threatened_people": 8, "geom": spot(4000, 4000)},
        },
        "rain-stations": {"RS1": {"name": "示范雨量站", "kind": "自动", "geom": spot(-120, 120)}},
        "grid-cells": {"431382001001001": {"community_code": "431382001001", "geom": square(-200, -200, 400)}},
        "components": {"4313820101000001": {"scheme": "components_2020", "class_code": "0101", "name": "上水井盖", "geom": spot(30, -8)}},
        "storeys": {f"B1S{n}": {"building_code": "B1", "number": n, "label": f"{n}层"} for n in (-1, 1, 2, 3)},
        "units": {
            code: {"building_code": "B1", "entrance": entrance, "floor_from": low, "floor_to": high, "room": room, "position": position, "floor_area_m2": 88.5, "address": f"涟源市人民路1号{room}", "geom": square(10, 10, 10)}
            for code, (entrance, low, high, room, position) in UNITS.items()
        },
        "rights": {code: {"unit_code": unit, "kind": kind, "holder": HOLDER, "certificate": "湘2018第1号"} for code, (unit, kind) in RIGHTS.items()},
    }  # fmt: skip
    for layer_id, rows in opened.items():
        _write(layer_id, start, "建库", Action.OPEN, **rows)


def _go_on() -> None:
    change = record_change(
        who="测绘队", why="宗地分割", at=moment(2020, 6, 1), document="示意〔2020〕6号"
    )
    low, high = (_half(part) for part in (0, 1))
    split_parcel(change, "P1", {"P2": low, "P3": high})
    area = {"geom": square(-500, -500, 1000), "title": "黄色预警", "level": "III"}
    _write(
        "warnings", moment(2020, 7, 8), "发布预警", Action.OPEN, W2020={**area, "text": "注意防范"}
    )
    _write("warnings", moment(2020, 7, 10), "解除预警", Action.END, W2020={})
    _write(
        "buildings", moment(2021, 3, 1), "加层", Action.REPLACE, B1={**BUILDING, "storeys_above": 4}
    )


def _half(part: int) -> Any:
    whole = PARCEL["geom"]
    west, south, east, north = whole.extent
    middle = (west + east) / 2
    low, high = ((west, middle), (middle, east))[part]
    ring = ((low, south), (high, south), (high, north), (low, north), (low, south))
    return whole.__class__(ring, srid=whole.srid)


def centre_degrees(dx: float = 0, dy: float = 0) -> tuple[float, float]:
    """Longitude and latitude of a spot given in metres from the centre."""
    from spatial.crs import transformer

    point = spot(dx, dy)
    return transformer(city().projected, 4326).transform(point.x, point.y)
