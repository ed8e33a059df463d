"""Pipe points and lines as register tables: codes, levels, depths, materials."""

import numpy as np
import pandas as pd
import shapely

from importers.sample.city.frames import frame
from importers.sample.city.gravity import Drained, drained
from importers.sample.city.noise import generator
from importers.sample.city.pipe_routes import Pieces, served_routes
from importers.sample.city.pressure import pressed
from importers.sample.city.terrain import elevation_m
from importers.sample.city.town import Town

OWNERS = {
    "JS": "涟源市自来水公司（示意）",
    "YS": "涟源市排水事务中心（示意）",
    "WS": "涟源市排水事务中心（示意）",
    "TR": "涟源市燃气公司（示意）",
}
# network → street kind → (diameter mm, material)
MAINS = {
    "JS": {
        "primary": (500, "球墨铸铁"),
        "secondary": (300, "球墨铸铁"),
        "local": (150, "PE"),
        "hydrant": (100, "球墨铸铁"),
    },
    "TR": {"primary": (250, "钢"), "secondary": (160, "PE"), "local": (110, "PE")},
}
DEPTH_MM = {"JS": 1000, "TR": 1150}


def pipe_tables(towns: list[Town], seed: int, step_m: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All networks of all settlements: (points, lines)."""
    points, lines, used = [], [], dict.fromkeys(OWNERS, (0, 0))
    for town in towns:
        routes = served_routes(town)
        works = _spots(town, "sewage")
        for network in OWNERS:
            if network in ("WS", "YS"):
                down = drained(routes, network, works, step_m)
                tables = _gravity_tables(down, seed, used[network], town)
            else:
                feed = _spots(town, "waterworks" if network == "JS" else "gasworks")
                source = feed[0] if feed else tuple(routes.nodes[routes.edges].mean(axis=(0, 1)))
                found = pressed(routes, network, source, step_m)
                tables = _pressure_tables(found, seed, used[network], town)
            points.append(tables[0])
            lines.append(tables[1])
            used[network] = (used[network][0] + len(tables[0]), used[network][1] + len(tables[1]))
    return pd.concat(points, ignore_index=True), pd.concat(lines, ignore_index=True)


def _spots(town: Town, use: str) -> list[tuple[float, float]]:
    found = [shapely.Polygon(b.ring).centroid for b in town.blocks if b.use == use]
    return [(p.x, p.y) for p in found]


def _gravity_tables(found: Drained, seed: int, used, town: Town):
    pieces = found.pieces
    start, end = np.array(pieces.start), np.array(pieces.end)
    start_depth = found.ground_mm[start] - found.start_level_mm
    end_depth = found.ground_mm[end] - found.end_level_mm
    concrete = found.diameter_mm >= 600
    material = np.where(concrete, "钢筋混凝土", "双壁波纹管")
    depth = found.ground_mm - found.level_mm
    return _tables(
        pieces,
        seed,
        used,
        town,
        found.ground_mm,
        depth,
        (start_depth, end_depth),
        found.diameter_mm,
        material,
    )


def _pressure_tables(pieces: Pieces, seed: int, used, town: Town):
    xy = np.round(np.array(pieces.xy), 3)
    ground = np.round(elevation_m(*xy.T) * 1000).astype(np.int64)
    wave = np.round(140 * np.sin(xy[:, 0] / 90) + 90 * np.sin(xy[:, 1] / 60)).astype(np.int64)
    depth = DEPTH_MM[pieces.network] + wave
    table = MAINS[pieces.network]
    kinds = np.array(pieces.kind)
    diameter = np.array([table[k][0] for k in kinds])
    material = np.array([table[k][1] for k in kinds], object)
    start, end = np.array(pieces.start), np.array(pieces.end)
    return _tables(
        pieces, seed, used, town, ground, depth, (depth[start], depth[end]), diameter, material
    )


def _tables(pieces: Pieces, seed: int, used, town: Town, ground, depth, depths, diameter, material):
    network, xy = pieces.network, np.round(np.array(pieces.xy), 3)
    start, end = np.array(pieces.start), np.array(pieces.end)
    codes = np.array([f"{network}D{n:06d}" for n in range(used[0] + 1, used[0] + len(xy) + 1)])
    point_frame = frame(
        shapely.points(xy),
        code=codes,
        network=network,
        feature=pieces.feature,
        fitting=pieces.fitting,
        ground_level_m=ground / 1000,
        bottom_depth_m=np.where(_has_chamber(pieces), depth / 1000, np.nan),
        road_name=pieces.road,
        state="在用",
    )
    year = _years(pieces, seed, town)
    if network == "JS":
        old = (year < 2002) & (material == "球墨铸铁")
        material = np.where(old, "灰口铸铁", material)
    road = np.array(pieces.road, object)
    line_road = np.where(road[start] != "", road[start], road[end])
    line_frame = frame(
        shapely.linestrings(np.stack([xy[start], xy[end]], axis=1)),
        code=[f"{network}G{n:06d}" for n in range(used[1] + 1, used[1] + len(start) + 1)],
        network=network,
        start_code=codes[start],
        end_code=codes[end],
        material=material,
        section=diameter.astype(str),
        start_depth_m=depths[0] / 1000,
        end_depth_m=depths[1] / 1000,
        start_level_m=(ground[start] - depths[0]) / 1000,
        end_level_m=(ground[end] - depths[1]) / 1000,
        laying="直埋",
        laid_year=year,
        owner=OWNERS[network],
        road_name=line_road,
        state="在用",
    )
    return point_frame, line_frame


def _has_chamber(pieces: Pieces) -> np.ndarray:
    return np.isin(np.array(pieces.fitting), ["检查井", "阀门", "出水口"])


def _years(pieces: Pieces, seed: int, town: Town) -> np.ndarray:
    """One laying year per road and network."""
    random = generator(seed, "laid", pieces.network, town.graph.layout.name)
    start, end = np.array(pieces.start), np.array(pieces.end)
    road = np.array(pieces.road, object)
    name = np.where(road[start] != "", road[start], road[end])
    known = {n: int(random.integers(1992, 2017)) for n in sorted(set(name))}
    return np.array([known[n] for n in name])
