"""Parcels and buildings as register tables: codes, uses, holders."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from importers.sample.city.districts import Villages, town_names
from importers.sample.city.frames import frame, on_millimetre
from importers.sample.city.homesteads import Homesteads
from importers.sample.city.noise import generator
from importers.sample.city.town import Town

# parcel use → GB/T 21010 class, right, letters, holder
USES = {
    "old": ("0701", "国有建设用地使用权（划拨）", "GB", "person"),
    "urban_village": ("0702", "宅基地使用权", "JC", "person"),
    "homestead": ("0702", "宅基地使用权", "JC", "person"),
    "slabs": ("0701", "国有建设用地使用权（出让）", "GB", "developer"),
    "midrise": ("0701", "国有建设用地使用权（出让）", "GB", "developer"),
    "towers": ("0701", "国有建设用地使用权（出让）", "GB", "developer"),
    "villas": ("0701", "国有建设用地使用权（出让）", "GB", "developer"),
    "industry": ("0601", "国有建设用地使用权（出让）", "GB", "factory"),
    "commercial": ("0501", "国有建设用地使用权（出让）", "GB", "trader"),
    "office": ("0801", "国有建设用地使用权（划拨）", "GB", "office"),
    "government": ("0801", "国有建设用地使用权（划拨）", "GB", "office"),
    "hospital": ("0805", "国有建设用地使用权（划拨）", "GB", "office"),
    "school": ("0803", "国有建设用地使用权（划拨）", "GB", "office"),
    "market": ("0502", "国有建设用地使用权（出让）", "GB", "trader"),
    "station": ("1005", "国有建设用地使用权（划拨）", "GB", "office"),
    "waterworks": ("0809", "国有建设用地使用权（划拨）", "GB", "utility"),
    "sewage": ("0809", "国有建设用地使用权（划拨）", "GB", "utility"),
    "gasworks": ("0809", "国有建设用地使用权（出让）", "GB", "utility"),
    "stadium": ("0808", "国有建设用地使用权（划拨）", "GB", "office"),
    "square": ("0810", "国有建设用地使用权（划拨）", "GB", "reserve"),
    "green": ("0810", "国有建设用地使用权（划拨）", "GB", "reserve"),
    "park": ("0810", "国有建设用地使用权（划拨）", "GB", "reserve"),
    "vacant": ("1201", "国有建设用地使用权（储备）", "GB", "reserve"),
}
SURNAMES = "张王李刘陈杨黄周吴谢肖曾彭邓梁罗颜龙贺谭廖戴聂毛邱姜"
HOLDERS = {
    "developer": [
        f"涟源市{n}房地产开发有限公司（示意）" for n in ("示范一", "示范二", "示范三", "示范四")
    ],
    "factory": [
        f"涟源市{n}有限公司（示意）"
        for n in ("示范机械", "示范建材", "示范食品", "示范矿机", "示范纺织")
    ],
    "trader": [f"涟源市{n}商贸有限公司（示意）" for n in ("示范甲", "示范乙", "示范丙")],
    "office": ["涟源市某单位（示意）"],
    "utility": ["涟源市某公用事业公司（示意）"],
    "reserve": ["涟源市土地储备中心（示意）"],
}


@dataclass
class Estate:
    """Parcels and buildings as frames, and what the drawing knows beyond the registers.

    ``buildings`` carries extra columns (kind, plot row, unit frame) that are taken off
    before delivery; ``parcel_use`` is the drawn use of each parcel row.
    """

    parcels: pd.DataFrame
    buildings: pd.DataFrame
    parcel_use: np.ndarray
    parcel_name: np.ndarray
    block: np.ndarray


def invented_people(number: int, random: np.random.Generator) -> np.ndarray:
    """Invented holders: a surname and 某某; nobody real."""
    given = np.array(["某", "某某", "某甲", "某乙", "某丙"])
    return np.char.add(
        np.array(list(SURNAMES))[random.integers(len(SURNAMES), size=number)],
        given[random.integers(len(given), size=number)],
    )


def holders(kinds: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A holder for each holder kind."""
    named = invented_people(len(kinds), random).astype(object)
    for kind, choices in HOLDERS.items():
        mine = kinds == kind
        named[mine] = np.array(choices)[random.integers(len(choices), size=mine.sum())]
    return named


def numbered(keys: np.ndarray, digits: int) -> np.ndarray:
    """A running number within equal keys, from 1, as text with leading zeros."""
    return (
        (pd.Series(keys).groupby(keys, sort=False).cumcount() + 1)
        .astype(str)
        .str.zfill(digits)
        .to_numpy()
    )


def estate(seed: int, towns: list[Town], homes: Homesteads, villages: Villages) -> Estate:
    """Every parcel and building of the sample city."""
    use = np.array([p.use for t in towns for p in t.plots] + ["homestead"] * len(homes.parcels))
    name = np.array([p.name for t in towns for p in t.plots] + [""] * len(homes.parcels), object)
    village = np.array(
        [t.blocks[p.block].village for t in towns for p in t.plots] + list(homes.village)
    )
    shapes = np.concatenate([*(t.plot_polygons for t in towns), homes.parcels])
    offsets = np.cumsum([0, *(len(t.blocks) for t in towns)])
    block = np.array(
        [p.block + o for t, o in zip(towns, offsets, strict=False) for p in t.plots]
        + [-1] * len(homes.parcels)
    )
    parcels = _parcels(seed, shapes, use, name, village, villages)
    buildings = _buildings(seed, towns, homes, parcels, use)
    return Estate(parcels, buildings, use, name, block)


