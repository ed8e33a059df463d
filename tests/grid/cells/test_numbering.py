"""Codes: west to east, north to south, none twice."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
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


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(1, 9))
def test_responsibility_grids_hang_together_and_have_five_at_most(rows, columns):
    cells = squares(rows, columns)
    groups = responsibility_groups(cells)
    assert len(groups) == len(cells)
    for group in np.unique(groups):
        own = cells[groups == group]
        assert 1 <= len(own) <= MOST
        assert hangs_together(own)
    codes = [f"{HERE}{n:03d}" for n in range(1, len(cells) + 1)]
    named = group_codes(HERE, codes, cells, {})
    assert named[0] == f"{HERE}Z001"
    assert len(set(zip(named, groups, strict=True))) == len(np.unique(groups))
    assert group_codes(HERE, codes, cells, dict(zip(codes, named, strict=True))) == named


def strips(*numbers):
    """Cells side by side from the west, a hundred metres each, and their codes."""
    shapes = [shapely.box(100 * k, 0, 100 * k + 100, 100) for k in range(len(numbers))]
    return [f"{HERE}{n:03d}" for n in numbers], np.array(shapes, object)


def test_a_group_whose_cells_stay_keeps_its_code_and_no_number_is_used_again():
    codes, cells = strips(1, 2, 3, 4, 5, 6, 7, 8)
    first, second = f"{HERE}Z004", f"{HERE}Z002"
    standing = dict(zip(codes, [first] * 4 + [second] * 4, strict=True))
    assert group_codes(HERE, codes, cells, standing) == list(standing.values())
    laid, cells = strips(1, 2, 3, 4, 9, 10, 11, 12)  # the eastern half laid anew
    named = group_codes(HERE, laid, cells, standing, [f"{HERE}Z006", second])
    assert named == [first] * 4 + [f"{HERE}Z007"] * 4
    laid, cells = strips(1, 2, 3, 4, 5, 6, 7, 9)  # one cell of the eastern half
    assert group_codes(HERE, laid, cells, standing) == list(standing.values())


def test_a_group_that_is_unsound_is_made_anew():
    codes, cells = strips(1, 2, 3, 4, 5, 6)
    named = group_codes(HERE, codes, cells, dict.fromkeys(codes, f"{HERE}Z001"))
    assert len(set(named)) == 2
    assert f"{HERE}Z001" in named
    a, b = f"{HERE}Z001", f"{HERE}Z002"
    apart = dict(zip(codes, [a, b, b, b, b, a], strict=True))
    named = group_codes(HERE, codes, cells, apart)
    assert named[1:5] == [b] * 4
    assert named[0] != named[5]


def test_numbers_of_groups_run_out():
    codes, cells = strips(1)
    with pytest.raises(NoCodesLeft, match="责任网格"):
        group_codes(HERE, codes, cells, {}, [f"{HERE}Z999"])


@settings(deadline=None)
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
