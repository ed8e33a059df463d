"""What stays in memory, and what a change empties: its own place and nothing else."""

import gzip
import threading
import time

import numpy as np
import pytest
from django.contrib.gis.geos import Polygon
from django.db import connection
from django.test import RequestFactory

from layers.ogc.server.fast_path import with_fast_path
from layers.ogc.tiles import cache as keeping
from layers.ogc.tiles import views
from layers.ogc.tiles.cache import OVERHEAD, CachedTile, TileCache, tiles
from layers.ogc.tiles.matrices import WORLD_M, side_m
from layers.reading import revisions
from spatial.city import city
from spatial.crs import transformer
from spatial.parcels.models import Parcel
from spatial.pipes.models import PipePoint
from spatial.versions.actions import apply, undo
from spatial.versions.edits import Action, Edit
from spatial.versions.models import Touched
from spatial.versions.revisions import count_revision
from tests.caches import forget_everything
from tests.factories import change, moment, open_feature, spot, square
from tests.layers.ogc.tiles.tilings import address, frame_of, place_at
from tests.layers.ogc.writers import key_of

FAR = 5_000


@pytest.fixture
def drawn(monkeypatch):
    """The (layer, zoom, row, column) of every tile that the database draws from now on."""
    seen = []
    draw = views.draw

    def watched(share, place, as_of, most_bytes, chosen):
        seen.append((share.layer.id, *place))
        return draw(share, place, as_of, most_bytes, chosen)

    monkeypatch.setattr(views, "draw", watched)
    return seen


def replace(code, geom, at=None, **values):
    made = change(at or moment(2021))
    apply(made, Parcel, [Edit(Action.REPLACE, code, {"geom": geom, **values})])
    return made


@pytest.mark.django_db
def test_an_edit_empties_its_own_tiles_and_no_others(client, drawn):
    open_feature(code="P1", geom=square())
    open_feature(code="P2", geom=square(FAR))
    urls = [address(16), address(16, dx=FAR), address(13), address(16, "buildings")]
    dated = f"{address(16)}?datetime=2020-06-01T00:00:00Z"
    for url in (*urls, dated):
        client.get(url)
    drawn.clear()
    for url in (*urls, dated):
        client.get(url)
    assert drawn == []
    replace("P1", square(), land_use="0901")
    for url in (*urls, dated):
        client.get(url)
    assert [(layer, zoom) for layer, zoom, _, _ in drawn] == [
        ("parcels", 16), ("parcels", 13), ("parcels", 16)]  # fmt: skip


@pytest.mark.django_db
def test_a_thing_that_moves_empties_where_it_was_and_where_it_is(client, drawn, tmp_path):
    open_feature(code="P1", geom=square())
    here, there, elsewhere = (address(16, dx=dx) for dx in (0, FAR, -FAR))
    for url in (here, there, elsewhere):
        client.get(url)
    drawn.clear()
    moved = replace("P1", square(FAR))
    assert client.get(here).status_code == 204
    assert frame_of(client.get(there).content, tmp_path)["code"].tolist() == ["P1"]
    client.get(elsewhere)
    assert len(drawn) == 2
    undo(moved, who="t", why="")
    assert frame_of(client.get(here).content, tmp_path)["code"].tolist() == ["P1"]
    assert client.get(there).status_code == 204
    client.get(elsewhere)
    assert len(drawn) == 4


@pytest.mark.django_db
def test_what_lies_in_the_buffer_of_a_tile_empties_it_too(client, drawn):
    """A wide line is drawn beyond the edge: its neighbours hold it."""
    open_feature(code="P1", geom=square())
    place = place_at(16)
    edge = (place.column + 1) * side_m(16) - WORLD_M / 2  # the tile's east
    north = WORLD_M / 2 - (place.row + 0.5) * side_m(16)
    x, y = transformer(3857, city().projected).transform(edge + 4, north)
    ring = ((x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y))
    geom = Polygon(ring, srid=city().projected)
    own = f"/ogc/collections/parcels/tiles/WebMercatorQuad/16/{place.row}/{place.column}"
    client.get(own)
    drawn.clear()
    apply(change(moment(2021)), Parcel, [Edit(Action.OPEN, "P2", {"geom": geom})])
    client.get(own)
    assert len(drawn) == 1


