"""The figures that are kept equal the count, whatever has happened."""

import threading
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from spatial.housing.models import Right
from spatial.parcels.models import Building, Parcel
from spatial.periods import parse_as_of
from spatial.versions import keeping
from spatial.versions.actions import apply, undo
from spatial.versions.edits import Action, Edit
from spatial.versions.figures import (
    Tallied,
    definition,
    ever_schematic,
    kept,
    standing,
    tallied,
    whole_day,
)
from spatial.versions.keeping import faults_of
from spatial.versions.models import KeptFigures, Revision, TallyDay
from spatial.versions.tallies import Tally
from tests.factories import change, moment, open_feature, square

BUILDINGS, PARCELS = "parcels.building", "parcels.parcel"


def building(code, *, year=2020, storeys=3, area=100.1, action=Action.OPEN, **values):
    made = change(moment(year))
    row = {"storeys_above": storeys, "floor_area_m2": area, "geom": square(), **values}
    apply(made, Building, [Edit(action, code, {} if action == Action.END else row)])
    return made


@pytest.mark.django_db
def test_what_stands_is_kept_now_and_on_any_day():
    building("B1")
    building("B2", storeys=7, area=0.2)
    building("B1", year=2021, storeys=4, action=Action.REPLACE)
    building("B2", year=2022, action=Action.END)
    assert standing()[BUILDINGS] == 1
    assert standing(date(2021, 6, 1))[BUILDINGS] == 2
    assert standing(date(2019, 6, 1))[BUILDINGS] == 0
    assert tallied(Building, "storeys_above") == [Tallied((4,), 1, 100.1)]
    by_storeys = tallied(Building, "storeys_above", date(2020, 6, 1))
    assert sorted(by_storeys) == [Tallied((3,), 1, 100.1), Tallied((7,), 1, 0.2)]
    assert faults_of(Building) == []


@pytest.mark.django_db
def test_the_kept_number_of_a_day_is_the_count_as_of_its_end():
    building("B1")
    building("B2", year=2021)
    for day in ("2019-12-31", "2020-01-01", "2020-12-31", "2021-01-01"):
        as_of = parse_as_of(day, "Asia/Shanghai")
        known = whole_day(as_of.instant)
        assert known == date.fromisoformat(day)
        assert standing(known)[BUILDINGS] == Building.objects.as_of(as_of).count()


@pytest.mark.django_db
def test_a_register_without_places_has_figures_and_no_box():
    row = {"unit_code": "U1", "kind": "ownership"}
    apply(change(moment(2020)), Right, [Edit(Action.OPEN, "R1", row)])
    assert standing()[Right._meta.label_lower] == 1
    assert kept()[Right._meta.label_lower] == (1, moment(2020), None)


@pytest.mark.django_db
def test_the_box_grows_and_shrinks_with_what_stands():
    apply(change(moment(2020)), Parcel, [Edit(Action.OPEN, "P1", {"geom": square()})])
    small = kept()[PARCELS].box
    apply(change(moment(2020)), Parcel, [Edit(Action.OPEN, "P2", {"geom": square(900, 900)})])
    assert kept()[PARCELS].box[2] == small[2] + 900
    apply(change(moment(2021)), Parcel, [Edit(Action.REPLACE, "P2", {"geom": square(500, 500)})])
    assert kept()[PARCELS].box[2] == small[2] + 500
    apply(change(moment(2022)), Parcel, [Edit(Action.END, "P2")])
    assert kept()[PARCELS] == (1, moment(2020), small)
    assert faults_of(Parcel) == []


@pytest.mark.django_db
def test_an_undo_takes_back_figures_the_day_known_first_and_the_box():
    open_feature(code="P1", at=moment(2020))
    before = kept()[PARCELS]
    early = change(moment(2018))
    apply(early, Parcel, [Edit(Action.OPEN, "P0", {"geom": square(700, 700)})])
    assert kept()[PARCELS].since == moment(2018)
    undo(early, who="tester", why="错")
    assert kept()[PARCELS] == before
    assert standing()["parcels.parcel"] == 1
    assert faults_of(Parcel) == []


