"""Jobs: made by a worker, seen by their owner, gone when dismissed or old."""

import re
from datetime import timedelta

import pytest
import requests
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from owslib.ogcapi.processes import Processes

from layers.access.access import ANONYMOUS, Caller
from layers.models import AccessCount, Consumer, ProcessJob
from layers.ogc.formats.slots import slot_of
from layers.ogc.processes import jobs, views
from layers.roles import Role
from layers.sharing import actions
from spatial.parcels.models import Building
from spatial.parcels.roles import LandRole
from spatial.pipes.models import PipePoint
from spatial.planning.roles import PlanningRole
from tests.factories import open_feature, spot, square
from tests.layers.ogc.processes.asking import box, execute, point
from tests.town import make_user

HERE = "what-stands-here"
STEWARD = Caller("root", is_admin=True)
QUEUED = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
AT_ONCE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture(autouse=True)
def queue(settings):
    settings.TASKS = QUEUED


def submit(client, process=HERE, inputs=None):
    answer = execute(client, process, inputs or {"point": point(5, 5)}, prefer="respond-async")
    assert answer.status_code == 201, answer.content
    assert answer["Location"].endswith(f"/ogc/jobs/{answer.json()['jobID']}")
    assert answer["Preference-Applied"] == "respond-async"
    return answer.json()["jobID"]


def run(job_id):
    jobs.perform.func(job_id)


@pytest.mark.django_db
def test_a_job_from_asking_to_fetching(client):
    open_feature(Building, "B1", geom=square(0, 0, 10))
    client.force_login(make_user("planner", PlanningRole.PLANNER))
    job_id = submit(client)
    here = f"/ogc/jobs/{job_id}"
    assert client.get(here).json()["status"] == "accepted"
    early = client.get(f"{here}/results")
    assert (early.status_code, early.json()["type"].rsplit("/", 1)[1]) == (404, "result-not-ready")
    run(job_id)
    assert client.get(here).json()["status"] == "successful"
    found = client.get(f"{here}/results").json()["collections"]
    assert [(e["collection"], e["features"][0]["id"]) for e in found] == [("buildings", "B1")]
    assert client.get("/ogc/jobs").json()["jobs"][0]["jobID"] == job_id
    assert client.get("/ogc/jobs?status=failed").json()["jobs"] == []
    assert client.get("/ogc/jobs?status=lost").status_code == 400
    assert client.get("/ogc/jobs?maxDuration=100&processID=what-stands-here").json()["jobs"]
    assert client.get("/ogc/jobs?minDuration=100").json()["jobs"] == []
    assert AccessCount.objects.get(layer="buildings", operation="process").requests == 1
    assert client.delete(here).json()["status"] == "dismissed"
    assert client.get(here).status_code == 404


@pytest.mark.django_db
def test_a_job_is_its_owners(client):
    client.force_login(make_user("planner", PlanningRole.PLANNER))
    job_id = submit(client)
    for other in (make_user("land", LandRole.LAND), None):
        stranger = Client()
        if other:
            stranger.force_login(other)
        assert stranger.get(f"/ogc/jobs/{job_id}").status_code == 404
        assert stranger.get(f"/ogc/jobs/{job_id}/results").status_code == 404
        assert stranger.delete(f"/ogc/jobs/{job_id}").status_code == 404
        assert stranger.get("/ogc/jobs").json()["jobs"] == []
    nobodys = submit(Client())
    assert Client().get(f"/ogc/jobs/{nobodys}").status_code == 200
    assert Client().get("/ogc/jobs").json()["jobs"] == []
    assert Client().get("/ogc/jobs/not-a-name").status_code == 404


@pytest.mark.django_db
def test_a_result_ends_with_the_grant_that_it_was_made_of():
    open_feature(PipePoint, "W1", geom=spot(5, 5), network="JS")
    consumer = Consumer.objects.create(
        name="系统", organisation="局", is_department=False, kept_by=make_user("s", Role.STEWARD)
    )
    grant = actions.grant_layer(STEWARD, consumer, actions.LayerPart("pipe-points"))
    _, text = actions.issue_key(STEWARD, consumer)
    with_key = Client(headers={"Authorization": f"Bearer {text}"})
    job_id = submit(with_key)
    run(job_id)
    assert "pipe-points" in with_key.get(f"/ogc/jobs/{job_id}/results").content.decode()
    waiting = submit(with_key)
    actions.withdraw_grant(STEWARD, grant, why="停用")
    assert with_key.get(f"/ogc/jobs/{job_id}/results").status_code == 410
    run(waiting)  # with the rights of now, not of then
    assert "pipe-points" not in with_key.get(f"/ogc/jobs/{waiting}/results").content.decode()


