"""Blocks: the land between streets, and what each is used for."""

from dataclasses import dataclass
from math import hypot

import numpy as np
import shapely

from importers.sample.city.faces import NO_STREET, Face
from importers.sample.city.graphs import StreetGraph
from importers.sample.city.layout import Layout, density, is_industrial, on_knoll
from importers.sample.city.noise import generator
from importers.sample.city.rings import Ring, area, inset
from importers.sample.city.sizes import Size

# use, name, plane place (s, t), least area m²: what a county town has one of
LANDMARKS = (
    ("government", "涟源市人民政府（示意）", (120, 880), 9000),
    ("hospital", "市人民医院（示意）", (-560, 420), 9000),
    ("school", "市第一中学（示意）", (560, 900), 14000),
    ("school", "蓝田小学（示意）", (-60, 480), 7000),
    ("school", "井泉学校（示意）", (620, -620), 9000),
    ("market", "蓝田农贸市场（示意）", (160, 200), 5000),
    ("market", "石马山集贸市场（示意）", (520, -250), 5000),
    ("station", "涟源汽车站（示意）", (-900, 900), 8000),
    ("square", "文化广场（示意）", (60, 660), 5000),
    ("hospital", "市中医院（示意）", (300, -700), 8000),
    ("waterworks", "第一自来水厂（示意）", (-1600, 200), 8000),
    ("sewage", "北岸污水处理厂（示意）", (1500, 150), 8000),
    ("sewage", "南岸污水处理厂（示意）", (1500, -180), 8000),
    ("gasworks", "天然气门站（示意）", (1500, 700), 5000),
    ("school", "职业中专（示意）", (-1100, 1000), 20000),
    ("stadium", "体育中心（示意）", (900, 1100), 15000),
)


@dataclass
class Block:
    """One block on the ground: ring in the projected CRS, use, name, village index."""

    ring: Ring
    use: str
    name: str
    dense: float
    village: int
    face: int
    settlement: str


def _half_widths(layout: Layout, face: Face) -> list[float]:
    return [0.0 if s == NO_STREET else layout.streets.all[s].width_m / 2 for s in face.streets]


def block_ring(layout: Layout, face: Face, step_m: float = 24.0) -> Ring:
    """The face less half of its streets, bent onto the ground; may be empty."""
    kept = inset(face.ring, _half_widths(layout, face))
    if not kept or area(kept) < 400:
        return []
    s, t = [], []
    for i, (x0, y0) in enumerate(kept):
        x1, y1 = kept[(i + 1) % len(kept)]
        length = hypot(x1 - x0, y1 - y0)
        if length < 0.5:
            continue
        count = max(1, round(length / step_m))
        s += [x0 + (x1 - x0) * k / count for k in range(count)]
        t += [y0 + (y1 - y0) * k / count for k in range(count)]
    x, y = layout.plane.world(np.array(s), np.array(t))
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _use(layout: Layout, face: Face, dense: float, random: np.random.Generator) -> str:
    """What an ordinary block is used for, by how central it is."""
    s, t = face.middle
    size = face.area_m2
    if on_knoll(layout, face, 1.25) and size < 250_000:
        return "park"
    if size > 85_000 or dense < 0.27:
        return "field"
    if layout.main and is_industrial(s, t):
        return "industry" if random.random() < 0.85 else "vacant"
    weights = _weights(layout.main, dense, size)
    return str(
        random.choice(list(weights), p=np.array(list(weights.values())) / sum(weights.values()))
    )


def _weights(main: bool, dense: float, size: float) -> dict[str, float]:
    if not main:
        return {
            "old": 0.44,
            "urban_village": 0.3,
            "slabs": 0.08 * (size > 7000),
            "vacant": 0.06,
            "field": 0.10 if dense < 0.6 else 0,
            "school": 0.03,
        }
    if dense > 0.8:
        return {
            "old": 0.46,
            "commercial": 0.14,
            "slabs": 0.2,
            "urban_village": 0.12,
            "office": 0.08,
        }
    if dense > 0.55:
        return {
            "old": 0.2,
            "slabs": 0.28,
            "urban_village": 0.24,
            "towers": 0.1 * (size > 12000),
            "office": 0.06,
            "commercial": 0.05,
            "green": 0.03,
            "vacant": 0.03,
        }
    return {
        "urban_village": 0.22,
        "slabs": 0.14,
        "midrise": 0.14,
        "towers": 0.13,
        "villas": 0.08,
        "vacant": 0.09,
        "industry": 0.05,
        "field": 0.12,
        "green": 0.03,
    }


def blocks_of(size: Size, seed: int, graph: StreetGraph, owner: np.ndarray) -> list[Block]:
    """All blocks of a settlement; ``owner`` is the village index per face."""
    layout, random = graph.layout, generator(seed, "blocks", graph.layout.name)
    found = []
    for i, face in enumerate(layout.faces):
        ring = block_ring(layout, face)
        dense = density(size, layout, face)
        use = _use(layout, face, dense, random)
        if ring and shapely.is_valid(shapely.Polygon(ring)):
            found.append(Block(ring, use, "", dense, int(owner[i]), i, layout.name))
    if layout.main:
        _place_landmarks(layout, found)
    return found


def _place_landmarks(layout: Layout, found: list[Block]) -> None:
    taken: set[int] = set()
    for use, name, (s, t), least in LANDMARKS:
        best, away = None, 700.0
        for i, block in enumerate(found):
            face = layout.faces[block.face]
            u, v = face.middle
            here = hypot(u - s, v - t)
            fits = least < area(block.ring) < 7 * least and (v > 0) == (t > 0)
            if i not in taken and fits and block.use not in ("park",) and here < away:
                best, away = i, here
        if best is not None:
            taken.add(best)
            found[best].use, found[best].name = use, name
