"""The rows of the table: the API's own, with the query in the body, and its rights."""

import csv
import io
import json

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

pytestmark = pytest.mark.django_db
PAGE, FILE = "/table/{}/items", "/table/{}/download"


def page(client, layer="parcels", **asked):
    return client.post(PAGE.format(layer), {"skip-geometry": "true", **asked})


def codes(answer):
    assert answer.status_code == 200, answer.content
    return [feature["id"] for feature in answer.json()["features"]]


def wanting(expression):
    return {"filter": json.dumps(expression), "filter-lang": "cql2-json"}


def test_a_page_is_what_the_api_gives(client, town):
    assert codes(page(client)) == codes(client.get("/ogc/collections/parcels/items"))
    east = {"op": "=", "args": [{"property": "code"}, "P3"]}
    assert codes(page(client, **wanting(east))) == ["P3"]
    assert codes(page(client, sortby="-code")) == ["P3", "P2"]
    assert codes(page(client, datetime="2019-06-01")) == ["P1"]


def test_pages_follow_each_other_by_their_cursor(client, town):
    first = page(client, limit="1").json()
    (following,) = [link["href"] for link in first["links"] if link["rel"] == "next"]
    cursor = following.partition("cursor=")[2].partition("&")[0]
    assert codes(page(client, limit="1", cursor=cursor)) == ["P3"]
    assert first["numberMatched"] == 2


def test_an_area_of_many_corners_finds_what_it_meets(client, town):
    here = client.post("/table/area", {"of": "parcels/P2", "reach_m": 0}, "application/json").json()
    (ring,) = here["geometry"]["coordinates"]
    many = [at for a, b in zip(ring, ring[1:], strict=False) for at in between(a, b, 300)]
    area = {"type": "Polygon", "coordinates": [[*many, many[0]]]}
    asked = wanting({"op": "s_within", "args": [{"property": "geometry"}, area]})
    assert len(asked["filter"]) > 8190  # more than an address may have
    assert "P2" in codes(
        page(client, **wanting({"op": "s_intersects", "args": [{"property": "geometry"}, area]}))
    )


def between(a, b, number):
    return [[a[i] + (b[i] - a[i]) * n / number for i in (0, 1)] for n in range(number)]


def test_what_may_not_be_seen_is_not_there(client, town):
    assert page(client, "units").status_code == 404
    assert page(client, "nothing").status_code == 404
    hidden = {"op": "=", "args": [{"property": "right_holder"}, "张三丰"]}
    assert page(client, **wanting(hidden)).status_code == 400
    assert client.post(FILE.format("units"), {"f": "csv"}).status_code == 404


def test_an_answer_is_kept_nowhere(client, town):
    answer = page(client)
    assert answer["Cache-Control"] == "no-store"
    assert not answer.has_header("ETag")


def test_a_request_of_another_site_is_refused(town):
    assert Client(enforce_csrf_checks=True).post(PAGE.format("parcels")).status_code == 403


def test_a_form_downloads_what_is_chosen(client, town):
    east = {"op": "=", "args": [{"property": "code"}, "P3"]}
    asked = {**wanting(east), "f": "csv", "csrfmiddlewaretoken": "x", "properties": "code,land_use"}
    body = b"".join(client.post(FILE.format("parcels"), asked).streaming_content).decode(
        "utf-8-sig"
    )
    (row,) = csv.DictReader(io.StringIO(body))
    assert row["code"] == "P3"
    assert set(row) == {"code", "land_use", "geometry"}


def test_a_workbook_holds_the_columns_that_were_chosen(client, town):
    asked = {"f": "xlsx", "sortby": "-code", "properties": "code,land_use"}
    body = b"".join(client.post(FILE.format("parcels"), asked).streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["编码", "P3", "P2"]
