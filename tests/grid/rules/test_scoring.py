"""Indicators and scores: every share by hand, and laws that hold for all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.evaluation.counting import SOURCES
from grid.rules.indicators import COUNTS, INDICATORS, MEANINGS, SHOWN, Subject, figure_of, title_of
from grid.rules.scoring import (
    Band,
    Form,
    Grade,
    Weight,
    band_points,
    grade_of,
    parts,
    places,
    score,
)

GRADES = [Grade("A", 90, ""), Grade("B", 75, ""), Grade("C", 60, ""), Grade("D", 40, "")]
GRADES.append(Grade("E", 0, ""))
VOLUME = [Band(2000, 100), Band(1200, 90), Band(500, 75), Band(300, 60), Band(100, 40), Band(-1, 0)]
HAND = {
    "reported": 40,
    "valid_reported": 30,
    "public_reported": 5,
    "public_filed": 4,
    "sent_verify": 8,
    "sent_verify_in_time": 6,
    "sent_check": 10,
    "sent_check_in_time": 9,
    "verified": 6,
    "verified_in_time": 3,
    "verify_late": 2,
    "checked": 9,
    "checked_in_time": 9,
    "check_late": 3,
    "filed": 20,
    "filed_in_time": 15,
    "voided": 2,
    "assigned": 16,
    "dispatched": 18,
    "dispatched_in_time": 17,
    "dispatch_late": 2,
    "returned": 3,
    "handled": 12,
    "handled_in_time": 8,
    "handled_late": 3,
    "handle_late": 4,
    "closed": 8,
    "closed_in_time": 6,
    "close_late": 1,
    "reworked": 3,
    "missed": 4,
    "filed_in_area": 20,
}


@pytest.mark.parametrize(
    ("name", "above", "below"),
    [
        ("valid_report_rate", 30, 40),
        ("missed_rate", 4, 20),
        ("verify_rate", 3, 8),
        ("check_rate", 9, 12),
        ("file_rate", 15, 20),
        ("file_accuracy", 18, 20),
        ("dispatch_rate", 17, 20),
        ("dispatch_accuracy", 15, 20),
        ("handle_rate", 12, 16),
        ("handle_in_time_rate", 8, 15),
        ("close_rate", 8, 16),
        ("close_in_time_rate", 6, 9),
        ("rework_rate", 3, 12),
        ("sent_verify_rate", 6, 8),
        ("sent_check_rate", 9, 10),
        ("public_rate", 4, 20),
    ],
)
def test_every_indicator_by_hand(name, above, below):
    assert INDICATORS[name].parts(HAND) == (above, below)
    assert INDICATORS[name].value(HAND) == above / below
    assert INDICATORS[name].value({}) is None


def test_all_of_them_are_in_the_list_above():
    listed = test_every_indicator_by_hand.pytestmark[0].args[1]
    assert {row[0] for row in listed} == set(INDICATORS)


def test_what_is_shown_and_divided_is_counted():
    for indicator in INDICATORS.values():
        assert {*indicator.above, *indicator.below, *indicator.off} <= set(COUNTS)
    for counts, shares in SHOWN.values():
        assert set(counts) <= set(COUNTS)
        assert set(shares) <= set(INDICATORS)
    assert set(SHOWN) == set(Subject)


def test_every_count_is_made_once_and_said_in_words():
    made = [name for source in SOURCES for name in source.conditions]
    assert sorted(made) == sorted(COUNTS) == sorted(MEANINGS)
    assert len(set(COUNTS.values())) == len(COUNTS)


def test_a_figure_and_its_title_by_name():
    assert (figure_of("handled", HAND), title_of("handled")) == (12, "处置数")
    assert (figure_of("handle_rate", HAND), title_of("handle_rate")) == (0.75, "处置率")
    assert (figure_of("handled", {}), figure_of("handle_rate", {})) == (0, None)


def test_places_are_shared_and_the_unknown_has_none():
    assert places([0.5, None, 0.9, 0.5, 0.1]) == [2, None, 1, 2, 4]
    assert places([0.5, None, 0.9, 0.5, 0.1], least_first=True) == [2, None, 4, 2, 1]
    assert places([None, None]) == [None, None]


def test_a_formula_in_words():
    assert INDICATORS["file_accuracy"].formula() == "（立案数 − 立案后作废数） ÷ 立案数"
    assert INDICATORS["handle_rate"].formula() == "处置数 ÷ （处置数 + 超期未处置数）"


@pytest.mark.parametrize(
    ("number", "points"),
    [(0, 0), (100, 0), (101, 40), (300, 40), (301, 60), (500, 60), (501, 75), (1200, 75)]
    + [(1201, 90), (2000, 90), (2001, 100), (10**6, 100)],
)
def test_volume_bands_at_their_edges(number, points):
    assert band_points(number, VOLUME) == points


@pytest.mark.parametrize(
    ("points", "letter"),
    [(100, "A"), (90, "A"), (89.99, "B"), (75, "B"), (74.5, "C"), (60, "C"), (59.999, "D")]
    + [(40, "D"), (39.999, "E"), (0, "E")],
)
def test_grades_have_no_gaps(points, letter):
    assert grade_of(points, GRADES).letter == letter


def test_a_department_by_hand():
    weights = [
        Weight("assigned", Form.BAND, 10, "department"),
        Weight("close_rate", Form.SHARE, 30),
        Weight("handle_in_time_rate", Form.SHARE, 30),
        Weight("rework_rate", Form.INVERSE, 30),
    ]
    bands = {"department": [Band(50, 90), Band(-1, 100)]}
    found = score(HAND, weights, bands)
    assert found.points == 10 + 30 * 8 / 16 + 30 * 8 / 15 + 30 * (1 - 3 / 12) == 63.5
    assert not found.is_partial


def test_what_is_unknown_is_left_out_and_said():
    weights = [Weight("close_rate", Form.SHARE, 30), Weight("rework_rate", Form.INVERSE, 70)]
    found = score({"closed": 1, "close_late": 1}, weights, {})
    assert (found.points, found.covered, found.is_partial) == (50, 0.3, True)
    assert [part.earned for part in parts({"closed": 1, "close_late": 1}, weights, {})] == [
        15,
        None,
    ]
    assert score({}, weights, {}) is None
    volume = Weight("dispatched", Form.BAND, 10, "volume")
    assert score({"dispatched": 5000}, [volume, *weights], {"volume": VOLUME}) is None
    assert score(HAND, [], {}) is None


def test_a_part_of_no_points_is_no_part():
    nothing = Weight("close_rate", Form.SHARE, 0)
    unknown = Weight("rework_rate", Form.INVERSE, 70)
    assert score(HAND, [nothing], {}) is None
    assert score({"closed": 1}, [nothing, unknown], {}) is None
    volume = Weight("assigned", Form.BAND, 10, "volume")
    assert score(HAND, [nothing, volume], {"volume": VOLUME}) is None
    whole = score(HAND, [nothing, unknown], {})
    assert (whole.points, whole.is_partial) == (75, False)


@pytest.mark.parametrize(
    ("closed", "open_", "points", "letter"),
    [(1799, 201, 90.0, "A"), (1798, 202, 89.9, "B"), (899, 101, 89.9, "B"), (1, 2, 33.3, "E")],
)
def test_the_grade_is_that_of_the_score_as_it_is_read(closed, open_, points, letter):
    counts = {"closed": closed, "close_late": open_}
    found = score(counts, [Weight("close_rate", Form.SHARE, 100)], {})
    assert found.points == points
    assert grade_of(found.points, GRADES).letter == letter


COUNTED = st.fixed_dictionaries(dict.fromkeys(COUNTS, st.integers(0, 5000)))


@given(COUNTED)
def test_a_score_lies_between_0_and_100(counts):
    weights = [
        Weight(name, form, 10) for name in INDICATORS for form in (Form.SHARE, Form.INVERSE)
    ] + [Weight("accepted", Form.BAND, 20, "volume")]
    found = score(counts, weights, {"volume": VOLUME})
    worths = [part.worth for part in parts(counts, weights, {"volume": VOLUME})]
    assert all(worth is None or 0 <= worth <= 1 for worth in worths)
    if found is None:
        assert all(indicator.value(counts) is None for indicator in INDICATORS.values())
        return
    assert 0 <= found.points <= 100
    assert 0 < found.covered <= 1
    assert grade_of(found.points, GRADES)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_more_is_worth_no_less(one, other):
    low, high = sorted((one, other))
    assert band_points(low, VOLUME) <= band_points(high, VOLUME)


@given(COUNTED, st.sampled_from(sorted(INDICATORS)))
def test_a_share_is_never_below_nothing(counts, name):
    value = INDICATORS[name].value(counts)
    assert value is None or value >= 0
