"""Buildings on parcels: what stands on a plot of each use, how high, how old."""

from dataclasses import dataclass

import numpy as np

from importers.sample.city.plots import Plot
from importers.sample.city.rings import Ring, area, main_direction, slice_between, span
from importers.sample.city.shapes import Piece, Placed, rows, shelves, south_angle

CONCRETE, BRICK, TIMBER, STEEL = "钢筋混凝土结构", "混合结构", "砖木结构", "钢结构"


@dataclass
class PlannedBuilding:
    """A building to be: footprint, parcel number, and what its register row will say."""

    ring: Ring
    plot: int
    kind: str
    usage: str
    structure: str
    storeys: int
    year: int
    below: int = 0
    name: str = ""
    frame: tuple[float, ...] | None = None
    shops: bool = False


def buildings_on(
    plot: Plot, number: int, dense: float, random: np.random.Generator
) -> list[PlannedBuilding]:
    """The buildings of one parcel."""
    draw = {
        "old": _street_house,
        "urban_village": _village_house,
        "slabs": _estate,
        "midrise": _estate,
        "towers": _estate,
        "villas": _estate,
        "industry": _works,
        "commercial": _commercial,
        "office": _office,
    }.get(plot.use, _institution)
    return draw(plot, number, dense, random)


def _street_house(plot: Plot, number: int, dense: float, random) -> list[PlannedBuilding]:
    if random.random() < 0.03:
        return []
    nx, ny = plot.front
    low, high = span(plot.ring, nx, ny)
    depth = min(random.uniform(12, 17), high - low - 1.5)
    house = _shrunk(slice_between(plot.ring, (nx, ny), high - 0.8 - depth, high - 0.8), 0.2)
    if area(house or [(0, 0)] * 3) < 24:
        return []
    storeys = int(np.clip(round(random.normal(3.2 + 1.6 * dense, 1.1)), 1, 7))
    year = int(random.integers(1978, 2013))
    built = [
        PlannedBuilding(
            house,
            number,
            "shophouse",
            "商住",
            CONCRETE if storeys > 4 else BRICK,
            storeys,
            year,
            shops=True,
        )
    ]
    if high - low - depth > 11 and random.random() < 0.55:
        shed_depth = random.uniform(4, min(9, high - low - depth - 5))
        shed = _shrunk(slice_between(plot.ring, (nx, ny), low + 0.6, low + 0.6 + shed_depth), 0.5)
        if area(shed or [(0, 0)] * 3) > 14:
            built.append(
                PlannedBuilding(
                    shed,
                    number,
                    "annex",
                    "附属用房",
                    TIMBER if year < 1995 else BRICK,
                    int(random.integers(1, 3)),
                    year,
                )
            )
    return built


def _shrunk(ring: Ring, side_m: float) -> Ring:
    """The ring drawn in towards its middle by about ``side_m`` on every side."""
    if len(ring) < 3:
        return []
    angle = main_direction(ring)
    kept = ring
    for turn in (0.0, np.pi / 2):
        normal = (float(np.cos(angle + turn)), float(np.sin(angle + turn)))
        low, high = span(kept, *normal)
        if high - low < 4 * side_m + 1:
            return []
        kept = slice_between(kept, normal, low + side_m, high - side_m)
        if not kept:
            return []
    return kept


def _village_house(plot: Plot, number: int, dense: float, random) -> list[PlannedBuilding]:
    if random.random() < 0.06:
        return []
    inner = _shrunk(plot.ring, random.uniform(0.7, 1.6))
    if not inner:
        return []
    angle = main_direction(inner)
    turn = angle + (np.pi / 2 if random.random() < 0.5 else 0)
    normal = (float(np.cos(turn)), float(np.sin(turn)))
    low, high = span(inner, *normal)
    keep = random.uniform(0.62, 1.0) if high - low > 11 else 1.0
    house = slice_between(inner, normal, low, low + keep * (high - low))
    if len(house) < 3 or not 28 < area(house) < 420:
        return []
    storeys = int(random.choice([1, 2, 3, 4, 5, 6], p=[0.1, 0.24, 0.31, 0.2, 0.11, 0.04]))
    year = int(
        random.integers(1975, 2017) if random.random() < 0.94 else random.integers(2018, 2026)
    )
    structure = TIMBER if storeys == 1 and year < 1990 else BRICK
    return [PlannedBuilding(house, number, "house", "住宅", structure, storeys, year)]