@pytest.mark.django_db
def test_schematic_data_is_remembered_after_it_was_replaced():
    building("B1")
    assert ever_schematic()[BUILDINGS] is False
    building("B1", year=2021, schematic=True, action=Action.REPLACE)
    building("B1", year=2022, action=Action.REPLACE)
    assert ever_schematic()[BUILDINGS] is True


@pytest.mark.django_db
def test_figures_of_another_revision_count_for_nothing_until_the_next_change():
    building("B1")
    TallyDay.objects.update(opened=40)
    Revision.objects.filter(register=BUILDINGS).update(number=50)
    assert BUILDINGS not in standing()
    assert tallied(Building, "storeys_above") is None
    assert BUILDINGS not in kept()
    building("B2")
    assert standing()[BUILDINGS] == 2
    assert faults_of(Building) == []


@pytest.mark.django_db
def test_another_tally_than_was_kept_is_counted_anew(monkeypatch):
    building("B1", usage="住宅")
    monkeypatch.setattr(Building, "tallies", (Tally("usage", ("usage",)),))
    assert tallied(Building, "usage") is None
    building("B2", usage="商业")
    assert sorted(tallied(Building, "usage")) == [
        Tallied(("住宅",), 1, 0.0),
        Tallied(("商业",), 1, 0.0),
    ]


@pytest.mark.django_db
def test_a_wrong_figure_is_found():
    building("B1")
    TallyDay.objects.filter(name="storeys_above").update(total=3)
    assert len(faults_of(Building)) == 1
    KeptFigures.objects.update(west=1.0)
    assert len(faults_of(Building)) == 2


@pytest.mark.django_db
def test_values_that_cancel_leave_exactly_nothing():
    for number in range(20):
        building(f"B{number}", area=0.1 + number / 3)
    for number in range(20):
        building(f"B{number}", year=2021, action=Action.END)
    assert tallied(Building, "storeys_above") == []
    found = TallyDay.objects.filter(name="storeys_above").values_list("total", flat=True)
    assert sum(found) == 0


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_lose_nobodys_difference():
    """The first of them counts the register, as an upgrade leaves it, while others write."""
    building("B0")
    KeptFigures.objects.all().delete()

    def write(name):
        for number in range(6):
            building(f"{name}{number}", year=2020 + number, storeys=number)
        connection.close()

    threads = [threading.Thread(target=write, args=(name,)) for name in "CDEF"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert standing()[BUILDINGS] == 25
    assert faults_of(Building) == []


@pytest.mark.django_db
def test_a_change_to_a_register_reads_no_more_than_its_own_rows(monkeypatch):
    building("B1")
    calls = []
    for name in ("recount", "_survey"):
        monkeypatch.setattr(keeping, name, lambda *given: calls.append(given))
    building("B2", year=2021, area=5.0, geom=square(2, 2, 3))
    assert calls == []


def test_a_definition_names_zone_and_tallies():
    assert "Asia/Shanghai" in definition(Building)
    assert "v.floor_area_m2" in definition(Building)
    assert whole_day(timezone.now().replace(microsecond=1)) is None


@pytest.mark.django_db
def test_a_command_keeps_what_is_missing_and_checks_what_is_kept():
    building("B1")
    before = Revision.objects.get(register=BUILDINGS).number
    Revision.objects.filter(register=BUILDINGS).update(number=before + 1)  # an older release wrote
    assert BUILDINGS not in kept()
    with pytest.raises(CommandError, match="no figures"):
        call_command("keep_figures", check=True)
    call_command("keep_figures")
    assert kept()[BUILDINGS].number == 1
    assert Revision.objects.get(register=BUILDINGS).number == before + 1
    call_command("keep_figures", check=True)
    TallyDay.objects.update(opened=40)
    with pytest.raises(CommandError, match=BUILDINGS):
        call_command("keep_figures", check=True)
