"""Executions that do not fit, each refused with the place of it."""

import json
import math

import pytest

from tests.layers.ogc.processes.asking import box, execute, point, ring

pytestmark = pytest.mark.django_db
OVERLAY, HERE, FIGURES = "overlay-constraints", "what-stands-here", "layer-statistics"
BOW = ring((0, 0), (100, 100), (100, 0), (0, 100))


@pytest.mark.parametrize(
    ("process", "inputs", "pointer", "words"),
    [
        (OVERLAY, {}, "/inputs/area", "必填"),
        (OVERLAY, {"area": BOW}, "/inputs/area", "自相交"),
        (OVERLAY, {"area": {"type": "Point", "coordinates": [1, 2]}}, "/inputs/area", "Polygon"),
        (OVERLAY, {"area": {"href": "http://10.0.0.1/"}}, "/inputs/area", "不能引用网址"),
        (OVERLAY, {"area": box(0, 0, 9e5, 9e5)}, "/inputs/area", "不在本市范围"),
        (OVERLAY, {"area": box(0, 0, 9, 9), "reach": -1}, "/inputs/reach", "0 至"),
        (OVERLAY, {"area": box(0, 0, 9, 9), "more": 1}, "/inputs/more", "没有这一项"),
        (OVERLAY, {"area": box(0, 0, 9, 9), "shapes": "yes"}, "/inputs/shapes", "true"),
        (OVERLAY, {"area": box(0, 0, 9, 9), "datetime": "soon"}, "/inputs/datetime", "soon"),
        (OVERLAY, {"area": box(0, 0, 9, 9), "datetime": "../.."}, "/inputs/datetime", "时刻"),
        (HERE, {"point": {"type": "Point", "coordinates": ["a", 1]}}, "/inputs/point", "经度"),
        (HERE, {"point": {"type": "Point", "coordinates": [0, 0]}}, "/inputs/point", "本市"),
        (HERE, {"point": [1, 2]}, "/inputs/point", "GeoJSON"),
        (FIGURES, {"collection": "units"}, "/inputs/collection", "没有图层“units”"),
        (FIGURES, {"collection": "no\x00"}, "/inputs/collection", "文本"),
        (FIGURES, {"collection": "buildings", "groupBy": "owner"}, "/inputs/groupBy", "owner"),
        (FIGURES, {"collection": "buildings", "district": "12"}, "/inputs/district", "区划"),
    ],
)
def test_an_input_that_does_not_fit(client, process, inputs, pointer, words):
    answer = execute(client, process, inputs)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    faults = {fault["pointer"]: fault["detail"] for fault in answer.json()["errors"]}
    assert words in faults[pointer]


def test_a_qualified_value_is_taken(client):
    asked = {"point": {"value": point(0, 0), "mediaType": "application/geo+json"}}
    assert execute(client, HERE, asked).status_code == 200


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"outputs": {"other": {}}}, "/outputs"),
        (
            {"outputs": {"result": {"transmissionMode": "reference"}}},
            "/outputs/result/transmissionMode",
        ),
        ({"response": "zip"}, "/response"),
        ({"subscriber": {"successUri": "http://10.0.0.1/"}}, "/subscriber"),
        ({"mode": "async"}, "/mode"),
    ],
)
def test_a_request_of_another_form(client, more, pointer):
    answer = execute(client, HERE, {"point": point(0, 0)}, **more)
    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("body", ["[]", "{", '{"inputs": NaN}', '{"inputs": []}', "[" * 100_000])
def test_a_body_that_is_no_request(client, body):
    address = f"/ogc/processes/{HERE}/execution"
    assert client.post(address, body, content_type="application/json").status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        r'{"\ud800": 1}',
        r'{"inputs": {"\ud800": 1}}',
        r'{"inputs": {"collection": "\ud800"}}',
        r'{"inputs": {"collection": "buildings", "datetime": "\udfff"}}',
        r'{"inputs": {"collection": "buildings", "groupBy": "a\u0000"}}',
        b'{"inputs": {"collection": "\xed\xa0\x80"}}',
        r'{"inputs": {"collection": "buildings"}, "response": ["raw"]}',
        r'{"inputs": {"area": {"type": ["Polygon"], "coordinates": []}}}',
    ],
)
@pytest.mark.parametrize("prefer", ["", "respond-async"])
def test_what_cannot_be_stored_or_sent_is_refused(client, body, prefer):
    address = f"/ogc/processes/{FIGURES}/execution"
    headers = {"Prefer": prefer}
    answer = client.post(address, body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    ("prefer", "status"),
    [
        ("respond-async", 201),
        ("Respond-Async, wait=10", 201),
        ("return=minimal, respond-async; x=1", 201),
        ('note="respond-async"', 200),
        ("wait=10", 200),
    ],
)
def test_a_preference_is_read_as_one(client, settings, prefer, status):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    answer = execute(client, HERE, {"point": point(0, 0)}, prefer=prefer)
    assert answer.status_code == status


@pytest.mark.long
def test_a_polygon_of_a_million_corners(client):
    corners = [[111.66 + i * 1e-8, 27.69] for i in range(1_000_000)]
    area = {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}
    answer = execute(client, OVERLAY, {"area": area})
    assert answer.status_code == 413


@pytest.mark.parametrize(("number", "status"), [(19_000, 200), (21_000, 413)])
def test_a_polygon_of_many_corners_is_taken_up_to_a_bound(client, number, status):
    turns = [2 * math.pi * i / number for i in range(number)]
    area = ring(*((500 * math.cos(turn), 500 * math.sin(turn)) for turn in turns))
    assert execute(client, OVERLAY, {"area": area}).status_code == status


def test_a_document_wraps_the_result(client):
    answer = execute(client, HERE, {"point": point(0, 0)}, response="document")
    assert answer.json()["result"]["collections"] == []


def test_the_list_and_the_descriptions(client):
    listed = client.get("/ogc/processes?f=json").json()["processes"]
    assert [process["id"] for process in listed] == [HERE, FIGURES, OVERLAY]
    for process in listed:
        described = client.get(f"/ogc/processes/{process['id']}?f=json").json()
        example = json.dumps(described["example"])
        here = f"/ogc/processes/{process['id']}/execution"
        assert client.post(here, example, content_type="application/json").status_code == 200
        page = client.get(f"/ogc/processes/{process['id']}", headers={"Accept": "text/html"})
        assert described["title"] in page.content.decode()
    unknown = client.get("/ogc/processes/nothing")
    assert (unknown.status_code, unknown.json()["type"].rsplit("/", 1)[1]) == (
        404,
        "no-such-process",
    )
    landing = client.get("/ogc/?f=json").json()["links"]
    assert {"processes", "job-list"} <= {link["rel"].split("/")[-1] for link in landing}
    assert execute(client, "nothing", {}).status_code == 404
    assert client.get(f"/ogc/processes/{HERE}/execution").status_code == 405
    assert (
        client.post(f"/ogc/processes/{HERE}/execution", "x", content_type="text/xml").status_code
        == 415
    )
