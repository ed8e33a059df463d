"""A grant of districts cuts every layer with a place, by where its features lie."""

from dataclasses import replace

import pytest
from django.contrib.gis.geos import LineString
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from layers.access.access import ANONYMOUS, Caller, Grant
from layers.declarations.registry import layer_of
from layers.jobs.districts import queue_backfill, queue_renewal, renew_districts
from layers.jobs.leases import AGAIN
from layers.reading.revisions import access_class
from layers.reading.shares import share_of
from spatial.base.models import District, Road
from spatial.city import city
from spatial.hazards.models import HazardSite
from spatial.planning.models import PlanZone
from spatial.versions import districts
from spatial.versions.actions import apply
from spatial.versions.districts import pending
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature, spot, square
from tests.layers.declared import CLOSED, redeclared
from tests.layers.ogc.tiles.tilings import address, frame_of
from tests.layers.ogc.writers import MERGE_PATCH, Writer, key_of

TOWN, OTHER = "431382001", "431382002"
ROADS = "/ogc/collections/roads"


def line(start, end):
    """A line between two places in metres east and north of the city's centre."""
    return LineString(spot(*start).coords, spot(*end).coords, srid=city().projected)


@pytest.fixture
def land(db):
    """Two towns west and east of the centre: in each a road, a site and a zone; a road in both."""
    for code, west in ((TOWN, -400), (OTHER, 0)):
        open_feature(District, code, name=code, level="town", geom=square(west, -200, 400))
    renew_districts.func()
    for side, dx in (("W", -100), ("E", 100)):
        open_feature(Road, f"R{side}", geom=line((dx, 10), (dx + 20, 10)), kind="local")
        open_feature(HazardSite, f"H{side}", geom=spot(dx, 20), name=side, kind="landslide")
        open_feature(PlanZone, f"Z{side}", geom=square(dx, 30), plan_name=side)
    open_feature(Road, "RB", geom=line((-10, 0), (10, 0)), kind="local")
    open_feature(Road, "RO", geom=line((5000, 0), (5010, 0)), kind="local")


def reader(client, layer_id, town=TOWN, **more):
    """A system whose key opens a layer in one town."""
    return Writer(client, key_of(f"{layer_id} {town}", layer_id, districts=[town], **more))


def codes(writer, layer_id):
    """What a key shows of a layer; the page and its count agree."""
    page = writer.get(f"/ogc/collections/{layer_id}/items", limit=100).json()
    assert page["numberMatched"] == page["numberReturned"]
    return {feature["id"] for feature in page["features"]}


@pytest.mark.parametrize(
    ("layer_id", "expected"),
    [
        ("roads", {TOWN: {"RW", "RB"}, OTHER: {"RE", "RB"}}),
        ("hazard-sites", {TOWN: {"HW"}, OTHER: {"HE"}}),
        ("plan-zones", {TOWN: {"ZW"}, OTHER: {"ZE"}}),
    ],
)
def test_a_closed_layer_is_cut_by_where_its_features_lie(
    client, land, layer_id, expected, tmp_path
):
    with redeclared(layer_id, **CLOSED):
        for town, shown in expected.items():
            writer = reader(client, layer_id, town)
            assert codes(writer, layer_id) == shown
            bodies = [writer.get(address(16, layer_id, dx)).content for dx in (-100, 100)]
            tiles = [frame_of(body, tmp_path, layer_id) for body in bodies if body]
            assert {code for tile in tiles for code in tile["code"]} == shown
        assert codes(reader(client, layer_id, "431382"), layer_id) == set.union(*expected.values())


def test_a_grant_of_districts_takes_nothing_of_a_public_layer(client, land):
    everything = {"RW", "RE", "RB", "RO"}
    assert codes(reader(client, "roads"), "roads") == everything
    for layer_id in ("roads", "plan-zones", "hazard-sites"):
        layer = layer_of(layer_id)
        before = share_of(ANONYMOUS, layer)
        caller = Caller("街道", grants=(Grant(layer_id, districts=(TOWN,)),))
        after = share_of(caller, layer)
        assert before is None or (
            before.names <= after.names and (after.is_blanked or not after.districts)
        )
        closed = share_of(caller, replace(layer, **CLOSED))
        assert closed is not None
        assert closed.districts == (TOWN,)


