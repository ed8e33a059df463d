"""Values out of requests, and what is said where there are none."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from spatial.city import city
from tests.grid.people import picture
from webmap.web.errors import BadInput, BadRequest
from webmap.web.parsing import (
    accuracy_in,
    day_in,
    json_in,
    local_moment_in,
    moment_in,
    page_in,
    photos_in,
    point_in,
    sent_uuid_in,
    uuid_in,
    version_in,
    yes_in,
)

TEXT = "0d9a0d9e-62a8-4a4b-8a2f-2f1f6f0a1b11"


def test_a_place_is_a_point_in_the_plane_of_the_city():
    point = point_in("111.67", 27.7)
    assert point.srid == city().projected
    again = point.transform(4326, clone=True)
    assert (round(again.x, 6), round(again.y, 6)) == (111.67, 27.7)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [("", ""), (None, None), ("x", "1"), ("nan", "1"), ("181", "1"), ("1", "86"), ("inf", "1")],
)
def test_what_is_no_place_is_told(lon, lat):
    with pytest.raises(BadInput) as told:
        point_in(lon, lat)
    assert told.value.field == "position"


def test_uuids():
    assert uuid_in(TEXT) == sent_uuid_in(TEXT) == UUID(TEXT)
    assert uuid_in("") is uuid_in(None) is None
    for parse, text in ((uuid_in, "x"), (sent_uuid_in, ""), (sent_uuid_in, None)):
        with pytest.raises(BadInput) as told:
            parse(text)
        assert told.value.field == "uuid"


def test_versions():
    assert (version_in("12"), version_in(""), version_in(None)) == (12, None, None)
    for text in ("-1", "x", "٣", "1" * 19):
        with pytest.raises(BadInput):
            version_in(text)


def test_moments_of_a_device_are_in_utc_and_those_of_a_form_in_the_time_of_the_city(settings):
    assert moment_in("2026-01-05T09:00:00+08:00") == datetime(2026, 1, 5, 1, tzinfo=UTC)
    assert moment_in("2026-01-05T09:00:00") == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert moment_in("") is moment_in(None) is local_moment_in(" ") is None
    assert local_moment_in("2026-01-05 09:00") == datetime(2026, 1, 5, 1, tzinfo=UTC)
    for parse in (moment_in, local_moment_in):
        with pytest.raises(BadInput):
            parse("gestern")


def test_days_pages_boxes_and_metres():
    assert (day_in("2026-01-05"), day_in("")) == (date(2026, 1, 5), None)
    assert [page_in(t) for t in ("3", "0x1", "", None, "123456", "²")] == [3, 1, 1, 1, 1, 1]
    assert [yes_in(v) for v in (True, "on", "1", "no", None, 0)] == [True] * 3 + [False] * 3
    assert [accuracy_in(v) for v in ("6", None, -1, 1e8)] == [6.0, None, None, None]
    with pytest.raises(BadInput):
        day_in("2026-13-01")
    with pytest.raises(BadInput):
        accuracy_in("viel")


def test_json_is_an_object_or_a_bad_request():
    assert json_in(b'{"a": 1}') == {"a": 1}
    for text in ("", "{", "[1]", "[" * 100_000, b"\xff"):
        with pytest.raises(BadRequest):
            json_in(text)


@pytest.mark.parametrize("text", ['{"why": "a\\u0000b"}', '{"codes": [{"x\\u0000": 1}]}'])
def test_a_text_that_the_database_does_not_take_is_a_bad_request(text):
    with pytest.raises(BadRequest, match="NUL"):
        json_in(text)


def test_half_a_surrogate_pair_is_a_bad_request():
    assert json_in('{"why": "\\ud83d\\ude00"}') == {"why": "😀"}
    with pytest.raises(BadRequest, match="字符"):
        json_in('{"why": "a\\ud800"}')


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e400", "9" * 400])
def test_a_number_beyond_all_measure_is_a_bad_request(number):
    assert json_in('{"a": [1, 2.5, true]}') == {"a": [1, 2.5, True]}
    with pytest.raises(BadRequest, match="数"):
        json_in(f'{{"a": [{number}]}}')


@pytest.mark.parametrize("text", ["2027-01-05T08:00:00-23:59", "2027-01-05T08:00:00+23:59"])
def test_a_moment_of_an_extreme_offset_is_one_of_the_city(text):
    assert abs(local_moment_in(text).utcoffset()).total_seconds() == 8 * 3600


def test_a_moment_beyond_the_calendar_is_refused():
    with pytest.raises(BadInput, match="读不出"):
        local_moment_in("9999-12-31T23:59:59-10:00")


def test_photos_are_drawn_and_bounded(monkeypatch):
    (photo,) = photos_in([SimpleUploadedFile("a.jpg", picture())])
    assert photo.width > 0
    monkeypatch.setattr("webmap.web.parsing.MOST_BYTES", 10)
    with pytest.raises(BadInput) as told:
        photos_in([SimpleUploadedFile("a.jpg", picture())])
    assert told.value.field == "photos"
