from spatial.housing.rules.matrix import Cell, Place, unit_matrix


def rows(matrix):
    return {floor.number: floor.cells for floor in matrix.floors}


def test_floors_run_from_the_top_down_and_there_is_no_floor_0():
    found = unit_matrix([Place("a", "1", 1, 1, 1), Place("b", "1", -1, -1, 1)], floors=[0, 2])
    assert [floor.number for floor in found.floors] == [2, 1, -1]


def test_a_unit_on_two_floors_spans_two_rows():
    found = rows(unit_matrix([Place("a", "1", 2, 3, 1), Place("b", "1", 2, 2, 2)]))
    assert found[3] == (Cell("a", 2), Cell(""))
    assert found[2] == (Cell("b"),)


def test_a_unit_from_the_basement_to_the_first_floor_skips_floor_0():
    found = rows(unit_matrix([Place("a", "1", -1, 1, 1)]))
    assert found[1] == (Cell("a", 2),)
    assert found[-1] == ()


def test_entrances_stand_side_by_side_in_numeric_order():
    found = unit_matrix(
        [Place("c", "10", 1, 1, 1), Place("a", "2", 1, 1, 1), Place("b", "2", 1, 1, 2)]
    )
    assert found.entrances == (("2", 2), ("10", 1))
    assert [cell.code for cell in found.floors[0].cells] == ["a", "b", "c"]


def test_two_units_in_one_place_are_both_shown():
    found = unit_matrix([Place("a", "1", 1, 1, 1), Place("b", "1", 1, 1, 1)])
    assert {cell.code for cell in found.floors[0].cells} == {"a", "b"}
    assert found.entrances == (("1", 2),)


def test_a_building_without_units_has_an_empty_table():
    assert unit_matrix([]).floors == ()