@pytest.mark.django_db
def test_what_goes_wrong_in_the_worker_is_told(client):
    job_id = submit(
        client, "layer-statistics", {"collection": "buildings", "district": "431382002"}
    )
    run(job_id)
    told = client.get(f"/ogc/jobs/{job_id}").json()
    assert told["status"] == "failed"
    assert "没有区划“431382002”" in told["message"]
    assert client.get(f"/ogc/jobs/{job_id}/results").status_code == 400


@pytest.mark.django_db
def test_an_execution_has_its_time_and_no_more(client, monkeypatch):
    open_feature(Building, "B1", geom=square(0, 0, 10))
    monkeypatch.setattr(views, "SYNC_MS", 0)
    answer = execute(client, HERE, {"point": point(5, 5)})
    assert (answer.status_code, answer.json()["code"]) == (400, "QueryTooExpensive")
    monkeypatch.setattr(jobs, "BUDGET_MS", 0)
    job_id = submit(client)
    run(job_id)
    assert "时限" in client.get(f"/ogc/jobs/{job_id}").json()["message"]


@pytest.mark.django_db
def test_bounds(client, monkeypatch):
    monkeypatch.setattr(jobs, "PENDING_PER_CALLER", 2)
    submit(client)
    submit(client)
    refused = execute(client, HERE, {"point": point(0, 0)}, prefer="respond-async")
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    monkeypatch.setattr(jobs, "PENDING_IN_ALL", 2)
    other = Client()
    other.force_login(make_user("land", LandRole.LAND))
    full = execute(other, HERE, {"point": point(0, 0)}, prefer="respond-async")
    assert full.status_code == 503


@pytest.mark.django_db
def test_old_jobs_go_and_stuck_ones_are_given_up(client, settings):
    old, stuck = submit(client), submit(client)
    age = timezone.now() - timedelta(days=settings.JOB_DAYS, hours=1)
    ProcessJob.objects.filter(pk=old).update(created_at=age)
    ProcessJob.objects.filter(pk=stuck).update(created_at=timezone.now() - timedelta(hours=2))
    jobs.remove_expired()
    assert not ProcessJob.objects.filter(pk=old).exists()
    assert ProcessJob.objects.get(pk=stuck).state == "failed"
    run(stuck)  # comes too late
    assert ProcessJob.objects.get(pk=stuck).state == "failed"


@pytest.mark.django_db
def test_a_job_dismissed_at_work_leaves_nothing(client):
    job_id = submit(client)
    ProcessJob.objects.filter(pk=job_id).update(state="running")
    client.delete(f"/ogc/jobs/{job_id}")
    run(job_id)
    left = ProcessJob.objects.get()
    assert (left.state, left.inputs, left.result, left.used) == ("dismissed", {}, None, {})


@pytest.mark.django_db
def test_a_worker_stops_between_two_layers_when_its_job_is_dismissed(client, monkeypatch):
    job_id = submit(client)
    begun = []

    def read_once(*args, **kwargs):
        begun.append(1)
        client.delete(f"/ogc/jobs/{job_id}")
        return []

    monkeypatch.setattr("layers.ogc.processes.declared.read", read_once)
    run(job_id)
    assert len(begun) == 1


@pytest.mark.django_db
def test_dismissing_is_no_way_around_the_hours_bound(client, monkeypatch):
    monkeypatch.setattr(jobs, "HOURLY_PER_CALLER", 2)
    for _ in range(2):
        client.delete(f"/ogc/jobs/{submit(client)}")
    refused = execute(client, HERE, {"point": point(0, 0)}, prefer="respond-async")
    assert refused.status_code == 429
    ProcessJob.objects.update(created_at=timezone.now() - timedelta(hours=1, minutes=1))
    submit(client)
    assert ProcessJob.objects.count() == 1  # those dismissed went with their hour


