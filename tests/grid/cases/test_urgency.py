"""A clock is about to run out: the same in Python and in SQL, by the length of what was given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from grid.cases.queries import queue_counts
from grid.cases.urgency import soon_from, soon_from_sql
from grid.models import Case
from spatial.casework.clocks import values_of
from spatial.city import Deadlines, city
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit
from tests.factories import spot
from tests.grid.people import INTAKE, freeze_time, new_case
from webmap.casework.presentation import clock_of

BEGAN = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "soon_minutes"),
    [(15, 7.5), (30, 15), (60, 15), (240, 48), (21 * 1440, 6048), (1, 0.5), (0, 0)],
)
def test_the_last_fifth_but_a_short_limit_is_not_soon_from_its_start(minutes, soon_minutes):
    due = BEGAN + timedelta(minutes=minutes)
    assert due - soon_from(BEGAN, due) == timedelta(minutes=soon_minutes)


def test_the_share_is_the_citys(monkeypatch):
    half = replace(city(), deadlines=Deadlines(soon_share=0.5))
    monkeypatch.setattr("grid.cases.urgency.city", lambda: half)
    assert soon_from(BEGAN, BEGAN + timedelta(days=10)) == BEGAN + timedelta(days=5)


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [-5, 0, 1, 15, 47, 240, 30_240])
def test_the_database_says_the_same(ground, minutes):
    due = BEGAN + timedelta(minutes=minutes)
    for entered in (BEGAN, None):
        case = new_case()
        values = {"entered_at": entered, "reported_at": BEGAN, "step_due_at": due}
        edit = Edit(Action.REPLACE, case.code, values_of(case) | values, case.pk)
        apply(record_change(who="测试", why="测试"), Case, [edit])
        case = Case.objects.current().annotate(soon_from=soon_from_sql()).get(code=case.code)
        assert case.soon_from == soon_from(BEGAN, due)


@pytest.mark.django_db
def test_the_list_and_the_counts_agree(ground):
    with freeze_time(BEGAN):
        case = new_case()  # 15 minutes to be taken in
        new_case(point=spot(50, 50))
    for after, urgency, late, soon in ((7, "", 0, 0), (8, "soon", 0, 2), (16, "late", 2, 0)):
        now = BEGAN + timedelta(minutes=after)
        assert clock_of(case, now)[0] == urgency
        assert queue_counts(INTAKE, now)["reported"] == (2, late, soon)
