"""What GeoReport clients ask, and what cannot be read."""

from datetime import UTC, datetime, timedelta

import pytest

from grid.open311.parameters import InvalidRequest, read_position, read_search

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = timedelta(days=90)


def test_without_dates_it_is_the_last_ninety_days():
    search = read_search({}, NOW)
    assert (search.start, search.end) == (NOW - DAYS, None)
    assert (search.page, search.page_size) == (1, 1000)


def test_one_date_gives_the_other():
    assert read_search({"start_date": "2026-01-01T00:00:00Z"}, NOW).end == datetime(
        2026, 4, 1, tzinfo=UTC
    )
    assert read_search({"end_date": "2026-04-01T08:00:00 08:00"}, NOW).start == datetime(
        2026, 1, 1, tzinfo=UTC
    )


def test_what_is_empty_is_absent():
    empty = dict.fromkeys(
        ("start_date", "status", "service_code", "page", "service_request_id"), ""
    )
    assert read_search(empty, NOW) == read_search({}, NOW)


def test_lists_are_separated_by_commas():
    search = read_search({"service_request_id": "1, 2,,3", "status": "open,closed"}, NOW)
    assert search.ids == ("1", "2", "3")
    assert search.statuses == ("open", "closed")


@pytest.mark.parametrize(
    "params",
    [
        {"status": "pending"},
        {"start_date": "yesterday"},
        {"start_date": "2026-01-01T00:00:00"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"},
        {"start_date": "2026-02-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"},
        {"start_date": "9999-12-31T00:00:00Z"},
        {"end_date": "0001-01-01T00:00:00Z"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "९"},
        {"page": "9" * 30},
        {"page_size": "1001"},
        {"service_request_id": ",".join("1" * 1001)},
    ],
)
def test_what_cannot_be_read_is_told(params):
    with pytest.raises(InvalidRequest):
        read_search(params, NOW)


def test_positions():
    assert read_position({}) is None
    assert read_position({"lat": "27.7", "long": "111.7"}) == (111.7, 27.7)
    for lat, lon in (("27", ""), ("nan", "1"), ("x", "1"), ("91", "1"), ("1", "181"), ("inf", "0")):
        with pytest.raises(InvalidRequest):
            read_position({"lat": lat, "long": lon})
