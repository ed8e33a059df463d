"""Warnings in force: by their own hours and status, not by the life of their record alone."""

from datetime import timedelta

import pytest

from spatial.hazards.models import HazardSite, HazardWarning
from spatial.hazards.queries import past_warnings, warnings_in_force
from spatial.periods import NOW, at
from tests.factories import moment, open_feature, square

START = moment(2022, 6, 1, 8)
END = moment(2022, 6, 2, 8)
AREA = {"title": "橙色预警", "level": "II", "geom": square(-500, -500, 1000)}


def issue(code="W1", **values):
    return open_feature(
        HazardWarning, code, START - timedelta(hours=2), **{**AREA, "effective": START, "expires": END, **values}
    )  # fmt: skip


def codes(as_of):
    return [
        found.warning.code
        for found in warnings_in_force(HazardWarning.objects, HazardSite.objects, as_of)
    ]


@pytest.mark.parametrize(
    ("hours", "stands"), [(-1, False), (0, True), (23, True), (24, False), (48, False)]
)
def test_a_warning_is_in_force_from_its_start_until_its_end(db, hours, stands):
    issue()
    assert codes(at(START + timedelta(hours=hours))) == (["W1"] if stands else [])


def test_now_is_the_hour_of_asking_not_the_last_record(db):
    issue()
    assert codes(NOW) == []


def test_a_warning_without_hours_stands_as_long_as_its_record(db):
    issue(effective=None, expires=None)
    assert codes(NOW) == ["W1"]


@pytest.mark.parametrize("status", ["Exercise", "Test", "Draft", "System"])
def test_an_exercise_is_no_warning(db, status):
    issue(status=status)
    assert codes(at(START)) == []


def test_what_has_expired_is_past_even_while_its_record_stands(db):
    issue()
    issue("W2", status="Exercise")
    assert [w.code for w in past_warnings(HazardWarning.objects, END + timedelta(hours=1))] == [
        "W1"
    ]
    assert past_warnings(HazardWarning.objects, START) == []


def test_the_page_counts_the_buildings_inside(client, town):
    text = client.get("/warnings?at=2020-07-09").text
    assert 'data-buildings="1"' in text


def test_the_page_lists_the_most_threatened_sites_first_and_links_them(client, town):
    text = client.get("/warnings?at=2020-07-09").text
    assert 'data-open="hazard-sites/H1"' in text
    assert "黄色预警" in text


def test_without_warnings_the_page_says_so(client, town):
    assert "当前没有生效的预警" in client.get("/warnings").text
