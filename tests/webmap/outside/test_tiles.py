"""Tiles of others through the site: right where they lie, and whole whatever the other side does."""

import os
import time
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from spatial.crs import transformer
from tests.town import make_user
from tests.webmap.outside.servers import JPEG, picture
from webmap.outside import fetching, kept_tiles
from webmap.outside.addresses import picture_address
from webmap.outside.declarations import OutsideMap
from webmap.outside.fetching import FAILURES
from webmap.outside.tilings import nodes, tile_bounds

ZOOM, COLUMN, ROW = 12, 3318, 1720  # in the city
TILE = f"/outside/ortho/{ZOOM}/{COLUMN}/{ROW}"


def _colours(answer) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(answer.content)).convert("RGB")).astype(int)


@pytest.mark.django_db
class TestRights:
    def test_who_may_not_see_it_learns_nothing_and_nobody_is_asked(self, client, server, shows):
        shows(url=f"{server.address}/{{z}}/{{x}}/{{y}}", public=False)
        assert client.get(TILE).status_code == 404
        assert client.get("/outside/other/1/1/1").status_code == 404
        assert not server.asked
        client.force_login(make_user("clerk"))
        assert client.get(TILE).status_code == 200

    def test_the_page_names_neither_host_nor_key(self, client, server, shows, tmp_path, town):
        (tmp_path / "key").write_text("geheim\n")
        shows(
            url=f"{server.address}/{{z}}/{{x}}/{{y}}?tk={{key}}",
            key_file=str(tmp_path / "key"),
            is_basemap=True,
        )
        page = client.get("/").content.decode()
        assert "影像" in page
        assert "/outside/ortho/" in page
        assert "geheim" not in page
        assert server.address not in page
        answer = client.get(TILE)
        assert server.asked == [f"/{ZOOM}/{COLUMN}/{ROW}?tk=geheim"]
        assert "geheim" not in str(answer.headers)

    @pytest.mark.parametrize("place", ["12/0/0", "12/99999/1720", "19/1/1"])
    def test_what_lies_elsewhere_is_not_asked_for(self, client, server, shows, place):
        shows(url=f"{server.address}/{{z}}/{{x}}/{{y}}")
        assert client.get(f"/outside/ortho/{place}").status_code == 404
        assert not server.asked


@pytest.mark.django_db
class TestMisbehaviour:
    @pytest.fixture(autouse=True)
    def quickly(self, monkeypatch, server, shows):
        monkeypatch.setattr(fetching, "DEADLINE_S", 0.4)
        shows(url=f"{server.address}/{{z}}/{{x}}/{{y}}")

    @pytest.mark.parametrize(
        "manners",
        [
            {"status": 500},
            {"status": 302, "location": "http://127.0.0.1:1/"},
            {"body": b"<html>403</html>"},
            {"body": b"\x89PNG\r\n\x1a\n" + b"x" * 40},
            {"body": b"\x89PNG\r\n\x1a\n" + b"\0" * 2_100_000},
            {"body": picture(size=(1500, 20))},
            {"drips": True},
            {"cut": True},
            {"hangs": True},
        ],
        ids=lambda manners: next(iter(manners)) + str(next(iter(manners.values())))[:12],
    )
    def test_it_is_unavailable_and_no_more(self, client, server, manners):
        vars(server).update(manners)
        begun = time.monotonic()
        answer = client.get(TILE)
        assert answer.status_code == 503
        assert answer["Retry-After"]
        assert time.monotonic() - begun < 3
        assert len(server.asked) == 1  # no redirect is followed

    def test_after_some_failures_it_is_left_in_peace_and_then_tried_by_one(
        self, client, server, monkeypatch
    ):
        server.status = 500
        for _ in range(FAILURES + 3):
            assert client.get(TILE).status_code == 503
        assert len(server.asked) == FAILURES
        server.status = 200
        assert client.get(TILE).status_code == 503
        fetching.breaker_of("ortho").rests_until = 0.0
        assert client.get(TILE).status_code == 200
        assert fetching.breaker_of("ortho").failures == 0

    def test_nothing_there_is_an_empty_picture_and_no_failure(self, client, server):
        server.status = 404
        for row in range(ROW, ROW + FAILURES + 2):
            answer = client.get(f"/outside/ortho/{ZOOM}/{COLUMN}/{row}")
            assert answer.status_code == 200
            assert Image.open(BytesIO(answer.content)).convert("RGBA").getpixel((0, 0))[3] == 0
        assert len(server.asked) == FAILURES + 2

    def test_what_is_kept_is_given_while_it_is_fresh_and_when_the_other_side_is_down(
        self, client, server
    ):
        first = client.get(TILE).content
        server.status = 500
        assert client.get(TILE).content == first
        assert len(server.asked) == 1
        path = kept_tiles.place_of("ortho", ZOOM, COLUMN, ROW)
        os.utime(path, (1, 1))
        assert client.get(TILE).content == first
        assert len(server.asked) == 2


