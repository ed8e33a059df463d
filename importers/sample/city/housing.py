"""Storeys, units and rights: the 楼盘表 of residential and commercial buildings."""

import numpy as np
import pandas as pd
import shapely

from importers.sample.city.estate_register import invented_people
from importers.sample.city.frames import frame, on_millimetre
from importers.sample.city.noise import generator

# building kind → (metres of front per flat, flats per entrance)
FLATS = {
    "slabs": (11.4, 2),
    "midrise": (13.4, 2),
    "towers": (9.2, 4),
    "villas": (13.0, 1),
    "shophouse": (99.0, 1),
    "mall": (99.0, 1),
}


def chosen_buildings(buildings: pd.DataFrame, limit: int, seed: int) -> pd.DataFrame:
    """Buildings that get units, of every kind, until about ``limit`` units are reached."""
    random = generator(seed, "unit buildings")
    wanted = buildings[buildings["kind"].isin(FLATS)]
    slots = np.array(
        [_slots(kind, f)[0] for kind, f in zip(wanted["kind"], wanted["unit_frame"], strict=True)]
    )
    storeys = np.where(wanted["kind"] == "villas", 1, wanted["storeys_above"])
    wanted = wanted.assign(slots=slots, rank=random.random(len(wanted)))
    order = np.argsort(wanted["rank"].to_numpy())
    total = np.cumsum((slots * storeys)[order])
    return wanted.iloc[np.sort(order[total <= limit * 0.97])]


def _slots(kind: str, unit_frame) -> tuple[int, int]:
    """Flats per floor and flats per entrance."""
    front, each = FLATS[kind]
    if unit_frame is None:
        return 1, 1
    entrances = max(1, round(unit_frame[3] / (front * each)))
    return entrances * each, each


def _slot_shapes(building, unit_frame, number: int) -> np.ndarray:
    """The footprint cut across its length into equal parts."""
    if number == 1:
        return np.array([building])
    x, y, angle, length, depth = unit_frame
    cuts = np.linspace(0, length, number + 1)
    u0, u1 = cuts[:-1], cuts[1:]
    corner = np.stack(
        [
            np.stack([u0, u1, u1, u0], 1),
            np.stack([0 * u0, 0 * u0, 0 * u0 + depth, 0 * u0 + depth], 1),
        ],
        2,
    )
    c, s = np.cos(angle), np.sin(angle)
    ring = np.stack(
        [x + corner[..., 0] * c - corner[..., 1] * s, y + corner[..., 0] * s + corner[..., 1] * c],
        2,
    )
    return on_millimetre(shapely.intersection(shapely.polygons(ring), building))


def units(chosen: pd.DataFrame) -> pd.DataFrame:
    """The units of the chosen buildings, floor by floor and west to east."""
    rows, shapes = [], []
    for b in chosen.itertuples():
        number, each = _slots(b.kind, b.unit_frame)
        parts = _slot_shapes(b.geometry, b.unit_frame, number)
        for floor_from, floor_to, slot in _floors(b, number):
            rows.append(
                (
                    b.code,
                    b.kind,
                    b.address,
                    slot,
                    each,
                    number,
                    floor_from,
                    floor_to,
                    bool(b.shops),
                    b.completed_year,
                )
            )
            shapes.append(b.geometry if slot < 0 else parts[slot])
    columns = [
        "building_code",
        "kind",
        "address",
        "slot",
        "each",
        "number",
        "floor_from",
        "floor_to",
        "shops",
        "year",
    ]
    return _unit_frame(pd.DataFrame(rows, columns=columns), np.array(shapes, object))


def _floors(building, number: int) -> list[tuple[int, int, int]]:
    """(first floor, last floor, place on the floor); -1 is the whole basement."""
    top = int(building.storeys_above)
    done = [(-1, -1, -1)] if building.storeys_below else []
    if building.kind == "villas":
        return done + [(1, top, slot) for slot in range(number)]
    duplex = building.kind in ("slabs", "midrise") and top > 4 and building.completed_year % 4 == 1
    whole = top - 2 if duplex else top
    done += [(floor, floor, slot) for floor in range(1, whole + 1) for slot in range(number)]
    return done + [(top - 1, top, slot) for slot in range(number) if duplex]


