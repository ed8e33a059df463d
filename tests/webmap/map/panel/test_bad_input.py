"""What nobody should send is refused in words, never with a broken page."""

import json

import pytest
from django.test import Client

from layers.models import PersonalRead
from tests.town import centre_degrees

ODD_CODES = ["%00", "P2%00", "x" * 300, "%27%20OR%201=1", "..%2f..", "%F0%9F%8F%A0"]


@pytest.mark.parametrize("code", ODD_CODES)
@pytest.mark.parametrize("page", ["/panel/parcels/", "/units/"])
def test_an_odd_code_is_an_unknown_code(client, town, page, code):
    assert client.get(f"{page}{code}").status_code == 404


@pytest.mark.parametrize("code", [*ODD_CODES, "nothing"])
@pytest.mark.parametrize("layer", ["parcels", "rights"])
def test_asking_for_the_names_of_nothing_is_refused_and_not_logged(clerk, layer, code):
    assert clerk.post(f"/panel/{layer}/{code}/personal").status_code == 404
    assert not PersonalRead.objects.exists()


@pytest.mark.parametrize("layer", ["%00", "nothing", "x" * 300])
def test_an_odd_layer_is_an_unknown_layer(client, town, layer):
    assert client.get(f"/panel/{layer}/P1").status_code == 404


@pytest.mark.parametrize("text", ["%00", "2020-01-01%00", "0000-00-00", "9" * 400, "9999-12-31"])
@pytest.mark.parametrize("page", ["/panel/parcels/P2", "/units/B1", "/warnings", "/search?q=P2"])
def test_an_odd_moment_is_refused_in_words(client, town, page, text):
    mark = "&" if "?" in page else "?"
    answer = client.get(f"{page}{mark}at={text}", headers={"X-Requested-With": "fragment"})
    assert answer.status_code in ((200, 400) if text == "9999-12-31" else (400,))


@pytest.mark.parametrize(
    "query", ["lon=abc&lat=27", "lon=%00&lat=27", "lon=111.6", "lon=inf&lat=27"]
)
def test_an_odd_place_is_refused(client, town, query):
    assert client.get(f"/here?{query}").status_code == 400


@pytest.mark.parametrize("text", ["x" * 100_000, "\x00" * 50, "%' OR 1=1 --", "\\", "𠀀"])
def test_an_odd_search_finds_nothing(client, town, text):
    answer = client.get("/search", {"q": text[:4000]})
    assert answer.status_code == 200
    assert "data-open" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff\xfe", b"{", b"[" * 90_000, b'{"type":' * 9_000,
        b'{"type": [], "coordinates": []}',
        b'{"type": "LineString", "coordinates": [[NaN, 27], [111, 27]]}',
        b'{"type": "LineString", "coordinates": [[1e999, 27], [111, 27]]}',
        b'{"type": "LineString", "coordinates": {"a": 1}}',
        b'{"type": "LineString", "coordinates": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"type": "Polygon", "coordinates": [[]]}',
        b'{"type": "Polygon", "coordinates": [[[111.6, 27.7], [111.6, 27.7]]]}',
        b'{"type": "LineString", "coordinates": [[111.6, null], [111.6, 27.7]]}',
        b" " * 300_000,
    ],
)  # fmt: skip
def test_an_odd_drawing_is_refused_in_words(client, body):
    answer = client.post("/measure", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_measuring_wants_the_token_of_the_page(db):
    line = {"type": "LineString", "coordinates": [centre_degrees(), centre_degrees(10, 0)]}
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/measure", json.dumps(line), "application/json").status_code == 403
    token = "a" * 32
    strict.cookies["csrftoken"] = token
    answer = strict.post(
        "/measure", json.dumps(line), "application/json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 200
    assert answer.json()["length_m"] == pytest.approx(10, abs=0.001)
