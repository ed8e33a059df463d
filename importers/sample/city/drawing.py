"""The whole sample city drawn once, as it would stand if every year's building were done."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from importers.sample.city.addresses import addressed
from importers.sample.city.cells import grid_cells
from importers.sample.city.components import components
from importers.sample.city.country_roads import CountryRoads, country_roads
from importers.sample.city.districts import (
    STREETS,
    Villages,
    county_polygon,
    seats,
    town_names,
    villages,
)
from importers.sample.city.estate_register import Estate, estate
from importers.sample.city.graphs import StreetGraph, street_graph
from importers.sample.city.homesteads import Homesteads, homesteads
from importers.sample.city.housing import chosen_buildings
from importers.sample.city.layout import main_layout, satellite_layout
from importers.sample.city.pipe_register import pipe_tables
from importers.sample.city.roads import roads
from importers.sample.city.sizes import Size
from importers.sample.city.town import Town, town
from importers.sample.city.waters import Waters, waters


@dataclass
class Drawing:
    """Everything drawn; frames are register tables, the rest is what they came from."""

    size: Size
    seed: int
    villages: Villages
    towns: list[Town]
    country: CountryRoads
    waters: Waters
    homes: Homesteads
    estate: Estate
    roads: pd.DataFrame
    buildings: pd.DataFrame
    addresses: pd.DataFrame
    pipe_points: pd.DataFrame
    pipe_lines: pd.DataFrame
    cells: pd.DataFrame
    components: pd.DataFrame
    unit_buildings: pd.DataFrame
    certificates: int = 0


def _graphs(size: Size, seed: int) -> list[StreetGraph]:
    """The main town's streets and those of as many town seats as the size asks for."""
    graphs = [street_graph(main_layout(size, seed))]
    names, county = town_names(), county_polygon()
    places = [(code, place) for code, place in seats().items() if code[-3:] not in STREETS]
    taken = shapely.coverage_union_all(graphs[0].faces).buffer(500)
    for code, place in places:
        if len(graphs) > size.satellites:
            break
        graph = street_graph(satellite_layout(size, seed, names[code], place))
        land = shapely.coverage_union_all(graph.faces)
        if land.intersects(taken) or not county.contains(land.buffer(100)):
            continue
        taken = taken.union(land.buffer(200))
        graphs.append(graph)
    return graphs


def draw(size: Size, seed: int) -> Drawing:
    """Draw everything of one size; equal arguments give equal drawings."""
    graphs = _graphs(size, seed)
    faces = np.concatenate([graph.faces for graph in graphs])
    land = shapely.union_all(
        [shapely.coverage_union_all(graph.faces).buffer(60).buffer(-60) for graph in graphs]
    )
    found = villages(seed, faces)
    owners = [found.of_points(shapely.point_on_surface(graph.faces)) for graph in graphs]
    country = country_roads(size, seed, graphs, found, land)
    wet = waters(size, seed, found.county, land, country.lines)
    homes = homesteads(
        size, seed, country, found, np.array([*shapely.get_parts(land), *wet.polygons])
    )
    towns = [town(size, seed, g, o) for g, o in zip(graphs, owners, strict=True)]
    registers = estate(seed, towns, homes, found)
    road_table = roads(graphs, country)
    buildings, addresses = addressed(registers.buildings, registers.parcels, road_table)
    points, lines = pipe_tables(towns, seed, size.pipe_step_m)
    cells = grid_cells(size, seed, graphs, owners, found)
    things = components(towns, seed, size.furniture_step_m, cells, points)
    return Drawing(
        size,
        seed,
        found,
        towns,
        country,
        wet,
        homes,
        registers,
        road_table,
        buildings,
        addresses,
        points,
        lines,
        cells,
        things,
        chosen_buildings(buildings, size.unit_limit, seed),
    )