def _unit_frame(table: pd.DataFrame, shapes: np.ndarray) -> pd.DataFrame:
    slot, each = table["slot"].to_numpy(), table["each"].to_numpy()
    first, last = table["floor_from"].to_numpy(), table["floor_to"].to_numpy()
    floors = last - first + 1
    entrance = np.where(slot < 0, 0, slot // np.maximum(each, 1) + 1)
    place = np.where(slot < 0, 1, slot % np.maximum(each, 1) + 1)
    area = np.round(shapely.area(shapes) * floors, 2)
    inner = np.round(area * np.where(table["kind"] == "towers", 0.78, 0.86), 2)
    shop = (first == 1) & (table["shops"] | (table["kind"] == "mall"))
    commercial = shop | (table["kind"] == "mall")
    usage = np.select([slot < 0, commercial], ["车库", "商业服务"], "成套住宅")
    room = np.where(
        slot < 0, "-101", np.char.add(first.astype(str), np.char.zfill((place).astype(str), 2))
    )
    inside = table.groupby("building_code", sort=False).cumcount().to_numpy() + 1
    label = np.char.add(entrance.astype(str), "单元")
    many = (entrance > 0) & (table["number"].to_numpy() > each)
    address = [
        f"{a}{f'{e}' if m else ''}{r}室"
        for a, e, m, r in zip(table["address"], label, many, room, strict=True)
    ]
    return frame(
        shapes,
        code=np.char.add(
            table["building_code"].to_numpy().astype(str), np.char.zfill(inside.astype(str), 4)
        ),
        building_code=table["building_code"].to_numpy(),
        entrance=np.where(entrance > 0, entrance.astype(str), ""),
        floor_from=first,
        floor_to=last,
        room=room,
        position=np.where(slot < 0, 1, slot + 1),
        usage=usage,
        layout=np.select(
            [usage != "成套住宅", floors > 1, area > 120, area > 95, area > 70],
            ["", "复式", "四室二厅", "三室二厅", "三室一厅"],
            "二室一厅",
        ),
        floor_area_m2=area,
        inner_area_m2=inner,
        shared_area_m2=np.round(area - inner, 2),
        address=address,
        year=table["year"].to_numpy(),
    )


def storeys(chosen: pd.DataFrame, unit_rows: pd.DataFrame) -> pd.DataFrame:
    """The storeys of the chosen buildings; a duplex counts half on each of its floors."""
    count = (chosen["storeys_above"] + chosen["storeys_below"]).to_numpy()
    code = np.repeat(chosen["code"].to_numpy(), count)
    below = np.repeat(chosen["storeys_below"].to_numpy(), count)
    step = pd.Series(code).groupby(code, sort=False).cumcount().to_numpy() - below
    number = np.where(step < 0, step, step + 1)
    floors = unit_rows["floor_to"] - unit_rows["floor_from"] + 1
    many = np.repeat(np.arange(len(unit_rows)), floors)
    within = pd.Series(many).groupby(many).cumcount().to_numpy()
    spread = (
        pd.DataFrame(
            {
                "code": unit_rows["building_code"].to_numpy()[many],
                "number": unit_rows["floor_from"].to_numpy()[many] + within,
                "area": (unit_rows["floor_area_m2"] / floors).to_numpy()[many],
            }
        )
        .groupby(["code", "number"])["area"]
        .sum()
    )
    area = spread.reindex(pd.MultiIndex.from_arrays([code, number])).to_numpy()
    shop = np.repeat(chosen["shops"].to_numpy(bool), count) & (number == 1)
    name = np.where(
        number < 0,
        np.char.add("B", np.abs(number).astype(str)),
        np.char.add("C", np.char.zfill(number.astype(str), 2)),
    )
    return frame(
        None,
        code=np.char.add(code.astype(str), name),
        building_code=code,
        number=number,
        label=np.where(number < 0, "地下室", np.char.add(number.astype(str), "层")),
        floor_area_m2=np.round(area, 2),
        height_m=np.select([number < 0, shop], [3.6, 4.2], 2.95),
    )


def rights(unit_rows: pd.DataFrame, seed: int, first_certificate: int = 1) -> pd.DataFrame:
    """Rights on units: most are owned; some are mortgaged, a few bound otherwise."""
    random = generator(seed, "rights", str(first_certificate))
    draw, code = random.random((len(unit_rows), 5)), unit_rows["code"].to_numpy()
    owned = draw[:, 0] < 0.9
    masks = {
        "ownership": owned,
        "mortgage": owned & (draw[:, 1] < 0.23),
        "seizure": owned & (draw[:, 2] < 0.012),
        "objection": owned & (draw[:, 3] < 0.006),
        "notice": ~owned & (draw[:, 4] < 0.5),
        "residence": owned & (draw[:, 4] > 0.992),
    }
    people = invented_people(len(unit_rows), random)
    others = {"mortgage": "某银行涟源支行（示意）", "seizure": "某人民法院（示意）"}
    year = np.maximum(unit_rows["year"].to_numpy() + 1, 2016)
    rows = []
    for kind, mask in masks.items():
        who = np.flatnonzero(mask)
        rows.append(
            pd.DataFrame(
                {
                    "code": np.char.add(
                        code[who].astype(str),
                        {
                            "ownership": "-SY",
                            "mortgage": "-DY",
                            "seizure": "-CF",
                            "objection": "-YY",
                            "notice": "-YG",
                            "residence": "-JZ",
                        }[kind],
                    ),
                    "unit_code": code[who],
                    "kind": kind,
                    "holder": others.get(kind) or people[who],
                    "year": year[who],
                    "word": "不动产权" if kind == "ownership" else "不动产证明",
                }
            )
        )
    table = pd.concat(rows, ignore_index=True).sort_values("code", ignore_index=True)
    number = np.arange(first_certificate, first_certificate + len(table))
    certificate = [
        f"湘（{y}）涟源市{w}第{n:07d}号"
        for y, w, n in zip(table["year"], table["word"], number, strict=True)
    ]
    return frame(
        None,
        **{c: table[c].to_numpy() for c in ("code", "unit_code", "kind", "holder")},
        certificate=certificate,
    )
