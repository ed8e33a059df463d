"""The town renews itself: parcels divide and merge, an old block makes way for an estate."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from importers.sample.city.addresses import PROVINCE
from importers.sample.city.baseline import unit_layers
from importers.sample.city.delivery import Delivery
from importers.sample.city.districts import town_names
from importers.sample.city.drawing import Drawing
from importers.sample.city.estate_register import building_frame, delivered
from importers.sample.city.fabric import CONCRETE
from importers.sample.city.frames import frame, moment, on_millimetre
from importers.sample.city.rings import main_direction, slice_between, span
from importers.sample.city.shapes import Piece, rows, south_angle


class Numbering:
    """The next free parcel number of each village and right; numbers are never used twice."""

    def __init__(self, parcels: pd.DataFrame) -> None:
        codes = parcels["code"]
        self._last = codes.str[14:].astype(int).groupby(codes.str[:14]).max().to_dict()

    def next(self, prefix: str) -> str:
        """A new 19-digit code under a 14-character prefix."""
        self._last[prefix] = self._last.get(prefix, 0) + 1
        return f"{prefix}{self._last[prefix]:05d}"


def renewal(drawing: Drawing) -> Iterator[Delivery]:
    """Subdivision 2019, merger and demolition 2020, a new estate 2021, subdivision 2026."""
    numbers = Numbering(drawing.estate.parcels)
    empty = _empty_parcels(drawing)
    yield _subdivision(drawing, numbers, empty[0], moment(2019, 5, 16, 9), 3)
    if len(empty) > 1:
        yield _subdivision(drawing, numbers, empty[1], moment(2026, 3, 12, 9), 2)
    yield from _merger(drawing, numbers, set(empty[:2]))
    yield from _rebuilt_block(drawing, numbers)


def _empty_parcels(drawing: Drawing) -> list[int]:
    """Rows of parcels in the main town without a building, large ones first."""
    estate = drawing.estate
    built = set(drawing.buildings["row"])
    main = np.flatnonzero((estate.block >= 0) & (estate.block < len(drawing.towns[0].blocks)))
    free = [
        i
        for i in main
        if i not in built
        and estate.parcel_use[i]
        in ("vacant", "commercial", "office", "green", "old", "urban_village")
    ]
    area = estate.parcels["registered_area_m2"].to_numpy()
    return sorted(map(int, free), key=lambda i: (estate.parcel_use[i] != "vacant", -area[i]))


def _child(parcel: pd.DataFrame, shapes, codes: list[str], at, **changed) -> pd.DataFrame:
    """New parcel rows that take over a parent's description."""
    table = pd.concat([parcel] * len(codes), ignore_index=True)
    table = table.assign(code=codes, registered_on=at.date(), **changed)
    table = table.set_geometry(on_millimetre(np.array(shapes)), crs=parcel.crs)
    return table.assign(registered_area_m2=np.round(table.geometry.area, 2))


def _subdivision(drawing: Drawing, numbers: Numbering, row: int, at, parts: int):
    parent = drawing.estate.parcels.iloc[[row]]
    ring = [
        tuple(p) for p in shapely.get_coordinates(parent.geometry.iloc[0].exterior)[:-1].tolist()
    ]
    angle = main_direction(ring)
    turns = [(np.cos(a), np.sin(a)) for a in (angle, angle + np.pi / 2)]
    normal = max(turns, key=lambda n: np.ptp(span(ring, *n)))
    cuts = np.linspace(*span(ring, *normal), parts + 1)
    cuts[[0, -1]] += [-1, 1]
    shapes = [
        shapely.Polygon(slice_between(ring, normal, a, b))
        for a, b in zip(cuts[:-1], cuts[1:], strict=True)
    ]
    code = parent["code"].iloc[0]
    codes = [numbers.next(code[:14]) for _ in shapes]
    return Delivery(
        "parcels",
        at,
        f"{at.year}年地籍更新：示范地块{code[-5:]}分割为{parts}宗",
        "",
        _child(parent, shapes, codes, at),
        (code,),
        tuple((code, child) for child in codes),
    )


def _merger(drawing: Drawing, numbers: Numbering, used: set[int]) -> Iterator[Delivery]:
    """Two neighbouring empty parcels become one in 2020."""
    estate, at = drawing.estate, moment(2020, 4, 22, 10)
    rows = [i for i in _empty_parcels(drawing) if i not in used]
    shapes = estate.parcels.geometry.to_numpy()
    for i in rows:
        for j in rows:
            if (
                i < j
                and estate.block[i] == estate.block[j]
                and shapely.length(shapely.intersection(shapes[i], shapes[j])) > 5
            ):
                parents = estate.parcels.iloc[[i, j]]
                code = numbers.next(parents["code"].iloc[0][:14])
                merged = shapely.coverage_union_all(shapes[[i, j]])
                codes = tuple(parents["code"])
                yield Delivery(
                    "parcels",
                    at,
                    "2020年地籍更新：相邻宗地合并",
                    "",
                    _child(parents.iloc[[0]], [merged], [code], at),
                    codes,
                    tuple((c, code) for c in codes),
                )
                return


