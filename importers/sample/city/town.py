"""One settlement put together: streets, blocks, parcels and buildings as plain lists."""

from dataclasses import dataclass

import numpy as np
import shapely

from importers.sample.city.blocks import Block, blocks_of
from importers.sample.city.fabric import ESTATES, PlannedBuilding, buildings_on, estate_name
from importers.sample.city.graphs import StreetGraph
from importers.sample.city.noise import generator
from importers.sample.city.plots import Plot, plots_of
from importers.sample.city.rings import area
from importers.sample.city.sizes import Size


@dataclass
class Town:
    """A settlement: its graph, blocks, parcels (with polygons) and buildings."""

    graph: StreetGraph
    blocks: list[Block]
    plots: list[Plot]
    plot_polygons: np.ndarray
    buildings: list[PlannedBuilding]


def town(size: Size, seed: int, graph: StreetGraph, owner: np.ndarray) -> Town:
    """Draw a settlement; ``owner`` gives each face's village."""
    blocks = blocks_of(size, seed, graph, owner)
    random = generator(seed, "plots", graph.layout.name)
    plots: list[Plot] = []
    for number, block in enumerate(blocks):
        found = [plot for plot in plots_of(block, number, random) if area(plot.ring) > 20]
        for plot in found:
            plot.name = block.name
        plots += found
    _name_estates(plots)
    polygons = np.array([shapely.Polygon(plot.ring) for plot in plots])
    polygons = shapely.coverage_clean(polygons, snapping_distance=1e-3)
    buildings: list[PlannedBuilding] = []
    random = generator(seed, "buildings", graph.layout.name)
    for number, plot in enumerate(plots):
        buildings += buildings_on(plot, number, blocks[plot.block].dense, random)
    return Town(graph, blocks, plots, polygons, _standing(polygons, buildings))


def _name_estates(plots: list[Plot]) -> None:
    number = 0
    for plot in plots:
        if plot.use in ESTATES:
            plot.name = estate_name(number)
            number += 1


def _standing(polygons: np.ndarray, buildings: list[PlannedBuilding]) -> list[PlannedBuilding]:
    """The sound buildings, trimmed to stay 15 cm inside their parcel."""
    shapes = np.array([shapely.Polygon(b.ring) for b in buildings])
    plot = np.array([b.plot for b in buildings])
    sound = shapely.is_valid(shapes) & (shapely.area(shapes) > 12)
    inner = shapely.buffer(polygons, -0.15, join_style="mitre")[plot]
    over = np.flatnonzero(sound & ~shapely.contains_properly(inner, shapes))
    trimmed = shapely.intersection(inner[over], shapes[over])
    sound[over] = (shapely.get_type_id(trimmed) == 3) & (
        shapely.area(trimmed) > 0.7 * shapely.area(shapes[over])
    )
    for number, shape in zip(over, trimmed, strict=True):
        if sound[number]:
            buildings[number].ring = list(shape.exterior.coords)[:-1]
            buildings[number].frame = None
    return [b for b, fine in zip(buildings, sound, strict=True) if fine]
