"""The street plan of a settlement: arterials first, then streets until blocks are walkable."""

from dataclasses import dataclass

import numpy as np

from importers.sample.city.faces import NO_STREET, Face, Streets, cut_all, halving
from importers.sample.city.noise import fractal_noise, generator
from importers.sample.city.planes import Plane, main_plane
from importers.sample.city.sizes import Size
from importers.sample.city.terrain import KNOLLS

BANK_M = 52.0
# name, through t, lean, kind, width: streets along the valley
ALONG = (
    ("人民路", 300, 0.010, "primary", 30),
    ("交通路", 760, -0.020, "primary", 28),
    ("工贸大道", -430, 0.015, "primary", 28),
    ("石马山路", -960, -0.010, "secondary", 22),
    ("三一大道", 1330, 0.012, "primary", 36),
    ("六亩塘路", 1890, -0.02, "secondary", 22),
    ("南环路", -1520, 0.02, "primary", 30),
    ("北环路", 2380, 0.01, "primary", 30),
)
# name north, name south ("" = not there), through s, lean, kind, width: across; both = a bridge
ACROSS = (
    ("光文路", "光文南路", -330, 0.05, "primary", 28),
    ("蓝溪路", "蓝溪南路", 390, -0.04, "primary", 28),
    ("文艺路", "", 40, 0.03, "secondary", 20),
    ("双江路", "双江路", -1080, -0.03, "secondary", 22),
    ("涟滨路", "涟滨南路", 1060, 0.05, "primary", 28),
    ("", "井泉路", 720, -0.05, "secondary", 20),
    ("龙峰路", "", 1520, 0.02, "secondary", 20),
    ("", "芙蓉路", -700, 0.04, "secondary", 20),
    ("西环路", "西环路", -1700, 0.03, "primary", 30),
    ("东环路", "东环路", 1900, -0.02, "primary", 30),
    ("桐车湾路", "桐车湾路", 2480, 0.03, "secondary", 22),
    ("树亭路", "树亭路", -2350, 0.02, "secondary", 22),
)
SECONDARY = (
    "文化",
    "新建",
    "胜利",
    "建设",
    "解放",
    "和平",
    "团结",
    "兴涟",
    "民主",
    "朝阳",
    "育才",
    "车站",
    "金山",
    "康复",
    "黄龙",
    "秀溪",
    "良溪",
    "毛坪",
    "笃庆堂",
    "荷花",
    "长车",
    "青烟",
    "竹檀",
)
LANE_HEADS = "新永安福兴祥瑞康泰和顺丰昌盛华光明春秋桂梅兰竹松柏枫樟柳槐桃李杏莲"
LANE_TAILS = "园塘井桥坪冲湾山街岭坳田院庄台"


@dataclass
class Layout:
    """A settlement's plane, its streets and the faces between their axes."""

    name: str
    plane: Plane
    streets: Streets
    faces: list[Face]
    main: bool


class Names:
    """Street names, each given once."""

    def __init__(self, random: np.random.Generator, main: bool) -> None:
        heads = [a + b for a in LANE_HEADS for b in LANE_TAILS]
        shuffled = [heads[i] for i in random.permutation(len(heads))]
        self._heads = [side + head for side in "北南西东" for head in shuffled] + shuffled
        self._secondary = list(SECONDARY) if main else []

    def next(self, kind: str) -> str:
        """A name that fits the kind of street."""
        if kind == "secondary" and self._secondary:
            return self._secondary.pop(0) + "路"
        head = self._heads.pop()
        return head + {"secondary": "路", "local": "街", "lane": "巷"}[kind]


def density(size: Size, layout: Layout, face: Face) -> float:
    """How built-up a place is: about 1 in the middle, 0 in the open country."""
    s, t = face.middle
    if layout.main:
        reach = np.hypot(s / size.built_length_m, (t - 220) / size.built_width_m)
    else:
        half = max(abs(v) for f in layout.faces for v in f.ring[0])
        reach = np.hypot(s, t) / (0.75 * half)
    x, y = layout.plane.world(np.array([s]), np.array([t]))
    rough = 0.2 * float(fractal_noise(x, y, 900, 3, 3)[0])
    return float(np.exp(-(reach**2.4)) + rough * min(reach, 1))


def on_knoll(layout: Layout, face: Face, reach: float = 1.0) -> bool:
    """Whether the middle of the face stands on a hill inside the main town."""
    s, t = face.middle
    return layout.main and any(
        np.hypot(s - u, t + 290 - v) < radius * reach for u, v, _, radius in KNOLLS
    )