# use → (piece, setback, pitch, gap, storeys choices, years, below)
ESTATES = {
    "slabs": (
        [Piece("notched", 46, 11.6), Piece("notched", 58, 12), Piece("slab", 66, 11.2)],
        5.0,
        29.0,
        7.0,
        (5, 6, 6, 6, 7),
        (1994, 2011),
        0,
    ),
    "midrise": (
        [Piece("notched", 54, 14), Piece("notched", 48, 13.5)],
        7.0,
        42.0,
        12.0,
        (9, 11, 11),
        (2009, 2023),
        1,
    ),
    "towers": (
        [Piece("H", 36, 19), Piece("notched", 42, 17)],
        9.0,
        58.0,
        20.0,
        (18, 24, 26, 28, 31, 33),
        (2011, 2025),
        1,
    ),
    "villas": (
        [Piece("L", 13, 12), Piece("notched", 22, 12)],
        5.0,
        24.0,
        6.5,
        (3, 3, 4),
        (2005, 2020),
        0,
    ),
}
ESTATE_HEADS = (
    "涟水",
    "蓝溪",
    "金福",
    "凤凰",
    "桂花",
    "锦绣",
    "阳光",
    "湘中",
    "龙山",
    "翰林",
    "华盛",
    "盛世",
    "御景",
    "东方",
    "和谐",
    "紫荆",
    "银河",
    "水岸",
    "世纪",
    "书香",
)
ESTATE_TAILS = ("名城", "花园", "家园", "华府", "新村", "公馆", "雅苑", "小区", "豪庭", "水岸")


def estate_name(number: int) -> str:
    """A name for the estate of a given number; each of 200 is different."""
    head = ESTATE_HEADS[number % len(ESTATE_HEADS)]
    turn = number // len(ESTATE_HEADS)
    tail = ESTATE_TAILS[(number * 3 + turn) % len(ESTATE_TAILS)]
    return f"{head}{tail}" + ("" if turn < 10 else f"{turn // 10 + 1}期")


def _estate(plot: Plot, number: int, dense: float, random) -> list[PlannedBuilding]:
    pieces, setback, pitch, gap, storeys, years, below = ESTATES[plot.use]
    piece = pieces[int(random.integers(len(pieces)))]
    angle = south_angle(plot.ring)
    placed = rows(plot.ring, piece, angle, setback, pitch, gap) or rows(
        plot.ring, Piece("slab", 34, 11), main_direction(plot.ring), 3.5, 26, 6
    )
    year, floors = int(random.integers(*years)), int(random.choice(storeys))
    shops = plot.use in ("slabs", "midrise") and random.random() < 0.6
    structure = BRICK if floors <= 7 and year < 2008 else CONCRETE
    return [
        PlannedBuilding(
            item.ring,
            number,
            plot.use,
            "成套住宅",
            structure,
            max(2, floors - int(random.random() < 0.2)),
            year + item.row // 3,
            below,
            f"{plot.name}{k + 1}栋",
            item.frame,
            shops and item.row == 0,
        )
        for k, item in enumerate(placed)
    ]


def _works(plot: Plot, number: int, dense: float, random) -> list[PlannedBuilding]:
    length, depth = random.uniform(42, 88), random.uniform(20, 34)
    sheds = rows(
        plot.ring, Piece("slab", length, depth), main_direction(plot.ring), 7, depth + 11, 10
    )
    year = int(random.integers(1996, 2025))
    built = [
        PlannedBuilding(
            s.ring,
            number,
            "shed",
            "工业厂房",
            STEEL if year > 2004 else BRICK,
            1,
            year,
            frame=s.frame,
            name=f"{k + 1}号厂房",
        )
        for k, s in enumerate(sheds)
    ]
    if built:
        built[-1].usage, built[-1].storeys, built[-1].structure = "办公", 4, CONCRETE
        built[-1].name = "综合楼"
    return built


def _commercial(plot: Plot, number: int, dense: float, random) -> list[PlannedBuilding]:
    ring = _shrunk(plot.ring, 4.0)
    if not ring or area(ring) < 150:
        return []
    low, high = span(ring, *plot.front)
    depth = min(random.uniform(16, 30), high - low)
    front = slice_between(ring, plot.front, high - depth, high)
    year = int(random.integers(1996, 2017))
    built = [
        PlannedBuilding(
            front,
            number,
            "mall",
            "商业服务",
            CONCRETE,
            int(random.integers(3, 8)),
            year,
            1,
            "商业楼",
            shops=True,
        )
    ]
    if high - low - depth > 20:
        rear = slice_between(ring, plot.front, low, min(high - depth - 8, low + 18))
        built.append(PlannedBuilding(rear, number, "annex", "仓储", BRICK, 2, year, name="后楼"))
    return [b for b in built if len(b.ring) > 2 and area(b.ring) > 60]


