"""The detailed plan's zones and the areas that constrain them."""

import datetime

import numpy as np
import pandas as pd
import shapely

from importers.sample.city.districts import Villages
from importers.sample.city.frames import frame
from importers.sample.city.noise import generator
from importers.sample.city.terrain import elevation_m, slope_degrees
from importers.sample.city.town import Town
from importers.sample.city.waters import Waters, blobs
from spatial.city import city

SCHEME = "land_sea_use_2023"
# block use → land use, floor-area ratio, density %, green %, height m
CONTROLS = {
    "old": ("070102", 2.2, 40, 20, 24),
    "urban_village": ("070103", 1.8, 45, 15, 18),
    "slabs": ("070102", 2.0, 28, 30, 24),
    "midrise": ("070102", 2.4, 26, 35, 36),
    "towers": ("070102", 3.2, 22, 35, 100),
    "villas": ("070101", 1.0, 30, 40, 15),
    "industry": ("100101", 1.2, 55, 15, 24),
    "commercial": ("090101", 3.0, 50, 20, 60),
    "office": ("0801", 2.0, 35, 30, 45),
    "government": ("0801", 1.8, 30, 35, 45),
    "hospital": ("080601", 2.2, 32, 35, 60),
    "school": ("080403", 1.0, 25, 35, 24),
    "market": ("090102", 1.8, 55, 15, 24),
    "station": ("120801", 0.8, 35, 20, 24),
    "waterworks": ("1301", 0.6, 35, 30, 18),
    "sewage": ("1302", 0.6, 35, 30, 18),
    "gasworks": ("1304", 0.5, 30, 25, 15),
    "stadium": ("080501", 0.8, 35, 35, 30),
    "square": ("1403", 0.1, 5, 40, 10),
    "green": ("1401", 0.1, 3, 70, 10),
    "park": ("1401", 0.05, 2, 80, 10),
    "vacant": ("0902", 2.5, 40, 25, 60),
}
PLAN_NAME = "涟源市中心城区控制性详细规划（示意）"


def plan_zones(towns: list[Town]) -> pd.DataFrame:
    """One zone per block that the plan covers."""
    blocks = [(t, b) for t in towns for b in t.blocks if b.use in CONTROLS]
    control = [CONTROLS[b.use] for _, b in blocks]
    names = [
        PLAN_NAME if t.graph.layout.main else f"{t.graph.layout.name}镇区详细规划（示意）"
        for t, _ in blocks
    ]
    return frame(
        np.array([shapely.Polygon(b.ring) for _, b in blocks]),
        code=[f"{city().adcode}KG{n:05d}" for n in range(1, len(blocks) + 1)],
        plan_name=names,
        scheme=SCHEME,
        land_use=[c[0] for c in control],
        max_floor_area_ratio=[c[1] for c in control],
        max_density_pct=[float(c[2]) for c in control],
        min_green_pct=[float(c[3]) for c in control],
        max_height_m=[float(c[4]) for c in control],
        approved_on=datetime.date(2016, 8, 1),
    )


# kind → (name pattern, authority, basis)
BASES = {
    "growth": ("{}城镇开发边界", "涟源市自然资源局（示意）", "国土空间总体规划（示意）"),
    "ecology": ("生态保护红线{}片", "涟源市自然资源局（示意）", "三区三线划定成果（示意）"),
    "farmland": ("永久基本农田{}片", "涟源市农业农村局（示意）", "三区三线划定成果（示意）"),
    "river": ("{}河道管理范围", "涟源市水利局（示意）", "河道管理范围划界成果（示意）"),
    "heritage": (
        "{}历史地段保护线（示意）",
        "涟源市文化旅游广电体育局（示意）",
        "历史文化保护规划（示意）",
    ),
}


def constraints(towns: list[Town], villages: Villages, waters: Waters, seed: int) -> pd.DataFrame:
    """Farmland, ecology, growth boundary, river management and one heritage area."""
    growth = [_growth(town) for town in towns]
    built = shapely.union_all(growth)
    ecology = _hills(villages.county, built)
    farmland = _farmland(villages.county, shapely.union_all([built, *ecology]), waters, seed)
    old = max((b for b in towns[0].blocks if b.use == "old"), key=lambda b: b.dense)
    named: dict[str, list[tuple]] = {
        "growth": [(t.graph.layout.name, g) for t, g in zip(towns, growth, strict=True)],
        "ecology": list(enumerate(ecology, start=1)),
        "farmland": list(enumerate(farmland, start=1)),
        "river": _river_strips(waters, villages.county),
        "heritage": [("蓝田老街", shapely.Polygon(old.ring).buffer(6))],
    }
    rows = [
        (f"{city().adcode}-{kind}-{number:04d}", kind, BASES[kind][0].format(name), shape)
        for kind, found in named.items()
        for number, (name, shape) in enumerate(found, start=1)
    ]
    codes, kinds, names, shapes = zip(*rows, strict=True)
    return frame(
        np.array(shapes),
        code=codes,
        kind=kinds,
        name=names,
        authority=[BASES[kind][1] for kind in kinds],
        basis=[BASES[kind][2] for kind in kinds],
    )


def _river_strips(waters: Waters, county: shapely.Polygon) -> list[tuple[str, shapely.Geometry]]:
    """The land the water authority manages: 40 m beside the main river, 15 m beside brooks."""
    return [
        (name, shape.buffer(40 if name == "涟水" else 15).intersection(county))
        for name, shape, kind in zip(waters.names, waters.polygons, waters.kinds, strict=True)
        if kind == "river"
    ]


def _growth(town: Town) -> shapely.Polygon:
    """A boundary around the built blocks, drawn with some room."""
    used = [shapely.Polygon(b.ring) for b in town.blocks if b.use != "field"]
    whole = shapely.union_all(used).buffer(140).buffer(-100)
    return shapely.simplify(max(shapely.get_parts(whole), key=lambda p: p.area), 8)


def _hills(county: shapely.Polygon, built) -> list[shapely.Polygon]:
    """High and steep country as rounded areas of more than 1.5 km²."""
    west, south, east, north = county.bounds
    step = 300.0
    x, y = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
    wild = (elevation_m(x, y) > 430) & (slope_degrees(x, y, 90) > 5)
    wild &= shapely.contains_xy(county, x, y)
    squares = shapely.box(x[wild], y[wild], x[wild] + step, y[wild] + step)
    whole = shapely.union_all(squares).buffer(160).buffer(-330).buffer(200)
    whole = shapely.simplify(
        whole.intersection(county.buffer(-60)).difference(built.buffer(60)), 12
    )
    return [p for p in shapely.get_parts(whole) if p.area > 1.5e6]


def _farmland(county, taken, waters: Waters, seed: int) -> list[shapely.Polygon]:
    random = generator(seed, "farmland")
    west, south, east, north = county.bounds
    x, y = random.uniform(west, east, 2600), random.uniform(south, north, 2600)
    flat = (slope_degrees(x, y, 60) < 3.2) & shapely.contains_xy(county, x, y)
    shapes = blobs(x[flat], y[flat], random.uniform(90, 330, flat.sum()), random)
    open_land = (
        shapely.union_all(shapes)
        .difference(shapely.union_all([taken, *waters.polygons]).buffer(12))
        .intersection(county)
    )
    return [p for p in shapely.get_parts(shapely.simplify(open_land, 3)) if p.area > 18000]
