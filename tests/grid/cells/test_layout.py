"""Layouts written: codes kept, ended, never used again; components know their cells."""

import pytest
from django.core.management import CommandError, call_command

from grid.cells.layout import lay_cells, plan
from grid.models import Component, GridCell
from spatial.base.models import District, Road
from spatial.casework.errors import InvalidInput
from spatial.parcels.models import Building
from tests.factories import moment, open_feature, spot, square

pytestmark = pytest.mark.django_db
HERE = "431382009001"


@pytest.fixture
def community(db):
    """400 × 400 m with a street through it, a house on each side, and two components."""
    open_feature(
        District, HERE, moment(2018), name="示范社区", level="village", geom=square(0, 0, 400)
    )
    street = square(200, -50, 500).boundary
    line = type(street)((street[0], street[3]), srid=street.srid)
    open_feature(Road, "R1", moment(2018), name="中街", kind="local", geom=line)
    open_feature(Building, "H1", moment(2018), geom=square(193, 100, 20))
    open_feature(Building, "H2", moment(2018), geom=square(50, 50, 30))
    for code, place in (("C1", spot(60, 60)), ("C2", spot(300, 300))):
        open_feature(
            Component,
            code,
            moment(2018),
            scheme="components_2020",
            class_code="0137",
            cell_code="",
            geom=place,
        )


def current():
    return {cell.code: cell for cell in GridCell.objects.current()}


def test_a_layout_is_laid_and_components_know_their_cells(community):
    found = plan(HERE)
    assert found.is_sound
    lay_cells([found], who="测", why="划分")
    cells = current()
    assert len(cells) == len(found.codes) >= 12
    assert sorted(cells) == [f"{HERE}{n:03d}" for n in range(1, len(cells) + 1)]
    assert all(cell.responsibility_code.startswith(f"{HERE}Z") for cell in cells.values())
    for component in Component.objects.current():
        assert cells[component.cell_code].geom.intersects(component.geom)
    house = Building.objects.current().get(code="H1").geom
    assert sum(cell.geom.intersection(house).area > 0.5 for cell in cells.values()) == 1


def test_laid_again_nothing_changes(community):
    lay_cells([plan(HERE)], who="测", why="划分")
    before = set(GridCell.objects.values_list("pk", flat=True))
    again = plan(HERE)
    assert len(again.standing) == len(again.codes)
    assert again.ended == []
    lay_cells([again], who="测", why="再划")
    assert set(GridCell.objects.values_list("pk", flat=True)) == before


def test_another_layout_takes_new_codes_and_keeps_the_old_on_record(community):
    lay_cells([plan(HERE)], who="测", why="划分")
    first = set(current())
    other = plan(HERE, target_m2=25_000)
    lay_cells([other], who="测", why="合并")
    second = set(current())
    fresh = second - first
    assert fresh
    assert min(fresh) > max(first)
    assert {c.code for c in GridCell.objects.all()} == first | second
    lay_cells([plan(HERE)], who="测", why="再分")
    third = set(current())
    assert not (third - second) & (first | second)


def test_numbers_of_responsibility_grids_are_not_used_again(community):
    lay_cells([plan(HERE)], who="测", why="划分")
    first = {cell.responsibility_code for cell in current().values()}
    lay_cells([plan(HERE, target_m2=25_000)], who="测", why="合并")
    second = {cell.responsibility_code for cell in current().values()}
    lay_cells([plan(HERE)], who="测", why="再分")
    third = {cell.responsibility_code for cell in current().values()}
    assert not (third - second) & (first | second)
    ever = {int(code[-3:]) for code in first | second | third}
    assert ever == set(range(1, len(ever) + 1))


def test_a_component_no_longer_in_a_cell_loses_its_code(community):
    lay_cells([plan(HERE)], who="测", why="划分")
    values = {"scheme": "components_2020", "class_code": "0137", "cell_code": f"{HERE}001"}
    open_feature(Component, "C3", moment(2019), geom=spot(5_000, 0), **values)
    lay_cells([plan(HERE, target_m2=25_000)], who="测", why="合并")
    assert Component.objects.current().get(code="C3").cell_code == ""


def test_the_command_tells_and_writes_only_when_told(community, capsys):
    call_command("lay_cells", HERE)
    out = capsys.readouterr().out
    assert f"{HERE} 网格" in out
    assert not GridCell.objects.exists()
    call_command("lay_cells", HERE, commit=True, who="测")
    assert "已入库" in capsys.readouterr().out
    assert GridCell.objects.exists()


def test_what_cannot_be_laid_is_told(community):
    with pytest.raises(InvalidInput, match="没有社区"):
        plan("431382999999")
    for given in ([], ["431382999999"]):
        with pytest.raises(CommandError):
            call_command("lay_cells", *given)
    with pytest.raises(CommandError, match="target"):
        call_command("lay_cells", HERE, target_m2=5)
