"""Unit grid cells: street blocks out to the axes, halved to about a hectare."""

import numpy as np
import pandas as pd
import shapely

from importers.checks.catalogue import rules_for
from importers.checks.coverage import AreaCoverage, check_coverage
from importers.sample.city.districts import Villages
from importers.sample.city.estate_register import invented_people
from importers.sample.city.frames import frame, has_needle, on_millimetre
from importers.sample.city.graphs import StreetGraph
from importers.sample.city.noise import generator
from importers.sample.city.plots import halved
from importers.sample.city.sizes import Size

CELL_M2 = 9000.0
SNAP_M = 0.05
GAP_M = 0.6  # between cells; narrower ones fall to a neighbour
MOST_PER_VILLAGE = 999


def grid_cells(
    size: Size, seed: int, graphs: list[StreetGraph], owners: list[np.ndarray], villages: Villages
) -> pd.DataFrame:
    """Cells of every town face, and for a wider grid squares of the villages around."""
    random = generator(seed, "cells")
    rings, owner = [], []
    for graph, owned in zip(graphs, owners, strict=True):
        for face, village in zip(graph.faces, owned, strict=True):
            outline = shapely.get_coordinates(face.exterior)[:-1].tolist()
            ring = _counter_clockwise([(x, y) for x, y in outline])
            pieces = [shapely.Polygon(part) for part in halved(ring, CELL_M2, random)]
            if not shapely.is_valid(pieces).all():
                pieces = [face]
            rings += pieces
            owner += [int(village)] * len(pieces)
    shapes, village = np.array(rings), np.array(owner)
    if size.extended_cells:
        taken = shapely.union_all([shapely.coverage_union_all(g.faces) for g in graphs])
        wider, their = _squares(size.extended_cells, villages, taken)
        shapes, village = np.concatenate([shapes, wider]), np.concatenate([village, their])
    shapes = on_millimetre(shapes)
    shapes = shapely.coverage_clean(shapes, snapping_distance=SNAP_M, gap_width=GAP_M)
    shapes = _without_spikes(on_millimetre(shapes))
    return _cell_frame(shapes, village, villages, random)


def _fit(shapes: np.ndarray) -> np.ndarray:
    """Which are sound by the rules of a register: no needle for a corner, no hair's breadth
    from a neighbour."""
    good = (shapely.area(shapes) > 0) & ~has_needle(shapes)
    number = np.arange(len(shapes))
    figures = AreaCoverage(number, np.zeros(len(shapes), int), number, good.copy(), shapes)
    for breach in check_coverage(figures, rules_for("grid-cells")):
        good[breach.row[1]] = False
    return good


def _counter_clockwise(ring):
    return ring if shapely.is_ccw(shapely.LinearRing(ring)) else ring[::-1]


def _squares(number: int, villages: Villages, taken) -> tuple[np.ndarray, np.ndarray]:
    """Hundred-metre squares of the villages nearest the town, cut at village boundaries."""
    order = np.argsort(shapely.distance(taken, shapely.points(villages.centres)))
    shapes, owner, total = [], [], 0
    for village in order:
        if total >= number:
            break
        polygon = villages.polygons[village].difference(taken)
        if polygon.is_empty:
            continue
        west, south, east, north = polygon.bounds
        x, y = np.meshgrid(
            np.arange(west // 100 * 100, east, 100), np.arange(south // 100 * 100, north, 100)
        )
        boxes = shapely.box(x.ravel(), y.ravel(), x.ravel() + 100, y.ravel() + 100)
        pieces = shapely.get_parts(shapely.intersection(boxes, polygon))
        pieces = pieces[(shapely.get_type_id(pieces) == 3) & (shapely.area(pieces) > 900)]
        shapes.append(pieces[: MOST_PER_VILLAGE - 150])
        owner += [village] * len(shapes[-1])
        total += len(shapes[-1])
    return np.concatenate(shapes), np.array(owner)


def _without_spikes(shapes: np.ndarray) -> np.ndarray:
    """Squares cut along a curved street can keep a needle of no width; take it off."""
    shapes = shapes.copy()
    for i in np.flatnonzero(~shapely.is_valid(shapes)):
        parts = shapely.get_parts(shapely.make_valid(shapes[i]))
        shapes[i] = parts[np.argmax(shapely.area(parts))]
    return shapes


def _numbered(village: np.ndarray) -> np.ndarray:
    """From 1 within each village."""
    return pd.Series(village).groupby(village).cumcount().to_numpy() + 1


def _cell_frame(shapes, village, villages: Villages, random) -> pd.DataFrame:
    x, y = shapely.get_coordinates(shapely.centroid(shapes)).T
    order = np.lexsort([x, -np.round(y / 100), village])
    shapes, village = shapes[order], village[order]
    keep = _numbered(village) <= MOST_PER_VILLAGE
    shapes, village = shapes[keep], village[keep]
    while not (good := _fit(shapes)).all():  # what goes may leave a narrow gap between others
        shapes, village = shapes[good], village[good]
    number = _numbered(village)
    community = villages.codes[village]
    people = invented_people(len(villages.codes), random)
    return frame(
        shapes,
        code=np.char.add(community.astype(str), np.char.zfill(number.astype(str), 3)),
        community_code=community,
        area_m2=np.round(shapely.area(shapes)).astype(float),
        inspector=people[village],
    )