@pytest.mark.django_db
def test_two_access_classes_never_have_a_tile_in_common(client, drawn):
    point = {"network": "JS", "fitting": "阀门", "feature": "消火栓", "geom": spot()}
    open_feature(PipePoint, "G1", **point)
    keys = {
        fields: key_of(f"系统{len(fields)}", "pipe-points", fields=fields, may_write=False)
        for fields in ((), ("network",))
    }
    bodies = {}
    for _ in range(2):
        for fields, key in keys.items():
            answer = client.get(
                address(16, "pipe-points"), headers={"authorization": f"Bearer {key}"}
            )
            bodies[fields] = answer.content
    assert len(drawn) == 2
    assert b"network" in bodies[()]
    assert b"network" in bodies[("network",)]
    assert client.get(address(16, "pipe-points")).status_code == 404


@pytest.mark.django_db
def test_shares_of_other_districts_have_tiles_of_their_own(closed_parcels, client, tmp_path):
    open_feature(code="P1", geom=square(), district_code="431382001001")
    open_feature(code="P2", geom=square(20), district_code="431382002001")
    seen = {}
    for district in ("431382001", "431382002"):
        key = key_of(district, "parcels", districts=[district], may_write=False)
        for _ in range(2):
            answer = client.get(address(16), headers={"authorization": f"Bearer {key}"})
            seen[district] = frame_of(answer.content, tmp_path)["code"].tolist()
    assert seen == {"431382001": ["P1"], "431382002": ["P2"]}


@pytest.mark.django_db
def test_a_tile_drawn_while_a_change_commits_is_not_taken_for_newer(client, monkeypatch, tmp_path):
    open_feature(code="P1", geom=square(), land_use="0701")
    draw = views.draw

    def overtaken(*args):
        found = draw(*args)
        monkeypatch.setattr(views, "draw", draw)
        replace("P1", square(), land_use="0901")
        client.get(address(16, dx=FAR))  # another request learns of the new revision first
        return found

    monkeypatch.setattr(views, "draw", overtaken)
    old = client.get(address(16)).content
    assert frame_of(old, tmp_path)["land_use"].tolist() == ["0701"]
    new = client.get(address(16)).content
    assert frame_of(new, tmp_path)["land_use"].tolist() == ["0901"]


@pytest.mark.django_db
def test_a_tile_that_already_shows_a_change_is_not_emptied_by_it(client, drawn, monkeypatch):
    open_feature(code="P1", geom=square())
    client.get(address(16, dx=FAR))
    stale = revisions.revisions()
    replace("P1", square(), land_use="0901")
    monkeypatch.setattr(revisions, "revisions", lambda: stale)  # looked a moment ago
    client.get(address(16))
    monkeypatch.undo()
    seen = len(tiles)
    client.get(address(16, dx=FAR))
    assert len(tiles) == seen


@pytest.mark.django_db
@pytest.mark.parametrize("lost", ["unknown", "too old"])
def test_if_it_is_not_known_what_a_revision_touched_all_of_its_register_goes(client, drawn, lost):
    open_feature(code="P1", geom=square())
    open_feature(code="P2", geom=square(FAR))
    urls = [address(16), address(16, dx=FAR), address(16, "buildings")]
    for url in urls:
        client.get(url)
    if lost == "unknown":
        count_revision("parcels.parcel@shared")
    else:
        replace("P1", square(), land_use="0901")
        Touched.objects.all().delete()
    drawn.clear()
    for url in urls:
        client.get(url)
    assert [layer for layer, *_ in drawn] == ["parcels", "parcels"]


