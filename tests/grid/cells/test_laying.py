"""Cells laid over made-up ground: the laws that every layout must keep."""

from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from grid.cells.laying import SLIVER, TARGET_M2, Ground, lay
from grid.cells.validation import breaches
from tests.grid.cells.town import make_ground
from tests.laws import examples

BUBENEC = Path(__file__).parents[2] / "data" / "prague_bubenec.gpkg"


def codes_for(cells):
    return [f"431382001001{number + 1:03d}" for number in range(len(cells))]


@pytest.mark.slow(reason="whole towns")
@settings(max_examples=examples(12), deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_every_rule_holds_on_any_ground(seed, across):
    ground = make_ground(seed, across=across)
    cells = lay(ground)
    found = breaches(
        codes_for(cells),
        cells,
        "431382001001",
        ground.community,
        ground.buildings,
        ground.loads,
    )
    assert [b for b in found if not b.is_remark] == []
    assert (
        shapely.area(shapely.symmetric_difference(shapely.union_all(cells), ground.community))
        < 0.01
    )
    assert shapely.coverage_is_valid(cells)


@pytest.mark.slow(reason="a whole town")
def test_cells_are_about_as_large_as_wanted():
    ground = make_ground(3, side=1200, houses=300)
    areas = shapely.area(lay(ground))
    assert 0.6 * TARGET_M2 < np.median(areas) < 1.4 * TARGET_M2
    assert areas.min() >= SLIVER * TARGET_M2
    assert areas.max() < 2.6 * TARGET_M2


def test_the_same_ground_gives_the_same_cells():
    first, second = lay(make_ground(7)), lay(make_ground(7))
    assert shapely.equals(first, second).all()


def test_streets_are_borders():
    ground = make_ground(5)
    cells = lay(ground)
    street = ground.barriers[1]
    street = shapely.intersection(street, shapely.buffer(ground.community, -1))
    clear = shapely.difference(street, shapely.union_all(shapely.buffer(ground.buildings, 1)))
    edges = shapely.union_all(shapely.boundary(cells))
    along = shapely.length(shapely.intersection(shapely.buffer(edges, 0.5), clear))
    assert along > 0.9 * shapely.length(clear)


def test_bare_ground_is_divided_too():
    empty = np.empty(0, object)
    field = shapely.box(0, 0, 500, 400)
    cells = lay(Ground(field, empty, empty, np.empty((0, 2))))
    assert 17 <= len(cells) <= 23
    assert shapely.equals(shapely.union_all(cells), field)


def test_a_small_community_is_one_cell():
    yard = shapely.box(0, 0, 60, 60)
    cells = lay(Ground(yard, np.empty(0, object), np.empty(0, object), np.empty((0, 2))))
    assert len(cells) == 1


@pytest.mark.long
def test_a_huge_one_keeps_room_in_its_numbers():
    plain = shapely.box(0, 0, 5_000, 3_000)
    cells = lay(Ground(plain, np.empty(0, object), np.empty(0, object), np.empty((0, 2))))
    assert len(cells) <= 700


@pytest.mark.slow(reason="lays a town out")
@pytest.mark.parametrize("seed", [1, 2])
def test_components_are_balanced_better_than_by_area_alone(seed):
    ground = make_ground(seed, side=900, houses=0)
    random = np.random.default_rng(seed)
    middle = shapely.get_coordinates(shapely.centroid(ground.community))[0]
    crowded = middle + random.normal(0, 60, (3_000, 2))
    loaded = Ground(ground.community, np.empty(0, object), ground.buildings, crowded)
    bare = Ground(ground.community, np.empty(0, object), ground.buildings, np.empty((0, 2)))

    def spread(cells):
        tree = shapely.STRtree(shapely.points(crowded))
        return np.std([len(tree.query(cell, predicate="intersects")) for cell in cells])

    assert spread(lay(loaded)) < spread(lay(bare))


@pytest.mark.slow(reason="streets and buildings of a real town")
def test_every_rule_holds_on_real_streets_and_buildings():
    """Bubeneč in Prague; its lengths are those of EPSG:3857, so cells are too small on the ground."""
    streets = geopandas.read_file(BUBENEC, layer="streets").geometry.to_numpy()
    buildings = geopandas.read_file(BUBENEC, layer="buildings").geometry.to_numpy()
    hull = shapely.concave_hull(shapely.union_all([*streets, *buildings]), 0.3)
    community = shapely.buffer(hull, 15)
    middles = shapely.line_interpolate_point(streets, 0.5, normalized=True)
    loads = shapely.get_coordinates(middles)
    cells = lay(Ground(community, streets, buildings, loads))
    found = breaches(codes_for(cells), cells, "431382001001", community, buildings, loads)
    assert [b for b in found if not b.is_remark] == []
    areas = shapely.area(cells)
    assert 0.6 * TARGET_M2 < np.median(areas) < 1.4 * TARGET_M2
    assert areas.sum() == pytest.approx(shapely.area(community))