def _office(plot: Plot, number: int, dense: float, random) -> list[PlannedBuilding]:
    shape = str(random.choice(["slab", "L", "U", "notched"]))
    pieces = [
        Piece(shape, random.uniform(30, 42), 14 if shape in ("slab", "notched") else 26),
        Piece("slab", 18, 9),
    ]
    placed = shelves(plot.ring, pieces, south_angle(plot.ring), 4.5, 6)
    year = int(random.integers(1988, 2015))
    return [
        PlannedBuilding(
            p.ring,
            number,
            "office",
            "办公",
            CONCRETE if k == 0 else BRICK,
            int(random.integers(4, 9)) if k == 0 else 2,
            year,
            name="办公楼" if k == 0 else "附楼",
            frame=p.frame,
        )
        for k, p in enumerate(placed)
    ]


# use → list of (piece, name, usage, storeys)
INSTITUTIONS = {
    "school": [
        ("U", 52, 40, "教学楼", "教育", 5),
        ("slab", 46, 10, "实验楼", "教育", 4),
        ("L", 40, 26, "综合楼", "教育", 5),
        ("slab", 34, 22, "体育馆", "体育", 2),
        ("slab", 44, 12, "学生公寓", "集体宿舍", 6),
        ("slab", 26, 16, "食堂", "教育", 2),
    ],
    "hospital": [
        ("H", 56, 30, "住院楼", "医疗", 14),
        ("L", 48, 30, "门诊楼", "医疗", 6),
        ("slab", 38, 14, "医技楼", "医疗", 5),
        ("slab", 22, 12, "后勤楼", "医疗", 3),
    ],
    "government": [
        ("H", 62, 32, "机关大楼", "办公", 9),
        ("slab", 46, 14, "东附楼", "办公", 5),
        ("slab", 46, 14, "西附楼", "办公", 5),
        ("L", 34, 22, "会议中心", "办公", 3),
    ],
    "market": [
        ("slab", 62, 38, "交易大厅", "市场", 2),
        ("slab", 50, 10, "东排门面", "商业服务", 2),
        ("slab", 50, 10, "西排门面", "商业服务", 2),
    ],
    "station": [("notched", 60, 26, "候车楼", "交通", 3), ("slab", 52, 16, "检修车间", "交通", 1)],
    "waterworks": [
        ("tank", 26, 26, "沉淀池", "市政", 1),
        ("tank", 26, 26, "清水池", "市政", 1),
        ("slab", 30, 14, "滤池车间", "市政", 2),
        ("slab", 18, 10, "泵房", "市政", 1),
    ],
    "sewage": [
        ("tank", 32, 32, "氧化沟", "市政", 1),
        ("tank", 28, 28, "二沉池1", "市政", 1),
        ("tank", 28, 28, "二沉池2", "市政", 1),
        ("slab", 24, 12, "脱水机房", "市政", 1),
        ("slab", 20, 10, "综合楼", "办公", 3),
    ],
    "gasworks": [("slab", 24, 10, "调压间", "市政", 1), ("slab", 16, 9, "值班楼", "办公", 2)],
    "stadium": [("tank", 70, 70, "体育馆", "体育", 3), ("slab", 44, 22, "游泳馆", "体育", 2)],
}


def _institution(plot: Plot, number: int, dense: float, random) -> list[PlannedBuilding]:
    listed = INSTITUTIONS.get(plot.use, [])
    pieces = [Piece(shape, w, d, name) for shape, w, d, name, _, _ in listed]
    about = {name: (usage, storeys) for *_, name, usage, storeys in listed}
    placed: list[Placed] = shelves(plot.ring, pieces, south_angle(plot.ring), 6, 12)
    year = int(random.integers(1992, 2013))
    short = plot.name.replace("（示意）", "")
    return [
        PlannedBuilding(
            p.ring,
            number,
            plot.use,
            about[p.kind][0],
            CONCRETE,
            about[p.kind][1],
            year + int(random.integers(0, 5)),
            name=f"{short}{p.kind}",
            frame=p.frame,
        )
        for p in placed
    ]