def _rebuilt_block(drawing: Drawing, numbers: Numbering) -> Iterator[Delivery]:
    estate = drawing.estate
    block = _block_to_rebuild(drawing)
    rows = np.flatnonzero(estate.block == block)
    parents = estate.parcels.iloc[rows]
    gone = drawing.buildings[
        drawing.buildings["row"].isin(rows) & (drawing.buildings["completed_year"] <= 2019)
    ]
    lost = drawing.addresses[drawing.addresses["building_code"].isin(gone["code"])]
    at = moment(2020, 9, 10, 9)
    document = ""
    why = "2020年棚户区改造：旧区拆除（示意）"
    yield Delivery("buildings", at, why, document, delivered(gone).iloc[:0], tuple(gone["code"]))
    yield Delivery("addresses", at, why, document, lost.iloc[:0], tuple(lost["code"]))
    at = moment(2020, 11, 3, 9)
    prefix = parents["code"].iloc[0][:12] + "GB"
    code = numbers.next(prefix)
    whole = shapely.coverage_union_all(parents.geometry.to_numpy())
    parcel = _child(
        parents.iloc[[0]],
        [whole],
        [code],
        at,
        land_use="0701",
        right_type="国有建设用地使用权（出让）",
        right_holder="涟源市示范五房地产开发有限公司（示意）",
    )
    codes = tuple(parents["code"])
    yield Delivery(
        "parcels",
        at,
        "2020年地籍更新：棚改地块收回合并出让",
        "",
        parcel,
        codes,
        tuple((c, code) for c in codes),
    )
    yield from _new_estate(drawing, parcel)


def _block_to_rebuild(drawing: Drawing) -> int:
    """A central block of self-built houses where nothing was built after 2019 and no units are."""
    town, estate = drawing.towns[0], drawing.estate
    late = drawing.buildings[
        (drawing.buildings["completed_year"] > 2019)
        | drawing.buildings["code"].isin(drawing.unit_buildings["code"])
    ]
    busy = set(estate.block[late["row"]])

    def wish(number: int) -> tuple:
        block = town.blocks[number]
        area = shapely.Polygon(block.ring).area
        return (block.use == "urban_village", number not in busy, area > 7000, -abs(area - 16000))

    return max(range(len(town.blocks)), key=wish)


def _new_estate(drawing: Drawing, parcel: pd.DataFrame) -> Iterator[Delivery]:
    at = moment(2021, 10, 28, 9)
    document, why = "", "2021年新建小区竣工验收：涟水新苑（示意）"
    ring = [
        tuple(p) for p in shapely.get_coordinates(parcel.geometry.iloc[0].exterior)[:-1].tolist()
    ][::-1]
    if not shapely.is_ccw(shapely.LinearRing(ring)):
        ring = ring[::-1]
    placed = rows(ring, Piece("notched", 42, 14), south_angle(ring), 6, 34, 12)
    placed = [
        p for p in placed if parcel.geometry.iloc[0].contains_properly(shapely.Polygon(p.ring))
    ]
    town = town_names()[parcel["code"].iloc[0][:9]]
    table = pd.DataFrame(
        {
            "row": 0,
            "kind": "midrise",
            "usage": "成套住宅",
            "structure": CONCRETE,
            "storeys_above": [11 + (i % 3) * 3 for i in range(len(placed))],
            "storeys_below": 1,
            "completed_year": 2021,
            "name": [f"涟水新苑{i + 1}栋" for i in range(len(placed))],
            "shops": False,
            "unit_frame": [p.frame for p in placed],
            "shape": [shapely.Polygon(p.ring) for p in placed],
        }
    )
    buildings = building_frame(table, parcel, np.array(["midrise"]), drawing.seed)
    road = drawing.roads["name"].iloc[
        int(np.argmin(shapely.distance(drawing.roads.geometry.to_numpy(), parcel.geometry.iloc[0])))
    ]
    buildings["address"] = [f"{PROVINCE}{town}{road}518号{n}" for n in buildings["name"]]
    village = parcel["district_code"].iloc[0]
    doors = shapely.point_on_surface(shapely.boundary(buildings.geometry.to_numpy()))
    addresses = frame(
        doors,
        code=[f"{village}A9{i:04d}" for i in range(1, len(buildings) + 1)],
        full_address=buildings["address"].to_numpy(),
        road_name=road,
        house_number="518号",
        building_code=buildings["code"].to_numpy(),
    )
    yield Delivery("buildings", at, why, document, delivered(buildings))
    yield Delivery("addresses", at, why, document, addresses)
    yield from unit_layers(drawing, buildings, at, why, document)
