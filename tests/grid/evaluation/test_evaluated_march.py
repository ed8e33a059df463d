"""Every count, share and score of a month, by every subject, as counted by hand."""

from fractions import Fraction

import pytest

from grid.evaluation.evaluation import Period, evaluated, number_behind, steps_behind, total
from grid.rules.indicators import COUNTS, INDICATORS, SHOWN, Subject
from tests.grid.cases.test_actions import at
from tests.grid.march import live_march
from tests.grid.people import CELL, HYGIENE, STREETS

pytestmark = pytest.mark.django_db
MARCH = Period(at("2026-03-01 00:00"), at("2026-04-01 00:00"))

# By subject and key: counts, and shares as (above, below). What is not named is 0, or 0/0.
BY_HAND = {
    (Subject.INSPECTOR, "王巡"): {
        "reported": 9,
        "valid_reported": 8,
        "verified": 2,
        "checked": 6,
        "missed": 1,
        "valid_report_rate": (8, 9),
        "missed_rate": (1, 9),
        "verify_rate": (1, 3),
        "check_rate": (5, 7),
    },
    (Subject.INTAKE, "李受"): {
        "accepted": 12,
        "sent_verify": 4,
        "sent_check": 8,
        "sent_verify_rate": (2, 4),
        "sent_check_rate": (7, 8),
    },
    (Subject.CHIEF, "赵值"): {
        "filed": 5,
        "closed": 2,
        "file_rate": (4, 5),
        "file_accuracy": (5, 5),
        "close_in_time_rate": (1, 2),
    },
    (Subject.CHIEF, "冯值"): {
        "filed": 4,
        "voided": 1,
        "closed": 1,
        "file_rate": (3, 4),
        "file_accuracy": (3, 4),
        "close_in_time_rate": (1, 1),
    },
    (Subject.DISPATCHER, "钱派"): {
        "dispatched": 6,
        "dispatch_rate": (4, 6),
        "dispatch_accuracy": (6, 6),
    },
    (Subject.DISPATCHER, "孙派"): {
        "dispatched": 4,
        "returned": 1,
        "dispatch_rate": (4, 4),
        "dispatch_accuracy": (3, 4),
    },
    (Subject.DEPARTMENT, STREETS): {
        "assigned": 4,
        "dispatched": 6,
        "handled": 4,
        "handled_late": 1,
        "handle_late": 1,
        "returned": 1,
        "reworked": 2,
        "suspended": 1,
        "exempt": 1,
        "handle_rate": (4, 5),
        "handle_in_time_rate": (2, 4),
        "close_rate": (2, 3),
        "rework_rate": (2, 4),
    },
    (Subject.DEPARTMENT, HYGIENE): {
        "assigned": 4,
        "dispatched": 4,
        "handled": 4,
        "extended": 1,
        "handle_rate": (4, 4),
        "handle_in_time_rate": (4, 4),
        "close_rate": (1, 4),
        "rework_rate": (0, 4),
    },
    (Subject.STREET, "431382001"): {
        "reported": 9,
        "public_reported": 4,
        "filed": 9,
        "handled": 8,
        "handle_late": 1,
        "closed": 3,
        "exempt": 1,
        "verify_rate": (1, 4),
        "dispatch_rate": (8, 11),
        "handle_rate": (8, 9),
        "handle_in_time_rate": (6, 8),
        "check_rate": (5, 8),
        "close_rate": (3, 7),
        "close_in_time_rate": (2, 4),
        "rework_rate": (2, 8),
        "public_rate": (1, 9),
    },
    (Subject.CELL, CELL): {  # the first two cases
        "reported": 1,
        "public_reported": 1,
        "filed": 2,
        "handled": 2,
        "closed": 2,
        "handle_rate": (2, 2),
        "handle_in_time_rate": (2, 2),
        "close_rate": (2, 2),
        "rework_rate": (0, 2),
    },
}
# What the figures above do not show by themselves; all of the town's.
COUNTED = {
    "sent_verify_in_time": 2,
    "sent_check_in_time": 7,
    "verified_in_time": 1,
    "verify_late": 2,
    "checked_in_time": 5,
    "check_late": 2,
    "filed_in_time": 7,
    "public_filed": 1,
    "voided": 1,
    "dispatched_in_time": 8,
    "dispatch_late": 1,
    "returned": 1,
    "handled_in_time": 6,
    "handled_late": 1,
    "closed_in_time": 2,
    "close_late": 1,
    "suspended": 1,
    "extended": 1,
}
# Points of 100 in the order of the parts of each score; volumes of up to 100 are worth none.
SCORES = {
    (Subject.INSPECTOR, "王巡"): (
        40 * Fraction(8, 9) + 20 * Fraction(8, 9) + 20 * Fraction(1, 3) + 20 * Fraction(5, 7),
        74.3,
        "C",
    ),
    (Subject.INTAKE, "李受"): (0 + 40 * Fraction(2, 4) + 35 * Fraction(7, 8), 50.6, "D"),
    (Subject.CHIEF, "赵值"): (
        25 * Fraction(4, 5) + 40 * Fraction(5, 5) + 35 * Fraction(1, 2),
        77.5,
        "B",
    ),
    (Subject.CHIEF, "冯值"): (
        25 * Fraction(3, 4) + 40 * Fraction(3, 4) + 35 * Fraction(1, 1),
        83.8,
        "B",
    ),
    (Subject.DISPATCHER, "钱派"): (0 + 40 * Fraction(4, 6) + 40 * Fraction(6, 6), 66.7, "C"),
    (Subject.DISPATCHER, "孙派"): (0 + 40 * Fraction(4, 4) + 40 * Fraction(3, 4), 70.0, "C"),
    (Subject.DEPARTMENT, STREETS): (
        10 + 30 * Fraction(2, 3) + 30 * Fraction(2, 4) + 30 * (1 - Fraction(2, 4)),
        60.0,
        "C",
    ),
    (Subject.DEPARTMENT, HYGIENE): (
        10 + 30 * Fraction(1, 4) + 30 * Fraction(4, 4) + 30 * (1 - Fraction(0, 4)),
        77.5,
        "B",
    ),
}