@pytest.mark.django_db
def test_nobodies_at_two_addresses_do_not_stand_in_each_others_way(client, monkeypatch):
    monkeypatch.setattr(jobs, "PENDING_PER_CALLER", 1)
    submit(client)
    submit(Client(REMOTE_ADDR="192.0.2.7"))
    told = {job.asked_from for job in ProcessJob.objects.all()}
    assert len(told) == 2
    assert not any("192" in text for text in told)
    refused = execute(client, HERE, {"point": point(0, 0)}, prefer="respond-async")
    assert refused.status_code == 429


@pytest.mark.django_db
def test_a_result_past_its_time_is_not_given_though_its_row_is_there(client, settings):
    client.force_login(make_user("planner", PlanningRole.PLANNER))
    job_id = submit(client)
    run(job_id)
    age = timezone.now() - timedelta(days=settings.JOB_DAYS, minutes=1)
    ProcessJob.objects.update(created_at=age)
    assert client.get(f"/ogc/jobs/{job_id}").status_code == 404
    assert client.get(f"/ogc/jobs/{job_id}/results").status_code == 404
    assert client.get("/ogc/jobs").json()["jobs"] == []
    call_command("remove_expired_jobs")
    assert not ProcessJob.objects.exists()


@pytest.mark.django_db
def test_so_many_at_once_per_caller(client, monkeypatch):
    with slot_of(ANONYMOUS, "127.0.0.1", "计算", 2), slot_of(ANONYMOUS, "127.0.0.1", "计算", 2):
        refused = execute(client, HERE, {"point": point(0, 0)})
        elsewhere = execute(Client(REMOTE_ADDR="192.0.2.7"), HERE, {"point": point(0, 0)})
    assert (refused.status_code, elsewhere.status_code) == (429, 200)
    assert execute(client, HERE, {"point": point(0, 0)}).status_code == 200


@pytest.mark.django_db
def test_pages_for_people(client):
    open_feature(Building, "B1", geom=square(0, 0, 10), usage="住宅")
    client.force_login(make_user("planner", PlanningRole.PLANNER))
    job_id = submit(client)
    run(job_id)
    for address, words in (
        ("/ogc/processes", HERE),
        (f"/ogc/processes/{HERE}", "inputs"),
        ("/ogc/jobs", job_id),
        (f"/ogc/jobs/{job_id}", "已完成"),
        (f"/ogc/jobs/{job_id}/results", "住宅"),
    ):
        answer = client.get(address, headers={"Accept": "text/html"})
        assert answer["Content-Type"].startswith("text/html"), address
        assert words in answer.content.decode(), address
        document = client.get(f"{address}?f=json").json()
        for link in document.get("links", []):
            assert f'href="{link["href"]}"' in answer.content.decode(), address
    gone = client.delete(f"/ogc/jobs/{job_id}", headers={"Accept": "text/html"})
    assert "已取消" in gone.content.decode()


@pytest.mark.django_db(transaction=True)
def test_owslib_lists_describes_and_executes(live_server, settings):
    settings.TASKS = AT_ONCE
    open_feature(Building, "B1", geom=square(0, 0, 10))
    service = Processes(f"{live_server.url}/ogc/")
    assert [process["id"] for process in service.processes()][0] == HERE
    described = service.process("overlay-constraints")
    assert described["inputs"]["area"]["minOccurs"] == 1
    found = service.execute("overlay-constraints", {"area": box(0, 0, 20, 20)})["result"]
    buildings = next(la for la in found["layers"] if la["collection"] == "buildings")
    assert buildings["count"] == 1
    submitted = service.execute(HERE, {"point": point(5, 5)}, async_=True)
    job_id = re.search(r"jobs/([0-9a-f-]{36})", str(submitted))[1]
    told = requests.get(f"{live_server.url}/ogc/jobs/{job_id}", timeout=10).json()
    assert told["status"] == "successful"
    results = next(link["href"] for link in told["links"] if link["rel"].endswith("/results"))
    found = requests.get(results, timeout=10).json()["result"]
    assert found["collections"][0]["collection"] == "buildings"