@pytest.mark.django_db
def test_a_database_set_back_empties_the_register(client, drawn):
    open_feature(code="P1", geom=square())
    client.get(address(16))
    connection.cursor().execute("UPDATE versions_revision SET number = number - 1")
    client.get(address(16))
    assert len(drawn) == 2


def kept(size, revision=1, register="r", window=(0.0, 0.0, 1.0, 1.0)):
    return CachedTile(b"x" * size, '"t"', register, revision, window)


def test_the_memory_is_bounded_and_the_least_used_goes_first():
    cache = TileCache(10 * (1000 + OVERHEAD), lambda *_: {})
    for n in range(10):
        cache.put(n, kept(1000))
    cache.get(0)
    cache.put(10, kept(1000))
    assert cache.get(0)
    assert cache.get(1) is None
    assert cache.bytes == 10 * (1000 + OVERHEAD)
    cache.put(0, kept(500))
    assert (cache.bytes, len(cache)) == (10 * (1000 + OVERHEAD) - 500, 10)
    none = TileCache(0, lambda *_: {})
    none.put(1, kept(1))
    assert (len(none), none.bytes) == (0, 0)


def test_many_boxes_and_many_tiles_meet_as_they_should():
    boxes = {2: [[n * 10.0, 0.0, n * 10.0 + 5, 5.0] for n in range(3000)]}
    cache = TileCache(10**9, lambda *_: boxes)
    cache.catch_up("r", 1, lambda: 1)
    for n in range(3000):
        low = 2.0 if n % 2 else 7.0
        cache.put(n, kept(1, window=(n * 10 + 1.0, low, n * 10 + 2.0, low)))
    cache.put("newer", kept(1, revision=2))
    cache.put("other", kept(1, register="q"))
    cache.catch_up("r", 2, lambda: 2)
    assert len(cache) == 1502
    assert cache.get("newer")
    assert cache.get("other")
    assert cache.get(2)
    assert not cache.get(1)
    cache.put("old", kept(1, revision=1))
    assert not cache.get("old")


def test_what_meets_a_tile_by_rounding_alone_empties_it():
    """The database compares boxes in single precision: northings in steps of a quarter metre."""
    edge = 3_060_000.0
    near = [500_000.0, edge + 0.1, 500_001.0, edge + 2.0]
    assert np.float32(near[1]) == np.float32(edge)
    far = [500_000.0, edge + 2.0, 500_001.0, edge + 3.0]
    for box, stays in ((near, False), (far, True)):
        cache = TileCache(10**6, lambda *_, box=box: {2: [box]})
        cache.catch_up("r", 1, lambda: 1)
        cache.put("tile", kept(1, window=(500_000.0, edge - 9, 500_009.0, edge)))
        cache.catch_up("r", 2, lambda: 2)
        assert bool(cache.get("tile")) is stays


