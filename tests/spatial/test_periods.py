"""Reading moments and intervals."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.periods import NOW, AsOf, PeriodError, at, parse_as_of


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))
def test_an_instant_reads_back_as_written(moment):
    instant = at(moment.replace(tzinfo=UTC))
    assert parse_as_of(str(instant)) == instant


@pytest.mark.parametrize("text", [None, "", "now"])
def test_nothing_means_now(text):
    assert parse_as_of(text) is NOW
    assert NOW.is_now


def test_a_date_means_the_end_of_that_day_where_the_city_is():
    instant = parse_as_of("2020-05-01", "Asia/Shanghai").instant
    assert instant == datetime(2020, 5, 1, 15, 59, 59, 999999, tzinfo=UTC)


def test_an_interval_of_dates_takes_both_days_whole():
    span = parse_as_of("2020-05-01/2020-05-01", "Asia/Shanghai")
    assert span == AsOf(
        datetime(2020, 4, 30, 16, tzinfo=UTC),
        datetime(2020, 5, 1, 15, 59, 59, 999999, tzinfo=UTC),
        interval=True,
    )
    assert not span.is_now
    assert span.instant is None


def test_an_interval_may_be_open():
    assert parse_as_of("../2020-01-01T00:00:00Z").start is None
    assert parse_as_of("2020-01-01T00:00:00+08:00/").end is None
    assert not parse_as_of("../..").is_now


@pytest.mark.parametrize(
    "text", ["foo", "2020", "2020-13-01", "2020-01-01T00:00:00", "a/b/c", "2021-01-01/2020-01-01"]
)
def test_what_is_not_rfc3339_is_refused(text):
    with pytest.raises(PeriodError):
        parse_as_of(text)
