"""What was taken back counts neither for nor against; what was corrected counts as it is now."""

import pytest

from grid.cases.actions import act, amend_case
from grid.cases.public_view import milestones
from grid.cases.queries import steps_of
from grid.evaluation.evaluation import Period, evaluated, number_behind, total
from grid.rules.indicators import Subject
from tests.factories import spot
from tests.grid.cases.test_actions import at
from tests.grid.people import (
    CELL,
    CHIEF,
    INSPECTOR,
    INTAKE,
    ROADS,
    STREETS,
    freeze_time,
    new_case,
    walk,
)

pytestmark = pytest.mark.django_db
MONTH = Period(at("2026-01-01 00:00"), at("2026-02-01 00:00"))
LONG = "0101/2"  # 15 working days
WHY, DONE = {"reason": "弄错了"}, {"note": "好了"}


def counts(*names: str) -> tuple[int, ...]:
    found = total(Subject.CELL, MONTH, evaluated(Subject.CELL, MONTH))
    assert all(found[name] == number_behind(Subject.CELL, MONTH, name) for name in names)
    return tuple(found[name] for name in names)


@pytest.mark.parametrize(
    ("until", "actor", "recall", "again", "names"),
    [
        ("accept", INTAKE, "recall_filing", (INTAKE, "accept", {}), ("accepted",)),
        ("file", CHIEF, "recall_filed", (CHIEF, "file", {"condition": "1"}), ("filed", "filed_in_time")),
        ("finish", ROADS, "recall_finish", (ROADS, "finish", DONE), ("handled", "handled_in_time")),
        ("pass_check", INSPECTOR, "recall_result", (INSPECTOR, "pass_check", {}), ("checked",)),
    ],
)  # fmt: skip
def test_what_was_taken_back_counts_once_it_is_done_again(
    ground, until, actor, recall, again, names
):
    ones, zeros = (1,) * len(names), (0,) * len(names)
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(class_code="0201"), until)
        assert counts(*names) == ones
        told = len(milestones(steps_of(case.code)))
        act(actor, case.code, recall, WHY)
        assert counts(*names) == zeros
        assert len(milestones(steps_of(case.code))) <= told
        who, action, given = again
        act(who, case.code, action, given)
        assert counts(*names) == ones
        assert len(milestones(steps_of(case.code))) == told


def test_a_late_result_that_was_taken_back_is_not_late_and_the_next_one_is(ground):
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(class_code="0201"), "dispatch")
    with freeze_time(at("2026-01-20 09:00")):
        act(ROADS, case.code, "finish", DONE)
        assert counts("handled", "handled_late", "handled_in_time") == (1, 1, 0)
        act(ROADS, case.code, "recall_finish", WHY)
        assert counts("handled", "handled_late", "handled_in_time") == (0, 0, 0)
        act(ROADS, case.code, "finish", DONE)
        assert counts("handled", "handled_late", "handled_in_time") == (1, 1, 0)


def test_what_was_never_filed_is_no_valid_report_and_no_voided_case(ground):
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(class_code="0201"), "file")
        found = act(CHIEF, case.code, "recall_filed", WHY)
        assert (found.filed_at, found.limit_amount, found.department) == (None, None, "")
        amend_case(CHIEF, case.code, "class_code", "event/0112", reason="看错")
        act(CHIEF, case.code, "void", WHY)
    assert counts("valid_reported", "filed", "voided") == (0, 0, 0)


def test_a_corrected_class_moves_the_deadline_by_which_it_was_handled(ground):
    """Handled late by the limit of the wrong class, in time by that of the right one."""
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(class_code="0201"), "dispatch")
    with freeze_time(at("2026-01-07 09:00")):
        act(ROADS, case.code, "finish", DONE)
    with freeze_time(at("2026-01-20 09:00")):
        waits = walk(new_case(class_code="0201", point=spot(50, 5)), "dispatch")
        before = counts("handled_late", "handled_in_time")
    with freeze_time(at("2026-02-02 09:00")):
        late = counts("handle_late")
        for code in (case.code, waits.code):
            amend_case(CHIEF, code, "class_code", f"event/{LONG}", reason="看错")
        assert counts("handled_late", "handled_in_time") == (0, 1)
        assert (before, late, counts("handle_late")) == ((1, 0), (1,), (0,))


def test_a_corrected_place_moves_the_case_to_its_cell(ground):
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(class_code="0201", point=spot(150, 150)), "close")
    assert [row.key for row in evaluated(Subject.CELL, MONTH)] == []
    amend_case(CHIEF, case.code, "geom", spot(5, 5), reason="看错")
    assert [(row.key, row.counts["closed"]) for row in evaluated(Subject.CELL, MONTH)] == [
        (CELL, 1)
    ]
    assert evaluated(Subject.DEPARTMENT, MONTH)[0].key == STREETS
