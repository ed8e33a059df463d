"""Roads outside the towns: highways between town seats, lanes to every village."""

from dataclasses import dataclass

import numpy as np
import shapely

from importers.sample.city.districts import STREETS, Villages, seats, town_names
from importers.sample.city.graphs import StreetGraph
from importers.sample.city.noise import generator, smooth_noise
from importers.sample.city.sizes import Size
from importers.sample.city.valley import centre


@dataclass
class CountryRoads:
    """Centre lines with name, kind and width; ``village`` is -1 for highways."""

    lines: np.ndarray
    names: list[str]
    kinds: list[str]
    widths_m: np.ndarray
    village: np.ndarray


def curve(start: np.ndarray, end: np.ndarray, swing_m: float, step_m: float = 60.0) -> np.ndarray:
    """Points (n, 2) of a road that winds from start to end."""
    length = float(np.hypot(*(end - start)))
    part = np.linspace(0, 1, max(3, int(length / step_m)))
    x, y = (start + part[:, None] * (end - start)).T
    free = np.minimum(1, 5 * part * (1 - part))[:, None] * min(1.0, length / 1500)
    sway = np.column_stack(
        [
            smooth_noise(x, y, 1500, 81) + 0.45 * smooth_noise(x, y, 480, 82),
            smooth_noise(x, y, 1500, 83) + 0.45 * smooth_noise(x, y, 480, 84),
        ]
    )
    return np.column_stack([x, y]) + swing_m * free * sway


def _highways(main: StreetGraph) -> tuple[list[np.ndarray], list[str]]:
    """A tree over the town seats with a few extra links; the town is entered by its arterials."""
    places = {code: np.array(p) for code, p in seats().items() if code[-3:] not in STREETS}
    names = town_names()
    codes, spots = ["", *places], np.array([centre(), *places.values()])
    distance = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    links, joined = [], [0]
    while len(joined) < len(codes):
        rest = [i for i in range(len(codes)) if i not in joined]
        a, b = min(((a, b) for a in joined for b in rest), key=lambda ab: distance[ab])
        links.append((a, b))
        joined.append(b)
    links += [(0, b) for b in np.argsort(distance[0])[1:7] if (0, b) not in links]
    gates = _gates(main)
    lines, labels = [], []
    for a, b in links:
        start = spots[a] if a else gates[np.argmin(np.hypot(*(gates - spots[b]).T))]
        lines.append(curve(start, spots[b], 260))
        first = names[codes[a]][0] if a else "涟"
        labels.append(f"{first}{names[codes[b]][0]}公路")
    return lines, labels


def _gates(main: StreetGraph) -> np.ndarray:
    """Where the town's arterials reach the rim of its plan."""
    rim = np.unique(main.edges[main.street < 0])
    streets = main.layout.streets.all
    wide = [s >= 0 and streets[s].kind == "primary" for s in main.street]
    return main.nodes[np.intersect1d(rim, np.unique(main.edges[np.array(wide)]))]


def _lanes(found: Villages, scope: np.ndarray, lines: list[np.ndarray]):
    """One lane from each village in scope to the network so far, nearest villages first."""
    network = np.vstack(lines)
    waiting = list(np.flatnonzero(scope))
    centres = found.centres
    nearest = {v: _closest(network, centres[v]) for v in waiting}
    lanes, owners = [], []
    while waiting:
        village = min(waiting, key=lambda v: nearest[v][0])
        waiting.remove(village)
        lane = curve(nearest[village][1], centres[village], 110, 40)
        lanes.append(lane)
        owners.append(village)
        for other in waiting:
            closer = _closest(lane, centres[other])
            if closer[0] < nearest[other][0]:
                nearest[other] = closer
    return lanes, owners


def _closest(points: np.ndarray, place: np.ndarray) -> tuple[float, np.ndarray]:
    squared = ((points - place) ** 2).sum(axis=1)
    best = int(np.argmin(squared))
    return float(squared[best]), points[best]


def _spurs(found: Villages, scope: np.ndarray, random, number: int):
    for village in np.flatnonzero(scope):
        start = random.uniform(0, 2 * np.pi)
        for k in range(number):
            angle = start + 2 * np.pi * k / number + random.normal(0, 0.35)
            reach = random.uniform(180, 620)
            end = found.centres[village] + reach * np.array([np.cos(angle), np.sin(angle)])
            yield curve(found.centres[village], end, 90, 30), village


def country_roads(
    size: Size, seed: int, graphs: list[StreetGraph], found: Villages, towns: shapely.Geometry
) -> CountryRoads:
    """All roads outside the street plans; ``towns`` is the land of those plans."""
    random = generator(seed, "country roads")
    lines, names = _highways(graphs[0])
    away = np.hypot(*(found.centres - centre()).T)
    scope = (away < size.rural_radius_m) & ~shapely.contains_xy(towns, *found.centres.T)
    lanes, owners = _lanes(found, scope, lines)
    spurs = list(_spurs(found, scope, random, 3 if size.houses_per_village < 60 else 6))
    owners = [-1] * len(lines) + owners + [village for _, village in spurs]
    kinds = ["secondary"] * len(lines) + ["rural"] * (len(lanes) + len(spurs))
    names += [f"{found.names[v].rstrip('村社区')}村道" for v in owners[len(names) :]]
    widths = np.where(np.array(owners) < 0, 12.0, 5.0)
    shapes = np.array([shapely.LineString(c) for c in [*lines, *lanes, *(s for s, _ in spurs)]])
    return _outside(shapes, names, kinds, widths, np.array(owners), towns, found.county)


def _outside(shapes, names, kinds, widths, owners, towns, county) -> CountryRoads:
    shapely.prepare(towns)
    kept = np.array(
        [_longest(line.difference(towns)) if towns.intersects(line) else line for line in shapes]
    )
    kept = np.array([_longest(line) for line in shapely.intersection(kept, county)])
    good = shapely.length(kept) > 40
    return CountryRoads(
        kept[good],
        [n for n, g in zip(names, good, strict=True) if g],
        [k for k, g in zip(kinds, good, strict=True) if g],
        widths[good],
        owners[good],
    )


def _longest(line: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(line)
    return parts[np.argmax(shapely.length(parts))] if len(parts) else shapely.LineString()
