"""Laws of the unit table: nothing is lost, nothing overlaps, every row is whole."""

from hypothesis import given
from hypothesis import strategies as st

from spatial.housing.rules.matrix import Place, unit_matrix

floors = st.integers(-3, 9)
places = st.lists(
    st.builds(
        lambda i, entrance, a, b, position: (entrance, min(a, b), max(a, b), position),
        st.just(0), st.sampled_from(["", "1", "2", "10", "A"]), floors, floors, st.integers(0, 5),
    ),
    max_size=30,
).map(lambda rows: [Place(f"U{i}", *row) for i, row in enumerate(rows)])  # fmt: skip


def grid_of(matrix):
    """(row, column) → code for the table as a browser lays it out."""
    taken = {}
    for row, floor in enumerate(matrix.floors):
        column = 0
        for cell in floor.cells:
            while (row, column) in taken:
                column += 1
            for below in range(cell.rows):
                assert (row + below, column) not in taken
                taken[row + below, column] = cell.code
            column += 1
    return taken


@given(places, st.lists(floors))
def test_every_unit_appears_exactly_once(units, more):
    matrix = unit_matrix(units, more)
    shown = [cell.code for floor in matrix.floors for cell in floor.cells if cell.code]
    assert sorted(shown) == sorted(unit.code for unit in units)


@given(places, st.lists(floors))
def test_no_two_cells_overlap_and_no_cell_is_missing(units, more):
    matrix = unit_matrix(units, more)
    width = sum(wide for _, wide in matrix.entrances)
    wanted = {(row, column) for row in range(len(matrix.floors)) for column in range(width)}
    assert set(grid_of(matrix)) == wanted


@given(places)
def test_a_unit_stands_on_its_floors_and_under_its_entrance(units):
    matrix = unit_matrix(units)
    numbers = [floor.number for floor in matrix.floors]
    assert numbers == sorted(set(numbers), reverse=True)
    heads = [entrance for entrance, wide in matrix.entrances for _ in range(wide)]
    known = {unit.code: unit for unit in units}
    for (row, column), code in grid_of(matrix).items():
        if code:
            assert heads[column] == known[code].entrance
            low, high = known[code].floor_from, known[code].floor_to
            assert low <= numbers[row] <= high or low == high == 0