def _parcels(seed: int, shapes, use, name, village, villages: Villages) -> pd.DataFrame:
    random = generator(seed, "parcels")
    about = [USES[u] for u in use]
    prefix = np.char.add(villages.codes[village].astype(str), np.array([a[2] for a in about]))
    shapes = on_millimetre(shapes)
    area = np.round(shapely.area(shapes), 2)
    towns = town_names()
    days = random.integers(
        np.datetime64("1995-01-01").astype(int), np.datetime64("2017-12-01").astype(int), len(use)
    )
    town = np.array([towns[c[:9]] for c in villages.codes[village]])
    place = [
        f"涟源市{t}{v}{n}" for t, v, n in zip(town, villages.names[village], name, strict=True)
    ]
    return frame(
        shapes,
        code=np.char.add(prefix, numbered(prefix, 5).astype(str)),
        location=place,
        scheme="gbt21010_2017",
        land_use=[a[0] for a in about],
        right_type=[a[1] for a in about],
        right_holder=holders(np.array([a[3] for a in about]), random),
        registered_area_m2=area,
        registered_on=pd.to_datetime(days, unit="D").date,
        district_code=villages.codes[village],
    )


def _buildings(seed: int, towns: list[Town], homes: Homesteads, parcels, use) -> pd.DataFrame:
    drawn = [b for t in towns for b in t.buildings]
    offsets = np.cumsum([0, *(len(t.plots) for t in towns)])
    rows = np.array(
        [b.plot + o for t, o in zip(towns, offsets, strict=False) for b in t.buildings], int
    )
    town_table = pd.DataFrame(
        {
            "row": rows,
            "kind": [b.kind for b in drawn],
            "usage": [b.usage for b in drawn],
            "structure": [b.structure for b in drawn],
            "storeys_above": [b.storeys for b in drawn],
            "storeys_below": [b.below for b in drawn],
            "completed_year": [b.year for b in drawn],
            "name": [b.name for b in drawn],
            "shops": [b.shops for b in drawn],
            "unit_frame": [b.frame for b in drawn],
            "shape": [shapely.Polygon(b.ring) for b in drawn],
        }
    )
    table = pd.concat([town_table, _farmhouses(homes, offsets[-1])], ignore_index=True)
    return building_frame(table, parcels, use, seed)


def _farmhouses(homes: Homesteads, offset: int) -> pd.DataFrame:
    shed = np.flatnonzero(homes.sheds != None)  # noqa: E711
    house = np.arange(len(homes.houses))
    row = np.concatenate([house, shed])
    main = np.arange(len(row)) < len(house)
    storeys = np.where(main, homes.storeys[row], 1)
    old = (homes.year[row] < 1992) | ~main
    return pd.DataFrame(
        {
            "row": row + offset,
            "kind": np.where(main, "farmhouse", "annex"),
            "usage": np.where(main, "住宅", "附属用房"),
            "structure": np.where(old & (storeys == 1), "砖木结构", "混合结构"),
            "storeys_above": storeys,
            "storeys_below": 0,
            "completed_year": homes.year[row],
            "name": "",
            "shops": False,
            "unit_frame": None,
            "shape": np.concatenate([homes.houses, homes.sheds[shed]]),
        }
    ).sort_values("row", kind="stable")


def building_frame(table: pd.DataFrame, parcels: pd.DataFrame, use, seed: int) -> pd.DataFrame:
    """Register rows for drawn buildings; keeps the columns the housing layer needs."""
    random = generator(seed, "building rows", str(len(table)))
    parcel = parcels["code"].to_numpy()[table["row"]]
    drawn = shapely.remove_repeated_points(table["shape"].to_numpy(), tolerance=0.01)
    shapes = on_millimetre(drawn)
    storeys, below = table["storeys_above"].to_numpy(), table["storeys_below"].to_numpy()
    rise = np.select(
        [table["kind"].isin(["shed", "stadium", "market"]), table["shops"]], [8.5, 3.15], 2.95
    )
    ground = np.select([table["kind"] == "shed", table["shops"]], [0.6, 1.2], 0.45)
    return frame(
        shapes,
        code=np.char.add(np.char.add(parcel.astype(str), "F"), numbered(parcel, 4).astype(str)),
        name=table["name"].to_numpy(),
        address="",
        parcel_code=parcel,
        usage=table["usage"].to_numpy(),
        structure=table["structure"].to_numpy(),
        storeys_above=storeys,
        storeys_below=below,
        height_m=np.round(storeys * rise + ground + random.uniform(0, 0.6, len(table)), 1),
        floor_area_m2=np.round(shapely.area(shapes) * (storeys + below), 2),
        completed_year=table["completed_year"].to_numpy(),
        owner=parcels["right_holder"].to_numpy()[table["row"]],
        district_code=parcels["district_code"].to_numpy()[table["row"]],
        kind=table["kind"].to_numpy(),
        shops=table["shops"].to_numpy(),
        unit_frame=table["unit_frame"].to_numpy(),
        row=table["row"].to_numpy(),
        use=np.asarray(use)[table["row"]],
    )


DRAWN_COLUMNS = ["kind", "shops", "unit_frame", "row", "use"]


def delivered(buildings: pd.DataFrame) -> pd.DataFrame:
    """Building rows without what only the drawing knows."""
    return buildings.drop(columns=DRAWN_COLUMNS)