def test_the_oldest_go_when_the_disk_is_full(settings, tmp_path):
    settings.VAR, settings.OUTSIDE_CACHE_MB = tmp_path, 1
    for number in range(12):
        path = kept_tiles.place_of("a", 1, 1, number)
        kept_tiles.keep(path, bytes(100_000))
        os.utime(path, (number + 1, number + 1))
    assert kept_tiles.sweep() == 4
    assert sorted(int(path.name) for path in tmp_path.rglob("*") if path.is_file()) == [
        *range(4, 12)
    ]
    assert kept_tiles.sweep() == 0


# A service that paints where it believes to be: red by longitude, green by latitude, so that what is drawn
# anew can be held against the place of every pixel.
WEST, NORTH, SPAN = 111.0, 28.5, 1.5


def _painted(epsg: int, bounds, size) -> bytes:
    west, south, east, north = bounds
    xs = west + (np.arange(size[0]) + 0.5) / size[0] * (east - west)
    ys = north - (np.arange(size[1]) + 0.5) / size[1] * (north - south)
    lon, lat = transformer(epsg, 4326).transform(*np.meshgrid(xs, ys))
    cells = np.stack([(lon - WEST) / SPAN * 255, (NORTH - lat) / SPAN * 255, lat * 0], -1)
    out = BytesIO()
    Image.fromarray(np.clip(cells, 0, 255).astype("uint8")).save(out, "PNG")
    return out.getvalue()


def _is_in_place(answer) -> bool:
    """Whether each pixel has the colours of where it lies, to a step of the scale."""
    found = _colours(answer)
    west, south, east, north = tile_bounds(ZOOM, COLUMN, ROW)
    steps = (np.arange(256) + 0.5) / 256
    lon, lat = transformer(3857, 4326).transform(
        *np.meshgrid(west + steps * (east - west), north - steps * (north - south))
    )
    red = (lon - WEST) / SPAN * 255
    green = (NORTH - lat) / SPAN * 255
    off = np.maximum(abs(found[..., 0] - red), abs(found[..., 1] - green))[2:-2, 2:-2]
    return bool(off.max() <= 1.2)


@pytest.mark.django_db
class TestGrids:
    def test_the_web_maps_own_grid_comes_as_it_is(self, client, server, shows):
        server.body = picture(form=JPEG)
        shows(kind="wmts", url=f"{server.address}/wmts", layer="img", matrix_set="w")
        answer = client.get(TILE)
        assert answer.content == server.body
        assert answer["Content-Type"] == "image/jpeg"
        assert f"TILEMATRIX={ZOOM}&TILEROW={ROW}&TILECOL={COLUMN}" in server.asked[0]

    def test_degrees_of_cgcs2000_are_drawn_anew(self, client, server, shows):
        def paint(_path, query):
            side = 360 / 2 ** int(query["TILEMATRIX"])
            west, north = int(query["TILECOL"]) * side - 180, 90 - int(query["TILEROW"]) * side
            return _painted(4490, (west, north - side, west + side, north), (256, 256))

        server.painted = paint
        shows(kind="wmts", url=server.address, layer="img", matrix_set="c", crs=4490)
        assert _is_in_place(client.get(TILE))

    def test_a_pyramid_of_the_projected_crs_is_drawn_anew(self, client, server, shows):
        sizes = [64.0, 32.0, 16.0, 8.0]

        def paint(_path, query):
            side = sizes[int(query["TILEMATRIX"]) - 3] * 256
            west = 300_000 + int(query["TILECOL"]) * side
            north = 4_000_000 - int(query["TILEROW"]) * side
            return _painted(4546, (west, north - side, west + side, north), (256, 256))

        server.painted = paint
        grid = {"epsg": 4546, "origin": [300_000.0, 4_000_000.0], "resolutions": sizes, "first": 3}
        shows(kind="wmts", url=server.address, layer="a", matrix_set="b", grid=grid)
        assert _is_in_place(client.get(TILE))

    @pytest.mark.parametrize("crs, version", [(4546, "1.1.1"), (4546, "1.3.0"), (4490, "1.3.0")])
    def test_a_wms_is_asked_in_its_own_crs_and_axes(self, client, server, shows, crs, version):
        def paint(_path, query):
            box = [float(number) for number in query["BBOX"].split(",")]
            if version == "1.3.0":
                box = [box[1], box[0], box[3], box[2]]
            assert query["CRS" if version == "1.3.0" else "SRS"] == f"EPSG:{crs}"
            return _painted(crs, box, (int(query["WIDTH"]), int(query["HEIGHT"])))

        server.painted = paint
        shows(kind="wms", url=server.address, layer="a", crs=crs, version=version)
        assert _is_in_place(client.get(TILE))


def test_axes_of_a_wms_follow_its_authority():
    values = {"id": "a", "title": "a", "title_en": "a", "attribution": "a", "kind": "wms"}
    one = OutsideMap(
        **values, url="http://a.example/wms?map=x", layer="a", crs=4490, version="1.3.0"
    )
    address = picture_address(one, (111.0, 27.0, 112.0, 28.0), 9, 9, "")
    assert "/wms?map=x&SERVICE=WMS" in address
    assert "BBOX=27%2C111%2C28%2C112" in address
    assert len(nodes((0, 0, 1, 1))) == 81
