"""Vector tiles on a real database, decoded by GDAL."""

import json

import pytest

from layers.access.access import ANONYMOUS
from layers.declarations.registry import layer_of
from layers.ogc.tiles.drawing import draw
from layers.reading.shares import share_of
from spatial.parcels.models import Building, Parcel
from spatial.periods import NOW
from spatial.pipes.models import PipePoint
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature, spot, square
from tests.layers.ogc.tiles.tilings import address, frame_of, layers_in, place_at
from tests.layers.ogc.writers import key_of

pytestmark = pytest.mark.django_db


def test_a_tile_carries_the_declared_tile_fields_only(client, tmp_path):
    open_feature(land_use="0701", right_holder="张三")
    answer = client.get(address(16))
    assert answer["Content-Type"] == "application/vnd.mapbox-vector-tile"
    frame = frame_of(answer.content, tmp_path)
    assert list(frame.columns.drop(["geometry", "mvt_id"], errors="ignore")) == ["code", "land_use"]
    assert frame["land_use"].tolist() == ["0701"]
    assert "张三".encode() not in answer.content


def test_a_tile_travels_in_time(client, tmp_path):
    seen = open_feature(land_use="0701", at=moment(2020))
    shop = {"geom": seen.geom, "land_use": "0901"}
    apply(change(moment(2022)), Parcel, [Edit(Action.REPLACE, "P1", shop)])

    def uses(query=""):
        return frame_of(client.get(address(16) + query).content, tmp_path)["land_use"].tolist()

    assert uses() == ["0901"]
    assert uses("?datetime=2021-01-01T00:00:00Z") == ["0701"]
    assert client.get(address(16) + "?datetime=2019-01-01T00:00:00Z").status_code == 204


def test_a_tile_of_an_interval_shows_each_feature_as_it_last_was(client, tmp_path):
    seen = open_feature(land_use="0701", at=moment(2020))
    away = square(90_000)
    for year, geom, use in ((2021, seen.geom, "0901"), (2022, away, "0902")):
        edit = Edit(Action.REPLACE, "P1", {"geom": geom, "land_use": use})
        apply(change(moment(year)), Parcel, [edit])
    span = "?datetime=2020-01-01T00:00:00Z/{}-06-01T00:00:00Z"
    frame = frame_of(client.get(address(16) + span.format(2021)).content, tmp_path)
    assert frame["land_use"].tolist() == ["0901"]
    # Its last version lies elsewhere: what it was before is not shown in its place.
    assert client.get(address(16) + span.format(2022)).status_code == 204