def wanted_area_m2(dense: float, face: Face, layout: Layout) -> float:
    """The block size the place asks for; infinity leaves it uncut."""
    if dense < 0.30:
        return float("inf")
    s, t = face.middle
    if layout.main and is_industrial(s, t):
        return 42000
    return 11500 if dense > 0.8 else 17000 if dense > 0.55 else 26000


def is_industrial(s: float, t: float) -> bool:
    """Whether a place of the main town's plane is in the industrial zone, downstream."""
    return s > 950 and -1500 < t < -250


def main_layout(size: Size, seed: int) -> Layout:
    """The main town on both banks of the river, its arterials set by hand."""
    streets, length = Streets(), size.half_length_m
    banks = [
        streets.add("secondary", name, 16, (0, t), (1, 0))
        for name, t in (("滨江北路", BANK_M), ("滨江南路", -BANK_M))
    ]
    none = NO_STREET
    faces = [
        Face(
            [(-length, BANK_M), (length, BANK_M), (length, size.north_m), (-length, size.north_m)],
            [banks[0], none, none, none],
        ),
        Face(
            [
                (-length, -size.south_m),
                (length, -size.south_m),
                (length, -BANK_M),
                (-length, -BANK_M),
            ],
            [none, none, banks[1], none],
        ),
    ]
    for name, t, lean, kind, width in ALONG:
        street = streets.add(kind, name, width, (0, t), (1, lean))
        faces = cut_all(faces, street, streets.all[street])
    for north, south, s, lean, kind, width in ACROSS:
        faces = _across(faces, streets, (north, south), (s, lean, kind, width))
    layout = Layout("涟源城区", main_plane(), streets, faces, main=True)
    return _subdivided(size, layout, generator(seed, "main streets"))


def _across(faces: list[Face], streets: Streets, names, measures) -> list[Face]:
    s, lean, kind, width = measures
    for name, sign in zip(names, (1, -1), strict=True):
        if not name:
            continue
        street = streets.add(kind, name, width, (s, 0), (lean, 1))
        faces = cut_all(
            faces, street, streets.all[street], lambda face, sign=sign: face.middle[1] * sign > 0
        )
    return faces


def satellite_layout(size: Size, seed: int, name: str, place: tuple[float, float]) -> Layout:
    """A small town around a market street at a place in the projected CRS."""
    random = generator(seed, "satellite", name)
    half_length, half_width = random.uniform(520, 720), random.uniform(380, 520)
    plane = Plane(*place, random.uniform(0, 2 * np.pi), 38, random.uniform(900, 1300), place[0] % 6)
    ring = [
        (-half_length, -half_width),
        (half_length, -half_width),
        (half_length, half_width),
        (-half_length, half_width),
    ]
    streets, faces = Streets(), [Face(ring, [NO_STREET] * 4)]
    short = name.rstrip("镇乡")
    for label, kind, width, through, direction in (
        (f"{short}大道", "primary", 24, (0, 15), (1, 0.03)),
        (f"{short}老街", "secondary", 14, (0, -half_width * 0.45), (1, -0.04)),
        ("兴隆路", "secondary", 16, (random.uniform(-120, 120), 0), (0.05, 1)),
    ):
        street = streets.add(kind, label, width, through, direction)
        faces = cut_all(faces, street, streets.all[street])
    return _subdivided(size, Layout(name, plane, streets, faces, main=False), random)


def _subdivided(size: Size, layout: Layout, random: np.random.Generator) -> Layout:
    names, waiting, done = Names(random, layout.main), list(layout.faces), []
    while waiting:
        face = waiting.pop()
        dense = density(size, layout, face)
        if on_knoll(layout, face, 0.8) and face.area_m2 < 190_000:
            dense = 0
        if face.area_m2 < 1.7 * wanted_area_m2(dense, face, layout):
            done.append(face)
            continue
        parts = _cut_once(face, layout.streets, names, random)
        (waiting if len(parts) > 1 else done).extend(parts)
    layout.faces = done
    return layout


def _cut_once(face: Face, streets: Streets, names: Names, random) -> list[Face]:
    through, direction = halving(face, random)
    kind = "secondary" if face.area_m2 > 110_000 else "local" if face.area_m2 > 26_000 else "lane"
    width = {"secondary": 18, "local": 12, "lane": 7}[kind]
    street = streets.add(
        "local" if kind == "lane" else kind, names.next(kind), width, through, direction
    )
    return cut_all([face], street, streets.all[street])
