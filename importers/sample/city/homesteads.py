"""Farmhouses along the village lanes: their parcels and buildings."""

from dataclasses import dataclass

import numpy as np
import shapely

from importers.sample.city.country_roads import CountryRoads
from importers.sample.city.districts import Villages
from importers.sample.city.noise import generator
from importers.sample.city.sizes import Size
from importers.sample.city.terrain import slope_degrees

APART_M = 0.5  # nearer, a strip between two homesteads would be a surveyor's mistake


@dataclass
class Homesteads:
    """Homestead parcels with house and, where there is one, an outbuilding (else None)."""

    parcels: np.ndarray
    houses: np.ndarray
    sheds: np.ndarray
    village: np.ndarray
    storeys: np.ndarray
    year: np.ndarray


def boxes(x, y, angle, length, depth) -> np.ndarray:
    """Rectangles around centres, turned by angle (radians); arrays of equal length, metres."""
    c, s = np.cos(angle), np.sin(angle)
    corners = []
    for u, v in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        corners.append(
            np.stack(
                [x + u * length * c - v * depth * s, y + u * length * s + v * depth * c], axis=1
            )
        )
    return shapely.polygons(np.stack(corners, axis=1))


def _sites(roads: CountryRoads, random):
    """Places beside the lanes: x, y, angle of the road, village index."""
    found = []
    for line, village in zip(roads.lines, roads.village, strict=True):
        if village < 0:
            continue
        at = np.arange(14, max(line.length - 10, 15), 17.5)
        here = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
        there = shapely.get_coordinates(shapely.line_interpolate_point(line, at + 4))
        angle = np.arctan2(there[:, 1] - here[:, 1], there[:, 0] - here[:, 0])
        for side, offset in ((1, 14), (-1, 14), (1, 37), (-1, 37), (1, 60), (-1, 60)):
            away = side * (offset + random.uniform(0, 5, len(at)))
            found.append(
                np.column_stack(
                    [
                        here[:, 0] - away * np.sin(angle),
                        here[:, 1] + away * np.cos(angle),
                        angle + (0 if side > 0 else np.pi),
                        np.full(len(at), village),
                        np.full(len(at), offset),
                    ]
                )
            )
    return np.vstack(found) if found else np.zeros((0, 5))


def _chosen(sites: np.ndarray, per_village: int, found: Villages, random) -> np.ndarray:
    """The sites a village fills: near its middle and near the lane first; 1.5 times as many."""
    village = sites[:, 3].astype(int)
    away = np.hypot(*(sites[:, :2] - found.centres[village]).T)
    pull = np.exp(-away / (260 + per_village * 1.2)) * np.exp(-sites[:, 4] / 45)
    score = random.random(len(sites)) ** (1 / np.maximum(pull, 1e-6))
    order = np.lexsort([-score, village])
    rank = np.arange(len(order)) - np.searchsorted(village[order], village[order])
    return np.sort(order[rank < 1.5 * per_village])


def homesteads(
    size: Size, seed: int, roads: CountryRoads, found: Villages, taken: np.ndarray
) -> Homesteads:
    """Homesteads clear of towns and water (``taken``), roads, steep slopes and one another."""
    random = generator(seed, "homesteads")
    sites = _sites(roads, random)
    sites = sites[_chosen(sites, size.houses_per_village, found, random)]
    n = len(sites)
    x, y, angle = sites[:, 0], sites[:, 1], sites[:, 2] + random.normal(0, 0.06, n)
    width, depth = random.uniform(13, 16.4, n), random.uniform(15, 19, n)
    parcels = boxes(x, y, angle, width, depth)
    good = _clear(parcels, roads.lines, taken)
    village = found.of_points(shapely.points(x, y))
    good &= (slope_degrees(x, y) < 17) & (village >= 0)
    good[good] &= shapely.covered_by(parcels[good], found.polygons[village[good]])
    parts = [x, y, angle, width, depth, village]
    return _built(size, random, parcels[good], *(part[good] for part in parts))


def _clear(parcels: np.ndarray, lines: np.ndarray, taken: np.ndarray) -> np.ndarray:
    good = np.ones(len(parcels), bool)
    good[shapely.STRtree(taken).query(parcels, predicate="dwithin", distance=6)[0]] = False
    good[shapely.STRtree(lines).query(parcels, predicate="dwithin", distance=3.2)[0]] = False
    a, b = shapely.STRtree(parcels).query(parcels, predicate="dwithin", distance=APART_M)
    pairs = np.column_stack([a, b])[b < a]
    for later, earlier in pairs[np.lexsort([pairs[:, 1], pairs[:, 0]])]:
        if good[earlier]:
            good[later] = False
    return good


def _built(size: Size, random, parcels, x, y, angle, width, depth, village) -> Homesteads:
    n = len(x)
    house_depth = random.uniform(8.2, 10.4, n)
    back = (depth - house_depth) / 2 - 0.8
    houses = boxes(
        x - back * np.sin(angle) * -0.9,
        y - back * np.cos(angle) * 0.9,
        angle,
        width - random.uniform(2.0, 4.2, n),
        house_depth,
    )
    front = depth / 2 - 2.2
    side = (width / 2 - 3.4) * random.choice([-1, 1], n)
    sheds = boxes(
        x + side * np.cos(angle) - front * np.sin(angle),
        y + side * np.sin(angle) + front * np.cos(angle),
        angle,
        random.uniform(3.4, 4.8, n),
        random.uniform(2.4, 3.0, n),
    )
    no_shed = (random.random(n) > size.yards) | shapely.intersects(sheds, houses)
    no_shed |= ~shapely.contains_properly(parcels, sheds)
    sheds[no_shed] = None
    storeys = random.choice([1, 2, 2, 2, 3, 3, 4], n)
    good = shapely.contains_properly(parcels, houses)
    year = np.where(
        random.random(n) < 0.93, random.integers(1978, 2018, n), random.integers(2018, 2026, n)
    )
    return Homesteads(
        parcels[good], houses[good], sheds[good], village[good], storeys[good], year[good]
    )