def test_a_tile_is_fresh_after_an_edit_and_unchanged_without(client, tmp_path):
    seen = open_feature()
    first = client.get(address(16))
    again = client.get(address(16), headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    edit = Edit(Action.REPLACE, "P1", {"geom": seen.geom, "land_use": "0901"})
    apply(change(moment(2022)), Parcel, [edit])
    fresh = client.get(address(16), headers={"if-none-match": first["ETag"]})
    assert fresh.status_code == 200
    assert frame_of(fresh.content, tmp_path)["land_use"].tolist() == ["0901"]


@pytest.mark.parametrize("place", ["99999999999999999999/0/0", "23/0/0", "1/2/0", "1/0/2"])
@pytest.mark.parametrize("base", ["/ogc/collections/parcels/tiles", "/ogc/tiles"])
def test_a_tile_outside_the_matrix_is_404(client, place, base):
    answer = client.get(f"{base}/WebMercatorQuad/{place}")
    assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")


@pytest.mark.parametrize("base", ["/ogc/collections/parcels/tiles", "/ogc/tiles"])
def test_an_empty_tile_is_204(client, base):
    answer = client.get(f"{base}/WebMercatorQuad/14/0/0")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("query", ["foo=1", "f=html", "datetime=yesterday", "collections=parcels"])
def test_what_a_tile_does_not_know_is_400(client, query):
    assert client.get(f"{address(16)}?{query}").status_code == 400
    assert client.get(f"{address(16)}?f=mvt").status_code == 204


def test_a_hidden_layer_has_no_tiles_and_answers_as_an_unknown_one(client):
    open_feature(PipePoint, "G1", network="JS", geom=spot())
    hidden, unknown = (client.get(address(16, name)) for name in ("pipe-points", "nothing"))
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.content.decode().replace("pipe-points", "nothing") == unknown.content.decode()


def test_a_dataset_tile_holds_what_the_caller_may_see(client, tmp_path):
    open_feature(land_use="0701")
    open_feature(Building, "B1", geom=square(2, 2, 5))
    open_feature(PipePoint, "G1", network="JS", geom=spot())
    tile = address(16, "")
    assert layers_in(client.get(tile).content, tmp_path) == ["parcels", "buildings"]
    chosen = client.get(f"{tile}?collections=buildings")
    assert layers_in(chosen.content, tmp_path) == ["buildings"]
    turned = client.get(f"{tile}?collections=buildings,parcels")
    assert turned.content.startswith(chosen.content)
    key = key_of("燃气", "pipe-points", may_write=False)
    known = client.get(tile, headers={"authorization": f"Bearer {key}"})
    assert "pipe-points" in layers_in(known.content, tmp_path)
    assert known["Cache-Control"].startswith("private")


def test_a_collection_hidden_from_the_caller_is_unknown_in_a_dataset_tile(client):
    hidden, unknown = (
        client.get(f"{address(16, '')}?collections={name}") for name in ("pipe-points", "nothing")
    )
    assert hidden.status_code == unknown.status_code == 400
    assert hidden.content.decode().replace("pipe-points", "nothing") == unknown.content.decode()


def test_a_tile_too_large_loses_its_smallest_features(tmp_path):
    edits = [
        Edit(Action.OPEN, f"P{n:03d}", {"geom": square(n, 0, 4 + n / 10), "land_use": f"{n}"})
        for n in range(200)
    ]
    apply(change(moment(2020)), Parcel, edits)
    share = share_of(ANONYMOUS, layer_of("parcels"))
    whole = draw(share, place_at(16), NOW).body
    less = draw(share, place_at(16), NOW, len(whole) // 3).body
    assert 0 < len(less) <= len(whole) // 3
    shown = set(frame_of(less, tmp_path)["code"])
    everyone = sorted(frame_of(whole, tmp_path)["code"])
    assert len(shown) > len(everyone) // 5
    assert shown == set(everyone[-len(shown) :])  # the largest


def test_layers_share_the_room_of_a_dataset_tile(client, tmp_path, monkeypatch):
    edits = [Edit(Action.OPEN, f"P{n:03d}", {"geom": square(n, 0)}) for n in range(200)]
    apply(change(moment(2020)), Parcel, edits)
    open_feature(Building, "B1", geom=square(2, 2, 5))
    whole = client.get(address(16, "")).content
    monkeypatch.setattr("layers.ogc.tiles.views.MOST_BYTES", 3_000)
    less = client.get(address(16, "")).content
    assert len(less) <= 3_000 < len(whole)
    assert frame_of(less, tmp_path, "buildings")["code"].tolist() == ["B1"]
    assert len(frame_of(less, tmp_path, "parcels")) > 20


def test_each_area_is_named_once_and_only_if_it_has_a_name(client, tmp_path):
    open_feature(Building, "B1", name="示范楼", geom=square(0, 0, 900))
    open_feature(Building, "B2", geom=square(5, 5, 5))
    over = {
        address(17, "buildings", dx, dy) for dx in range(5, 900, 150) for dy in range(5, 900, 150)
    }
    names = [
        code
        for body in [client.get(url).content for url in over]
        if "buildings:label" in layers_in(body, tmp_path)
        for code in frame_of(body, tmp_path, "buildings:label")["code"]
    ]
    assert names == ["B1"]


def test_a_filter_narrows_a_tile_and_the_next_without_it_is_whole(client, tmp_path):
    open_feature(land_use="0701")
    open_feature(Parcel, "P2", geom=square(60), land_use="0901")

    def uses(**query):
        answer = client.get(address(16), query)
        assert answer.status_code in (200, 204), answer.content
        return sorted(frame_of(answer.content, tmp_path)["land_use"]) if answer.content else []

    assert uses() == ["0701", "0901"]
    assert uses(filter="land_use = '0901'") == ["0901"]
    assert uses(filter="land_use LIKE '0_01' AND code <> 'P2'") == ["0701"]
    wanted = {"op": "=", "args": [{"property": "land_use"}, "0701"]}
    assert uses(**{"filter": json.dumps(wanted), "filter-lang": "cql2-json"}) == ["0701"]
    assert uses(filter="land_use = '100%s'") == []
    assert uses() == ["0701", "0901"]


@pytest.mark.parametrize("filter_", ["right_holder = '张三'", "land_use =", "land_use = 1 OR"])
def test_a_filter_of_a_tile_names_visible_fields_or_is_refused(client, filter_):
    open_feature(land_use="0701", right_holder="张三")
    assert client.get(address(16), {"filter": filter_}).status_code == 400