def test_a_cut_share_follows_the_borders(client, land):
    with redeclared("roads", **CLOSED):
        writer = reader(client, "roads")
        since = writer.get(f"{ROADS}/feed").json()["next"]
        tag = writer.get(f"{ROADS}/items")["ETag"]
        tile = writer.get(address(16, "roads")).content
        outlines = {TOWN: square(-400, -200, 250), OTHER: square(-150, -200, 550)}
        edits = [
            Edit(Action.REPLACE, code, {"name": code, "level": "town", "geom": shape})
            for code, shape in outlines.items()
        ]
        apply(change(moment(2022)), District, edits)
        assert codes(writer, "roads") == {"RW", "RB"}  # the job has not been done yet
        renew_districts.func()
        assert codes(writer, "roads") == set()
        assert writer.get(f"{ROADS}/items")["ETag"] != tag
        assert writer.get(address(16, "roads")).content != tile
        assert writer.get(f"{ROADS}/feed", since=since).status_code == 410


def test_a_renewal_is_no_news_to_who_sees_all_districts(client, land):
    share = share_of(ANONYMOUS, layer_of("roads"))
    before, since = access_class(share), client.get(f"{ROADS}/feed").json()["next"]
    Road.objects.update(in_districts=None)
    renew_districts.func()
    assert access_class(share) == before
    assert client.get(f"{ROADS}/feed", {"since": since}).json()["entries"] == []


def test_writing_is_bounded_by_the_granted_districts(client, land):
    writer = reader(client, "roads", may_write=True)

    def patched(code, body):
        path = f"{ROADS}/items/{code}"
        return writer.send("PATCH", path, body, media=MERGE_PATCH, if_match="*").status_code

    name = {"properties": {"name": "新路"}}
    found = [patched(code, name) for code in ("RW", "RE", "RB", "RO")]
    assert found == [200, 404, 404, 404]  # what lies in another town as well is not the writer's
    elsewhere = writer.get(f"{ROADS}/items/RE").json()["geometry"]
    assert patched("RW", {"geometry": elsewhere}) == 403
    across = writer.get(f"{ROADS}/items/RB").json()["geometry"]
    made = {"type": "Feature", "id": "RN", "geometry": across, "properties": {"kind": "local"}}
    assert writer.send("POST", f"{ROADS}/items", made).status_code == 403


def test_the_job_is_queued_when_borders_have_moved_and_once(
    land, settings, django_capture_on_commit_callbacks
):
    assert not queue_renewal()
    assert not queue_backfill()
    moved = Edit(
        Action.REPLACE, TOWN, {"name": "镇", "level": "town", "geom": square(-400, -200, 300)}
    )
    with django_capture_on_commit_callbacks(execute=True):
        apply(change(moment(2022)), District, [moved])
    assert DBTaskResult.objects.filter(task_path=renew_districts.module_path).count() == 1
    assert not queue_renewal()  # one is waiting


def test_a_backfill_that_failed_half_way_is_taken_up_by_the_clock(land, monkeypatch):
    monkeypatch.setattr(districts, "EACH", 1)
    Road.objects.update(in_districts=None)
    assert queue_backfill()
    with monkeypatch.context() as broken:
        broken.setattr("layers.jobs.districts._log", lambda *_: 1 / 0)
        pytest.raises(ZeroDivisionError, renew_districts.func)
    assert pending() == {"base.road": 3}
    jobs = DBTaskResult.objects.filter(task_path=renew_districts.module_path)
    jobs.get().set_failed(ZeroDivisionError())
    call_command("run_clocks")
    assert jobs.count() == 1  # it has only just failed
    jobs.update(finished_at=timezone.now() - 2 * AGAIN)
    call_command("run_clocks")
    assert jobs.count() == 2
    assert renew_districts.func() == {"base.road": 3}  # what was done is not done again
    jobs.get(finished_at=None).set_successful(None)
    assert not queue_renewal()


def test_rows_of_an_earlier_release_are_hidden_from_cut_shares_until_looked_up(client, land):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE base_road SET in_districts = NULL")
    with redeclared("roads", **CLOSED):
        writer = reader(client, "roads")
        assert codes(writer, "roads") == set()
        assert queue_backfill()
        renew_districts.func()
        assert codes(writer, "roads") == {"RW", "RB"}
