"""Delivering is one right and undoing another; who holds one of them is not shown the other."""

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from grid.models import Component, GridCell
from importers.models import ImportRun
from importers.runs import jobs
from importers.runs.rights import layers_touched
from layers.models import RefusedWrite
from layers.roles import Role
from spatial.parcels.models import Parcel
from spatial.parcels.roles import LandRole
from spatial.pipes.roles import PipeRole
from spatial.planning.roles import PlanningRole
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, square
from tests.importers.files import gpkg, plots
from tests.layers.declared import redeclared
from tests.layers.ogc.writers import MERGE_PATCH, Writer
from tests.town import make_user
from tests.webmap.imports.test_review_pages import JSON, deliver, tried
from tests.webmap.imports.test_uploads import announce

pytestmark = pytest.mark.django_db
APART = {
    "deliverers": frozenset({LandRole.LAND}),
    "writers": frozenset({PlanningRole.PLANNER}),
    "undoers": frozenset({PipeRole.PIPES}),
}


@pytest.fixture(autouse=True)
def at_once(settings, tmp_path):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.VAR = tmp_path / "var"


def signed_in(name: str, *roles) -> Client:
    client = Client()
    client.force_login(make_user(name, *roles))
    return client


@pytest.fixture
def apart(db):
    """Parcels that one office delivers, another writes, and a third undoes."""
    with redeclared("parcels", **APART):
        yield (
            signed_in("land", LandRole.LAND),
            signed_in("planner", PlanningRole.PLANNER),
            signed_in("pipes", PipeRole.PIPES),
        )


def statuses(client: Client, run: ImportRun, *acts: str) -> list[int]:
    return [client.post(f"/imports/{run.pk}/{act}", {}, **JSON).status_code for act in acts]


def test_three_offices_have_one_right_each(apart, tmp_path):
    lands, planners, pipes = apart
    assert announce(planners).status_code == 403
    assert deliver(pipes, gpkg(tmp_path, plots(3))).status_code == 403
    run = tried(lands, gpkg(tmp_path, plots(3)))
    assert statuses(planners, run, "commit", "undo", "discard") == [403] * 3
    assert statuses(pipes, run, "commit", "choose", "discard", "again") == [403] * 4
    assert statuses(lands, run, "commit") == [202]
    assert statuses(lands, run, "undo") == [403]
    item = "/ogc/collections/parcels/items/P1"
    patch = {"properties": {"location": "新址"}}
    for client, status in ((lands, 403), (pipes, 403), (planners, 200)):
        answer = Writer(client).send("PATCH", item, patch, media=MERGE_PATCH, if_match="*")
        assert answer.status_code == status
    assert Parcel.objects.current().get(code="P1").location == "新址"
    assert RefusedWrite.objects.filter(layer="parcels", status=403, who="land").count() == 2


def test_buttons_are_those_of_the_right(apart, tmp_path):
    lands, _planners, pipes = apart
    run = tried(lands, gpkg(tmp_path, plots(3)))
    page = f"/imports/{run.pk}"
    assert 'id="commit"' in lands.get(page).text
    assert 'id="commit"' not in pipes.get(page).text
    assert "keep-source" not in pipes.get(page).text
    assert 'type="checkbox"' in lands.get(f"{page}/rows").text
    assert "disabled" in pipes.get(f"{page}/rows").text
    assert statuses(lands, run, "commit") == [202]
    assert "已写入" in lands.get(page).text
    assert 'id="undo"' not in lands.get(page).text
    assert 'id="undo"' in pipes.get(page).text
    assert 'value="parcels"' not in pipes.get("/imports/new").text
    assert statuses(pipes, run, "undo") == [202]
    assert not Parcel.objects.current().exists()


def test_part_of_a_delivery_is_committed_by_its_office_alone(tmp_path):
    lands, others = signed_in("land", LandRole.LAND), signed_in("pipes", PipeRole.PIPES)
    frame = plots(5)
    frame.loc[2, "code"] = ""  # a row that is refused
    path, part = gpkg(tmp_path, frame), {"commit": True, "partial": True}
    assert deliver(others, path, **part).status_code == 403
    dry = tried(lands, path, partial=True)
    assert statuses(others, dry, "choose", "commit") == [404, 404]
    assert not Parcel.objects.exists()
    assert statuses(lands, dry, "commit") == [202]
    assert set(Parcel.objects.values_list("code", flat=True)) == {"P0", "P1", "P3", "P4"}
    recorded = RefusedWrite.objects.filter(who="pipes").values_list("status", "layer")
    assert sorted(recorded) == [(403, "parcels"), (404, "parcels"), (404, "parcels")]


def test_an_undo_asks_for_every_register_that_the_run_touched():
    made = change(moment(2020))
    cell, component = "431382001001001", "4313820101000001"
    ground = {"community_code": "431382001001", "area_m2": 100.0, "geom": square()}
    apply(made, GridCell, [Edit(Action.OPEN, cell, ground)])
    apply(made, Component, [Edit(Action.OPEN, component, {"geom": square().centroid})])
    run = ImportRun.objects.create(layer="grid-cells", state="committed", who="甲", change=made)
    assert [layer.id for layer in layers_touched(run)] == ["grid-cells", "components"]
    office = frozenset({PipeRole.PIPES})
    pipes = signed_in("pipes", PipeRole.PIPES)
    with redeclared("grid-cells", deliverers=office, undoers=office):
        assert 'id="undo"' not in pipes.get(f"/imports/{run.pk}").text
        assert statuses(pipes, run, "undo") == [403]
        assert "数据管理员" in jobs.undo_committed.call(run.pk, "pipes")["refused"]
        with redeclared("components", undoers=office):
            assert 'id="undo"' in pipes.get(f"/imports/{run.pk}").text
            assert jobs.undo_committed.call(run.pk, "pipes")["refused"] == ""
    assert not GridCell.objects.current().exists()


def test_the_job_of_a_deleted_account_is_nobodys(tmp_path):
    lands = signed_in("land", LandRole.LAND)
    run = tried(lands, gpkg(tmp_path, plots(3)))
    User.objects.get(username="land").delete()
    assert "数据管理员" in jobs.commit_reviewed.call(run.pk, "land")["refused"]
    assert not Parcel.objects.exists()
    (row,) = RefusedWrite.objects.all()
    assert (row.who, row.operation, row.layer) == ("land", "import", "parcels")


def test_a_command_acts_in_the_name_of_those_who_may(tmp_path):
    make_user("pipes", PipeRole.PIPES)
    make_user("steward", Role.STEWARD)
    path = str(gpkg(tmp_path, plots(3)))
    given = {"layer": "parcels", "commit": True}
    with pytest.raises(CommandError, match="数据管理员"):
        call_command("import_survey", path, **given, who="pipes")
    call_command("import_survey", path, **given, who="steward")
    run = ImportRun.objects.get(state="committed")
    with pytest.raises(CommandError, match="数据管理员"):
        call_command("undo_import", str(run.pk), who="pipes")
    dry = ImportRun.objects.create(layer="parcels", state="dry", who="steward")
    for decision in ({"commit": True}, {"discard": True}):
        with pytest.raises(CommandError, match="数据管理员"):
            call_command("review_import", str(dry.pk), **decision, who="pipes")
    call_command("undo_import", str(run.pk), who="运维")  # no account: who works on the server
    assert not Parcel.objects.current().exists()
