"""Rings nest by containment, and stay as they were surveyed."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from importers.formats.rings import DegenerateRing, assemble


def box(x, y, side, clockwise=False):
    ring = np.array([(x, y), (x + side, y), (x + side, y + side), (x, y + side)], float)
    return ring[::-1] if clockwise else ring


def test_a_hole_an_island_in_it_and_a_second_shell():
    rings = [box(40, 40, 20), box(0, 0, 100), box(20, 20, 60), box(200, 0, 10)]
    found = assemble(rings)
    assert found.is_valid
    assert found.area == 100**2 - 60**2 + 20**2 + 10**2
    assert sorted(len(part.interiors) for part in found.geoms) == [0, 0, 1]


def test_a_hole_may_touch_its_shell():
    found = assemble([box(0, 0, 10), np.array([(0, 0), (4, 1), (1, 4)], float)])
    assert found.is_valid
    assert len(found.interiors) == 1


def test_vertices_and_their_order_stay():
    ring = box(3, 5, 7, clockwise=True)
    assert shapely.get_coordinates(assemble([ring])).tolist() == [*ring.tolist(), ring[0].tolist()]
    closed = np.vstack([ring, ring[:1]])
    assert shapely.get_coordinates(assemble([closed])).tolist() == closed.tolist()


@pytest.mark.parametrize("ring", [[(0, 0)], [(0, 0), (1, 1), (0, 0)], np.zeros((9, 2))])
def test_a_ring_needs_three_points(ring):
    with pytest.raises(DegenerateRing) as raised:
        assemble([box(0, 0, 1), np.array(ring, float)])
    assert raised.value.number == 2


@given(st.permutations(range(5)), st.lists(st.booleans(), min_size=5, max_size=5))
def test_order_and_direction_do_not_matter(order, clockwise):
    rings = [box(10 * i, 10 * i, 100 - 20 * i, turn) for i, turn in enumerate(clockwise)]
    found = assemble([rings[i] for i in order])
    assert found.area == 100**2 - 80**2 + 60**2 - 40**2 + 20**2


def test_ten_thousand_rings():
    rings = [box(20 * (i % 100), 20 * (i // 100), 10) for i in range(10_000)]
    assert len(assemble([box(-5, -5, 2100), *rings]).interiors) == 10_000
