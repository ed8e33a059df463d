"""Codes: west to east, north to south, none twice."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from grid.cells.balancing import Graph, parts_of
from grid.cells.numbering import NoCodesLeft, new_codes, reading_order
from grid.cells.responsibility import MOST, group_codes, hangs_together, responsibility_groups

HERE = "431382001001"


def squares(rows: int, columns: int) -> np.ndarray:
    return np.array(
        [
            shapely.box(x, y, x + 100, y + 100)
            for y in range(0, rows * 100, 100)
            for x in range(0, columns * 100, 100)
        ],
        object,
    )


def test_rows_from_the_north_and_in_a_row_from_the_west():
    cells = squares(3, 4)
    order = reading_order(cells)
    assert list(order) == [8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3]


@given(st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 2_000)), min_size=1, max_size=40))
def test_it_is_an_order_of_all_whatever_order_they_came_in(corners):
    cells = np.array([shapely.box(x, y, x + 50, y + 50) for x, y in corners], object)
    order = reading_order(cells)
    assert sorted(order) == list(range(len(cells)))
    turned = reading_order(cells[::-1])
    first, second = cells[order], cells[::-1][turned]
    assert shapely.equals(first, second).all()


def test_codes_follow_all_that_were_ever_used():
    assert new_codes(HERE, 2, []) == [f"{HERE}001", f"{HERE}002"]
    used = [f"{HERE}007", f"{HERE}003", "431382001002999", f"{HERE}0"]
    assert new_codes(HERE, 1, used) == [f"{HERE}008"]
    assert new_codes(HERE, 0, [f"{HERE}999"]) == []
    with pytest.raises(NoCodesLeft, match="999"):
        new_codes(HERE, 2, [f"{HERE}998"])


@given(st.integers(1, 9), st.integers(1, 9))
def test_responsibility_grids_hang_together_and_have_five_at_most(rows, columns):
    cells = squares(rows, columns)
    groups = responsibility_groups(cells)
    assert len(groups) == len(cells)
    for group in np.unique(groups):
        own = cells[groups == group]
        assert 1 <= len(own) <= MOST
        assert hangs_together(own)
    codes = group_codes(HERE, groups)
    assert codes[0] == f"{HERE}Z001"
    assert len(set(codes)) == len(np.unique(groups))


@given(st.integers(2, 12), st.integers(1, 8))
def test_parts_are_connected_and_about_equal(side, number):
    cells = side * side
    pairs = [(i, i + 1) for i in range(cells) if (i + 1) % side] + [
        (i, i + side) for i in range(cells - side)
    ]
    labels = parts_of(Graph(np.ones(cells), np.array(pairs)), min(number, cells))
    assert len(np.unique(labels)) == min(number, cells)
    shapes = np.array(
        [shapely.box(i % side, i // side, i % side + 1, i // side + 1) for i in range(cells)],
        object,
    )
    for label in np.unique(labels):
        assert hangs_together(shapes[labels == label])