@pytest.mark.slow(reason="edits for a while")
@pytest.mark.django_db(transaction=True)
def test_while_a_register_is_edited_nobody_sees_what_was_before_for_long(client, tmp_path):
    """Four readers and a writer on a real database: a tenth of a second, and it shows."""
    forget_everything()
    open_feature(code="P1", geom=square(), land_use="0")
    written, faults, done = [(time.monotonic(), 0)], [], threading.Event()

    def reader(number):
        from django.test import Client

        folder = tmp_path / str(number)
        folder.mkdir()
        own = Client()
        while not done.is_set():
            asked = time.monotonic()
            due = max(n for at, n in list(written) if at < asked - revisions.FRESH_S - 0.05)
            body = own.get(address(16)).content
            seen = int(frame_of(body, folder)["land_use"][0])
            if seen < due:
                faults.append((due, seen))
        connection.close()

    time.sleep(0.3)
    threads = [threading.Thread(target=reader, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    try:
        for n in range(1, 25):
            replace("P1", square(), land_use=str(n), at=moment(2021, 1, n))
            written.append((time.monotonic(), n))
            time.sleep(0.07)
    finally:
        done.set()
        for thread in threads:
            thread.join()
        forget_everything()
    assert faults == []


def big_tile(client):
    """The address of a tile that is worth compressing."""
    edits = [Edit(Action.OPEN, f"P{n:03d}", {"geom": square(n, 0, 4)}) for n in range(60)]
    apply(change(moment(2020)), Parcel, edits)
    return address(16)


@pytest.mark.django_db
def test_a_tile_is_compressed_once_for_who_takes_it_so(client, monkeypatch):
    url = big_tile(client)
    plain = client.get(url)
    assert "Content-Encoding" not in plain
    packed, done = keeping.gzipped, []
    monkeypatch.setattr(keeping, "gzipped", lambda body: done.append(body) or packed(body))
    before = tiles.bytes
    for accepted in ("gzip", "br, gzip;q=0.8", "*"):
        answer = client.get(url, headers={"accept-encoding": accepted})
        assert answer["Content-Encoding"] == "gzip"
        assert len(answer.content) < len(plain.content)
        assert gzip.decompress(answer.content) == plain.content
        assert "Accept-Encoding" in answer["Vary"]
    assert done == [plain.content]
    assert tiles.bytes == before + len(answer.content)
    for accepted in ("identity", "gzip;q=0", "br"):
        answer = client.get(url, headers={"accept-encoding": accepted})
        assert answer.content == plain.content
        assert "Content-Encoding" not in answer
    replace("P000", square(), land_use="0901")
    client.get(url)
    assert tiles.bytes == sum(kept.size for kept in tiles._tiles.values())


@pytest.mark.django_db
def test_each_representation_of_a_tile_is_validated_by_its_own_tag(client):
    url = big_tile(client)
    tags = {}
    for accepted in ("gzip", "identity"):
        headers = {"accept-encoding": accepted}
        tags[accepted] = client.get(url, headers=headers)["ETag"]
        held = client.get(url, headers=headers | {"if-none-match": tags[accepted]})
        assert (held.status_code, held.content) == (304, b"")
        assert "Content-Encoding" not in held
        assert held["Cache-Control"] == "public, max-age=60"
    assert tags["gzip"] != tags["identity"]
    crossed = client.get(
        url, headers={"accept-encoding": "gzip", "if-none-match": tags["identity"]}
    )
    assert crossed.status_code == 200
    replace("P000", square(), land_use="0901")
    anew = client.get(url, headers={"accept-encoding": "gzip", "if-none-match": tags["gzip"]})
    assert anew.status_code == 200


@pytest.mark.django_db
def test_only_what_anybody_may_have_is_used_again_unasked(client, django_user_model):
    url = big_tile(client)
    empty = address(16, dx=FAR)
    for each in (url, empty, address(16, "")):
        assert client.get(each)["Cache-Control"] == "public, max-age=60"
    key = key_of("系统", "parcels", may_write=False)
    known = client.get(url, headers={"authorization": f"Bearer {key}"})
    assert known["Cache-Control"] == "private, no-cache"
    client.force_login(django_user_model.objects.create_user("某人"))
    assert client.get(url)["Cache-Control"] == "private, no-cache"


@pytest.mark.django_db
def test_a_dataset_tile_is_compressed_as_one(client):
    url = big_tile(client)
    whole = url.replace("collections/parcels/", "")
    answer = client.get(whole, headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content) == client.get(whole).content


@pytest.mark.django_db
def test_the_fast_lane_compresses_too(client):
    url = big_tile(client)
    told = {}

    def start_response(status, headers):
        told.update(headers, status=status)

    environ = (
        RequestFactory().get(url, headers={"accept-encoding": "gzip", "host": "testserver"}).environ
    )
    body = b"".join(with_fast_path(None)(environ, start_response))
    assert told["status"] == "200 OK"
    assert told["Content-Encoding"] == "gzip"
    assert int(told["Content-Length"]) == len(body)
    assert gzip.decompress(body) == client.get(url).content
