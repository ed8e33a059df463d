"""Whole layers: complete, of one moment, bounded, and never cut short unnoticed."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pyogrio
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.gis.geos import Point
from django.db import connection

from layers.access.access import ANONYMOUS
from layers.declarations.registry import layer_of
from layers.ogc.common.negotiation import DOWNLOAD_FORMS
from layers.ogc.features import downloads
from layers.ogc.formats import files
from layers.ogc.formats.messages import FileTable
from layers.ogc.formats.watching import Watch
from layers.reading.reading import QueryTimeout, stream
from layers.reading.shares import share_of
from spatial.parcels.models import Building
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import centre, change, moment, square
from tests.layers.ogc.formats.test_formats import compare, read_back
from tests.running.databases import owner_rows, url

pytestmark = pytest.mark.django_db
PARCELS, BUILDINGS = (f"/ogc/collections/{name}/download" for name in ("parcels", "buildings"))
TEXTS = ["csv", "json", "geojsonseq", "jsonfg"]
WHOLE = [form for form in DOWNLOAD_FORMS if form not in ("xlsx", "dxf")]  # these hold less
ROWS = 3000
DISCS = 100  # of 6,000 vertices: more than a socket holds


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """A place of its own for the files in the making."""
    settings.DOWNLOADS = tmp_path / "downloads"
    return settings.DOWNLOADS


@pytest.fixture
def admin(client, town):
    """A client that sees every layer of the town."""
    client.force_login(User.objects.create_superuser("root"))
    return client


def open_buildings(number, geom=square):
    edits = [
        Edit(Action.OPEN, f"B{n:05}", {"geom": geom(n * 20), "name": f"楼{n}"})
        for n in range(number)
    ]
    apply(change(moment(2020)), Building, edits)


def body_of(answer):
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)  # its end closes the answer


@pytest.mark.parametrize("form", WHOLE)
def test_a_download_holds_what_all_pages_hold(admin, tmp_path, form):
    for layer_id in ("parcels", "buildings", "addresses", "roads", "units"):
        here = f"/ogc/collections/{layer_id}"
        expected = admin.get(f"{here}/items").json()["features"]
        body = body_of(admin.get(f"{here}/download", {"f": form, "crs": CRS84}))
        found = read_back(body, form, tmp_path, layer_id)
        ordered = sorted(found, key=lambda row: row[0]["code"])
        compare(ordered if form == "fgb" else found, expected, 1e-9, turn=False)


CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def test_a_gis_file_is_in_the_crs_of_the_register_and_text_in_degrees(admin, tmp_path):
    path = tmp_path / "parcels.gpkg"
    answer = admin.get(PARCELS)
    assert answer["Content-Type"] == "application/geopackage+sqlite3"
    path.write_bytes(body_of(answer))
    info = pyogrio.read_info(path, layer="parcels")
    assert (info["crs"], info["geometry_type"]) == ("EPSG:4546", "MultiPolygon")
    assert info["total_bounds"][1] > 3_000_000 > info["total_bounds"][0]
    assert body_of(admin.get(PARCELS, {"f": "csv"})).count(b"MULTI") == 0
    assert admin.get(PARCELS, {"f": "csv"})["Content-Crs"] == f"<{CRS84}>"


@pytest.mark.parametrize("form", WHOLE)
def test_a_part_and_a_past_moment_can_be_downloaded(admin, tmp_path, form):
    query = {"f": form, "datetime": "2019-01-01", "filter": "land_use = '0701'"}
    answer = admin.get(PARCELS, query)
    assert "parcels-2019-01-01." in answer["Content-Disposition"]
    found = read_back(body_of(answer), form, tmp_path, "parcels")
    assert [row["code"] for row, _ in found] == ["P1"]
    nothing = body_of(admin.get(PARCELS, {"f": form, "filter": "code = 'x'"}))
    assert read_back(nothing, form, tmp_path, "parcels") == []


def test_geojson_ends_with_its_number(admin):
    document = json.loads(body_of(admin.get(PARCELS, {"f": "json"})))
    assert document["type"] == "FeatureCollection"
    assert document["numberReturned"] == len(document["features"]) == 2


@pytest.mark.parametrize(
    "query", ["limit=1", "offset=1", "cursor=x", "f=html", "f=shp", "owner=x", "filter=owner%3D'x'"]
)
def test_what_a_download_does_not_know_is_400(client, query):
    assert client.get(f"{BUILDINGS}?{query}").status_code == 400


def test_hidden_layers_and_fields_are_absent(admin, client):
    client.logout()
    assert client.get("/ogc/collections/units/download").status_code == 404
    assert client.get("/ogc/collections/nothing/download").status_code == 404
    body = body_of(client.get("/ogc/collections/addresses/download", {"f": "geojsonseq"}))
    assert b"full_address" in body
    assert b"building_code" not in body


def test_an_error_at_the_start_is_told_as_one(client, monkeypatch):
    open_buildings(3)
    wrong = "1 / (storeys_above - storeys_above)"
    monkeypatch.setattr(downloads, "order_sql", lambda *_, **__: wrong)
    for form in ("json", "gpkg"):
        answer = client.get(BUILDINGS, {"f": form})
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_whoever_has_it_gets_it_not_again_and_head_makes_nothing(client, folder):
    open_buildings(3)
    head = client.head(BUILDINGS)
    assert (head.status_code, head["Content-Type"]) == (200, "application/geopackage+sqlite3")
    assert not folder.exists()
    held = {"If-None-Match": head["ETag"]}
    assert client.get(BUILDINGS, headers=held).status_code == 304
    apply(change(moment(2021)), Building, [Edit(Action.END, "B00001")])
    assert client.get(BUILDINGS, headers=held).status_code == 200


@pytest.mark.parametrize("forms", [("json", "csv"), ("gpkg", "fgb"), ("gpkg", "geojsonseq")])
def test_two_at_once_for_each_caller(client, forms):
    open_buildings(3)
    under_way = [client.get(BUILDINGS, {"f": form}) for form in forms]
    refused = client.get(BUILDINGS, {"f": "csv"})
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    other = client.get(BUILDINGS, {"f": "csv"}, REMOTE_ADDR="10.0.0.9")
    assert body_of(other)
    behind = {"X-Forwarded-For": "127.0.0.1, 10.0.0.8"}  # the last is the proxy's own word
    assert body_of(client.get(BUILDINGS, {"f": "csv"}, headers=behind))
    false = client.get(BUILDINGS, {"f": "csv"}, headers={"X-Forwarded-For": "10.0.0.7, 127.0.0.1"})
    assert false.status_code == 429
    body_of(under_way[0])
    assert body_of(client.get(BUILDINGS, {"f": "csv"}))
    body_of(under_way[1])


def test_files_go_with_their_answer_and_their_room_is_bounded(client, folder, settings):
    open_buildings(3)
    answer = client.get(BUILDINGS)
    assert int(answer["Content-Length"]) == sum(p.stat().st_size for p in folder.glob("*/*"))
    bound, settings.DOWNLOAD_DISK_MB = settings.DOWNLOAD_DISK_MB, 0
    full = client.get(BUILDINGS)
    assert (full.status_code, full["Retry-After"]) == (503, "300")
    settings.DOWNLOAD_DISK_MB = bound
    body_of(answer)
    assert list(folder.glob("*/")) == []
    left = folder / "file-of-a-killed-process"
    left.mkdir()
    (left / "x").write_bytes(b"x" * 100)
    long_ago = time.time() - settings.DOWNLOAD_SECONDS * 3
    os.utime(left, (long_ago, long_ago))
    assert body_of(client.get(BUILDINGS))
    assert not left.exists()


def test_a_folder_that_goes_while_it_is_looked_at_is_in_nobodys_way(client, folder, monkeypatch):
    """Another download ends between the listing of the folders and the look into its own."""
    open_buildings(3)
    gone, scan = [], os.scandir

    def scandir(path="."):
        if os.path.basename(str(path)).startswith("file-other"):
            shutil.rmtree(path)
            gone.append(path)
        return scan(path)

    for name in ("file-other-1", "file-other-2"):
        (folder / name).mkdir(parents=True)
        (folder / name / "x.gpkg").write_bytes(b"x")
    monkeypatch.setattr(os, "scandir", scandir)
    assert body_of(client.get(BUILDINGS, {"f": "gpkg"}))
    assert len(gone) == 2


def test_many_downloads_at_once_do_not_disturb_each_other(folder):
    """What each does with the shared folder, over and over in several threads."""

    def ask(number):
        for _ in range(40):
            with files.room_for_a_file() as (own, check):
                (own / "x.gpkg").write_bytes(b"x" * 100)
                check()
        return number

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == list(range(8))
    assert list(folder.iterdir()) == []


def test_a_file_that_cannot_be_written_is_no_file(tmp_path):
    columns = (("code", "string", "编码", 40), ("n", "integer", "数", 0))
    given = FileTable(str(tmp_path / "x.gpkg"), "GPKG", "x", "x", "", columns)
    assert files.write_table(given, [b'"a",1\n', b'"b",2\n"c",\n']) == 3
    for wrong in (b'"a","not a number"\n', b'"a",1,2\n'):
        with pytest.raises(files.WriteFailed):
            files.write_table(given, [wrong])

    def breaks_off():
        yield b'"a",1\n'
        raise QueryTimeout

    with pytest.raises(QueryTimeout):
        files.write_table(given, breaks_off())


def test_a_client_of_http_1_0_learns_the_length(client):
    open_buildings(3)
    answer = client.get(BUILDINGS, {"f": "csv"}, SERVER_PROTOCOL="HTTP/1.0")
    assert int(answer["Content-Length"]) == len(body_of(answer))


@pytest.mark.slow(reason="a writer beside a stream")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", TEXTS)
def test_a_stream_is_of_one_moment(client, form, tmp_path):
    open_buildings(ROWS)
    answer = client.get(BUILDINGS, {"f": form})
    pieces = iter(answer.streaming_content)
    begun = next(pieces)
    assert b"B02999" not in begun
    apply(change(moment(2021)), Building, [Edit(Action.END, "B02999")])
    later = {"geom": square(1), "name": "改"}
    apply(change(moment(2021)), Building, [Edit(Action.REPLACE, "B02998", later)])
    found = read_back(begun + b"".join(pieces), form, tmp_path, "buildings")
    assert [row["code"] for row, _ in found] == [f"B{n:05}" for n in range(ROWS)]
    assert found[-2][0]["name"] == "楼2998"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["gpkg", "fgb"])
def test_a_file_of_many_portions_is_whole(client, form, tmp_path):
    open_buildings(ROWS)
    found = read_back(body_of(client.get(BUILDINGS, {"f": form})), form, tmp_path, "buildings")
    assert sorted(row["code"] for row, _ in found) == [f"B{n:05}" for n in range(ROWS)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seconds", [60, 0])
def test_a_query_ends_with_its_client_and_at_its_limit(seconds):
    ours, theirs = socket.socketpair()
    share = share_of(ANONYMOUS, layer_of("parcels"))
    started = time.monotonic()
    with Watch(ours, seconds) as watch:
        if seconds:
            theirs.close()
        query = stream(share, "SELECT pg_sleep(60)::text", begun=watch.begun)
        with query as rows, pytest.raises(QueryTimeout):
            list(rows)
    assert time.monotonic() - started < 10
    assert running() == 0
    ours.close()
    theirs.close()


def running():
    """How many queries for outside run, or wait in a transaction."""
    (found,) = owner_rows(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'tujing outside' AND state <> 'idle'"
    )
    return found[0]


def wait_for(told, expected, seconds=10):
    until = time.monotonic() + seconds
    while told() != expected and time.monotonic() < until:
        time.sleep(0.1)
    assert told() == expected


def disc(number):
    """A round plot of many vertices: so that a layer does not fit into a socket."""
    x, y = centre()
    return Point(x + number, y, srid=4546).buffer(9, quadsegs=1500)


@pytest.fixture
def server(transactional_db, tmp_path, request):
    """gunicorn over the test database, which a client reaches by real sockets."""
    env = {
        **os.environ,
        "DATABASE_URL": url(connection.settings_dict["NAME"]),
        "DOWNLOADS": str(tmp_path / "served"),
        "DOWNLOAD_SECONDS": str(getattr(request, "param", 60)),
    }
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = [
        "--bind",
        f"127.0.0.1:{port}",
        "--worker-class",
        "gthread",
        "--threads",
        "4",
        "--no-control-socket",
    ]
    command = [sys.executable, "-m", "gunicorn", "webmap.wsgi:application", *options]
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(command, env=env, cwd=settings.BASE_DIR, stdout=log, stderr=log)
    for attempt in count():
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            assert attempt < 200, Path(log.name).read_text()
            time.sleep(0.1)
    yield port
    process.terminate()
    process.wait()
    log.close()


def asked(port, form):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    line.request("GET", f"{BUILDINGS}?f={form}")
    return line, line.getresponse()


@pytest.mark.long
def test_a_client_that_goes_away_ends_the_query(server):
    open_buildings(DISCS, disc)
    line, answer = asked(server, "json")
    assert answer.read(1000).startswith(b'{"type": "FeatureCollection"')
    assert running() == 1
    answer.close()
    line.close()
    wait_for(running, 0)


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(form, marks=pytest.mark.slow(reason="a server of its own"))
        if form == "json"
        else pytest.param(form, marks=pytest.mark.long)
        for form in TEXTS
    ],
)
def test_a_stream_that_breaks_is_seen_to_be_broken(server, form):
    open_buildings(DISCS, disc)
    _, answer = asked(server, form)
    answer.read(1000)
    owner_rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'tujing outside'"
    )
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()


@pytest.mark.long
@pytest.mark.parametrize("server", [5], indirect=True)
def test_a_client_that_does_not_read_is_cut_at_the_limit(server):
    open_buildings(DISCS, disc)
    warm, _ = asked(server, "shp")
    warm.close()
    _, answer = asked(server, "json")
    answer.read(1000)
    wait_for(running, 0, seconds=20)
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()


@pytest.mark.clients
def test_a_download_over_a_real_line_is_whole(server, tmp_path):
    open_buildings(DISCS, disc)
    for form in WHOLE:
        _, answer = asked(server, form)
        found = read_back(answer.read(), form, tmp_path, "buildings")
        assert len(found) == DISCS, form
    assert list((tmp_path / "served").glob("file-*")) == []