@pytest.fixture
def march(ground):
    """The month, lived through."""
    return live_march()


def test_every_figure_shown_and_every_score(march):
    told = {}
    for subject in Subject:
        counts, shares = SHOWN[subject]
        for row in evaluated(subject, MARCH):
            by_hand = BY_HAND[subject, row.key]
            figures = {name: row.counts[name] for name in counts}
            figures |= {name: INDICATORS[name].parts(row.counts) for name in shares}
            expected = {name: by_hand.get(name, 0) for name in counts}
            expected |= {name: by_hand.get(name, (0, 0)) for name in shares}
            assert figures == expected, (subject, row.key)
            if row.score:
                told[subject, row.key] = (row.score.points, row.grade.letter)
    assert told == {key: (points, letter) for key, (_, points, letter) in SCORES.items()}
    for exact, points, _letter in SCORES.values():
        assert float(exact) == pytest.approx(points, abs=0.05)
    listed = {subject for subject, _key in BY_HAND}
    assert listed == set(Subject)


def test_the_counts_that_shares_are_made_of(march):
    (street,) = evaluated(Subject.STREET, MARCH)
    assert {name: street.counts[name] for name in COUNTED} == COUNTED
    shown = {name for by_hand in BY_HAND.values() for name in by_hand if name in COUNTS}
    # Only an inspector has an area; what was filed in it stands in the missed rate.
    assert set(COUNTS) - shown - set(COUNTED) == {"filed_in_area"}


def test_waits_that_nobody_is_named_for_are_in_the_total_alone(march):
    late = {
        (Subject.INSPECTOR, "verify_late"): (1, 2),
        (Subject.INSPECTOR, "check_late"): (1, 2),
        (Subject.DISPATCHER, "dispatch_late"): (0, 1),
        (Subject.CHIEF, "close_late"): (0, 1),
        (Subject.DEPARTMENT, "dispatch_late"): (0, 1),
    }
    for (subject, count), (in_rows, in_all) in late.items():
        rows = evaluated(subject, MARCH)
        assert sum(row.counts[count] for row in rows) == in_rows, (subject, count)
        assert total(subject, MARCH, rows)[count] == in_all, (subject, count)
        assert number_behind(subject, MARCH, count) == in_all, (subject, count)
        assert len(steps_behind(subject, MARCH, count)) == in_all, (subject, count)
    summed = total(Subject.DISPATCHER, MARCH, evaluated(Subject.DISPATCHER, MARCH))
    assert INDICATORS["dispatch_rate"].parts(summed) == (8, 11)


def test_lists_are_as_long_as_their_figures(march):
    for subject in Subject:
        rows = evaluated(subject, MARCH)
        summed = total(subject, MARCH, rows)
        for name in COUNTS:
            for key, number in [*((row.key, row.counts[name]) for row in rows), ("", summed[name])]:
                told = (subject, key, name)
                assert number_behind(subject, MARCH, name, key) == number, told


def test_what_was_never_dispatched_is_no_departments(march):
    for row in evaluated(Subject.DEPARTMENT, MARCH):
        for name in ("voided", "dispatch_late"):
            codes = {
                step["code"] for step in steps_behind(Subject.DEPARTMENT, MARCH, name, row.key)
            }
            assert not codes & {march["voided"].code, march["undispatched"].code}
