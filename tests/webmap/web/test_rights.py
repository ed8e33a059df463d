"""What is offered is what is let in, and what was broken into once stays closed.

Every layer, caller and way to write it is asked in ``test_write_matrix``.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from grid.models import Case, CaseStep, Component, GridCell
from grid.roles import GridRole
from importers.errors import DeliveryRefused
from importers.models import ImportRun
from importers.runs import review
from importers.runs.run import undo as undo_run
from importers.staging.staging import Stage
from layers.access.access import Caller, may_deliver, may_write
from layers.declarations.known_roles import known_roles
from layers.declarations.registry import all_layers, layer_of
from spatial.parcels.models import Parcel
from spatial.versions.actions import apply, record_change, undo
from spatial.versions.edits import Action, Edit, VersionConflict
from spatial.versions.guards import registers
from spatial.versions.models import Change, VersionedFeature
from tests.factories import change, moment, open_feature, square
from tests.grid.people import make_ground, new_case, walk
from tests.importers.files import gpkg, plots
from tests.layers.ogc.writers import MERGE_PATCH, Writer, key_of
from tests.town import make_user
from webmap.admin.reading import ReadOnly
from webmap.web.histories import layer_for

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json", "headers": {"Accept": "application/json"}}
ITEMS = "/ogc/collections/{}/items"
# A few of each kind: every role at every layer is asked in tests/layers/access/test_access.py.
LAYERS = ("parcels", "pipe-lines", "grid-cells", "cases")
NAMES = ("anonymous", "HANDLER", "DISPATCHER", "LAND", "STEWARD", "admin")
WORDS = "只能按办理步骤变更"


@pytest.fixture(autouse=True)
def at_once(settings, tmp_path):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.VAR = tmp_path / "var"
    settings.CASE_FILES = tmp_path / "cases"


class People(dict):
    """A client by the name of its role, and who that is; made when first asked for."""

    def __missing__(self, name: str) -> tuple[Client, Caller]:
        client, caller = Client(), Caller()
        if name == "admin":
            client.force_login(User.objects.create_superuser("root"))
            caller = Caller("root", is_admin=True)
        elif name != "anonymous":
            client.force_login(make_user(name.lower(), known_roles()[name]))
            caller = Caller(name.lower(), frozenset({known_roles()[name]}))
        return self.setdefault(name, (client, caller))

    def some(self) -> Iterator[tuple[str, Client, Caller]]:
        """Somebody of each kind."""
        return ((name, *self[name]) for name in NAMES)


@pytest.fixture
def people(db) -> People:
    return People()


@pytest.fixture
def case(db) -> Case:
    """A case that waits for a department to handle it."""
    make_ground()
    return walk(new_case(), "dispatch")


@contextmanager
def untouched(*models) -> Iterator[None]:
    """Nothing is written meanwhile: no version, no change, no step."""
    models = (*models, Change, CaseStep)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    yield
    assert [list(model.objects.order_by("pk").values()) for model in models] == before


def writes(writer: Writer, layer_id: str, **headers) -> Iterator[tuple[str, int, str]]:
    """(method, status, Allow) of every write of a layer, none of which can succeed."""
    items = ITEMS.format(layer_id)
    for method, url in (
        ("POST", items),
        ("PUT", f"{items}/X"),
        ("PATCH", f"{items}/X"),
        ("DELETE", f"{items}/X"),
    ):
        media = MERGE_PATCH if method == "PATCH" else "application/geo+json"
        answer = writer.send(method, url, "{" if method != "DELETE" else None, media=media)
        yield method, answer.status_code, answer.get("Allow", "")


@pytest.mark.parametrize("granted", [True, False])
def test_a_key_writes_what_it_was_granted_and_never_cases(client, granted):
    for layer_id in ("parcels", "grid-cells", "cases"):
        writer = Writer(client, key_of(f"系统 {layer_id}", layer_id, may_write=granted))
        statuses = {status for _, status, _ in writes(writer, layer_id)}
        if layer_id == "cases":
            assert statuses == {405}
        elif granted:
            assert not statuses & {401, 403, 405}
        else:
            assert statuses == {403}
        described = writer.get("/ogc/openapi").json()["paths"][f"/collections/{layer_id}/items"]
        assert ("post" in described) is (granted and layer_id != "cases")


@pytest.mark.slow(reason="the document of every reader")
def test_the_document_offers_the_writes_that_its_reader_may_do(people):
    for name, client, caller in people.some():
        paths = client.get("/ogc/openapi?f=json").json()["paths"]
        for layer in all_layers():
            items = f"/collections/{layer.id}/items"
            if items not in paths:
                continue
            # who has not said who it is learns what a key might be granted
            may = may_write(caller, layer) or (caller.is_anonymous and not layer.by_steps)
            assert ("post" in paths[items]) is may, (name, layer.id)
            offered = {"put", "patch", "delete"} & set(paths[f"{items}/{{code}}"])
            assert bool(offered) is may, (name, layer.id)
            if layer.id in LAYERS:
                allowed = client.options(ITEMS.format(layer.id) + "/X").get("Allow", "")
                assert ("PATCH" in allowed) is may_write(caller, layer), (name, layer.id)


def test_deliveries_are_offered_and_taken_of_the_same_layers(people):
    for name, client, caller in people.some():
        own = {layer.id for layer in all_layers() if may_deliver(caller, layer)}
        page = client.get("/imports/new")
        assert page.status_code == (200 if own else 302 if caller.is_anonymous else 403), name
        text = page.content.decode()
        assert {la.id for la in all_layers() if f'value="{la.id}"' in text} == own, name
        assert ('href="/imports/"' in client.get("/").content.decode()) is bool(own), name
        for layer_id in LAYERS:
            answer = client.post("/imports/", {"layer": layer_id}, **JSON)
            expected = 400 if layer_id in own else 401 if caller.is_anonymous else 403
            assert answer.status_code == expected, (name, layer_id)
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("act", ["choose", "commit", "undo", "discard", "again", "source"])
def test_every_act_on_a_run_asks_again(people, act):
    state = ImportRun.State.COMMITTED if act == "undo" else ImportRun.State.DRY
    for layer_id in ("parcels", "cases"):
        run = ImportRun.objects.create(layer=layer_id, state=state, who="steward")
        for name in ("anonymous", "PIPES", "LAND", "admin"):
            client, caller = people[name]
            answer = client.post(f"/imports/{run.pk}/{act}", {}, **JSON)
            refused = answer.status_code in (401, 403, 404)
            assert refused is not may_deliver(caller, layer_of(layer_id)), (name, layer_id)
        run.refresh_from_db()
        assert (run.state, run.change) == (state, None)


def test_a_right_lost_while_the_job_waited_is_lost(people, tmp_path):
    from importers.runs import jobs

    people["LAND"], people["STEWARD"]
    path = gpkg(tmp_path, plots(2))
    done = jobs.import_files.call([str(path)], "parcels", {}, {"who": "land"}, commit=True)
    assert (done["refused"], Parcel.objects.count()) == ("", 2)
    User.objects.get(username="land").groups.clear()
    assert "数据管理员" in jobs.undo_committed.call(done["run"], "land")["refused"]
    waiting = ImportRun.objects.create(layer="parcels", state="waiting", who="land")
    again = jobs.import_files.call(
        [str(path)], "parcels", {}, {"who": "land"}, commit=True, run_id=waiting.pk
    )
    waiting.refresh_from_db()
    assert (again["run"], waiting.state) == (waiting.pk, "refused")
    assert "数据管理员" in waiting.message
    User.objects.filter(username="steward").update(is_active=False)
    dry = ImportRun.objects.create(layer="parcels", state="dry", who="steward")
    assert "数据管理员" in jobs.commit_reviewed.call(dry.pk, "steward")["refused"]
    assert Parcel.objects.current().count() == 2


# What was done to a running site, step by step.


def test_a_handler_does_not_close_a_case_past_its_steps(case, people):
    url = f"{ITEMS.format('cases')}/{case.code}"
    writer = Writer(people["HANDLER"][0])
    tag = writer.tag(url)
    with untouched(Case):
        for name in ("HANDLER", "DISPATCHER", "STEWARD", "admin"):
            session = Writer(people[name][0])
            patch = {"properties": {"step": "closed"}}
            answer = session.send("PATCH", url, patch, media=MERGE_PATCH, if_match=tag)
            assert answer.status_code == 405, name
            assert answer["Allow"] == "GET, HEAD, OPTIONS"
            assert answer["Content-Type"] == "application/problem+json"
            assert WORDS in answer.json()["detail"]
            assert session.send("DELETE", url, if_match=tag).status_code == 405
            whole = session.get(url).json()
            assert session.send("PUT", url, whole, if_match=tag).status_code == 405
            new = whole | {"id": "4313822026010100001"}
            assert session.send("POST", ITEMS.format("cases"), new).status_code == 405
            assert "mutationTime" not in session.get("/ogc/collections/cases").json()["versioning"]


def test_who_works_with_cells_and_components_does_not_end_them(case, people):
    open_feature(Component, "4313820101000001", class_code="0101", geom=square().centroid)
    cell = f"{ITEMS.format('grid-cells')}/{GridCell.objects.current().get().code}"
    component = f"{ITEMS.format('components')}/4313820101000001"
    with untouched(GridCell, Component):
        for role in (GridRole.INSPECTOR, GridRole.CHIEF, GridRole.HANDLER):
            session = Writer(people[role.name][0])
            for url in (cell, component):
                assert session.send("DELETE", url, if_match="*").status_code == 403
                patch = {"properties": {}}
                answer = session.send("PATCH", url, patch, media=MERGE_PATCH, if_match="*")
                assert "数据管理员" in answer.json()["detail"]
    assert Writer(people["STEWARD"][0]).send("DELETE", component, if_match="*").status_code == 204


@pytest.fixture
def delivered_cases(case, tmp_path):
    """The cases as a file that would change their description."""
    from importers.sample.city.frames import frame

    point = [case.geom.clone()]
    import shapely

    table = frame(
        shapely.points([[point[0].x, point[0].y]]),
        code=[case.code],
        kind=["event"],
        scheme=["events_2020"],
        class_code=["0113"],
        step=["closed"],
        description=["改写"],
        reported_at=[case.reported_at],
    )
    return gpkg(tmp_path, table, "cases", "cases")


def test_no_delivery_holds_cases(people, delivered_cases):
    from tests.webmap.imports.test_review_pages import deliver
    from tests.webmap.imports.test_uploads import announce

    with untouched(Case):
        assert announce(people["HANDLER"][0]).status_code == 403
        answer = people["HANDLER"][0].post("/imports/", {"layer": "cases"}, **JSON)
        assert answer.status_code == 403
        for name in ("STEWARD", "admin"):
            answer = deliver(people[name][0], delivered_cases, "cases", commit=True)
            assert answer.status_code == 403
            assert WORDS in answer.json()["title"]
    assert not ImportRun.objects.exists()
    given = {"layer": "cases", "commit": True, "who": "运维"}
    for more in (given, given | {"commit": False}, given | {"partial": True}):
        with untouched(Case), pytest.raises(CommandError, match=WORDS):
            call_command("import_survey", str(delivered_cases), **more)


def staged_cases(case: Case) -> ImportRun:
    """A run of an earlier time that stands under review and would close the case."""
    run = ImportRun.objects.create(layer="cases", state=ImportRun.State.DRY, who="steward")
    run.options = {"tables": ["cases"], "staged": 1, "revision": 0}
    run.save()
    with connection.cursor() as cursor:
        stage = Stage(run.pk)
        stage.create(cursor, Case)
        cursor.execute(
            f"INSERT INTO {stage.table} (action, code, expected, kind, scheme, class_code, step,"
            " source, cell_code, component_code, department, reported_at, geom)"
            " SELECT 'replace', code, id, kind, scheme, class_code, 'closed', source, cell_code,"
            " component_code, department, reported_at, geom FROM grid_case WHERE id = %s",
            [case.pk],
        )
    return run


def test_what_was_staged_before_is_not_committed(case, people):
    run = staged_cases(case)
    with untouched(Case):
        for name in ("STEWARD", "admin"):
            for act in ("commit", "choose", "again", "undo"):
                answer = people[name][0].post(f"/imports/{run.pk}/{act}", {}, **JSON)
                assert answer.status_code == 403, (name, act)
                assert WORDS in answer.json()["title"]
            assert people[name][0].get(f"/imports/{run.pk}").status_code == 403
        with pytest.raises(DeliveryRefused, match=WORDS):
            review.commit_run(run.pk, "root")
        with pytest.raises(CommandError, match=WORDS):
            call_command("review_import", str(run.pk), commit=True, without=["X"])
    call_command("review_import", str(run.pk), discard=True)
    run.refresh_from_db()
    assert run.state == "discarded"


def test_nobody_undoes_a_step_of_a_case(case, people):
    done = Change.objects.get(pk=case.opened_by_id)
    run = ImportRun.objects.create(layer="cases", state="committed", who="steward", change=done)
    people["STEWARD"]
    User.objects.filter(username="steward").update(is_staff=True)
    with untouched(Case):
        for name in ("HANDLER", "STEWARD", "admin"):
            answer = people[name][0].post(f"/imports/{run.pk}/undo", {}, **JSON)
            assert answer.status_code == 403, name
        with pytest.raises(DeliveryRefused, match=WORDS):
            undo_run(run.pk, "root")
        with pytest.raises(CommandError, match=WORDS):
            call_command("undo_import", str(run.pk))
        for name in ("STEWARD", "admin"):
            page = f"/admin/versions/change/{done.pk}/"
            assert f"{page}undo/" not in people[name][0].get(f"{page}change/").content.decode()
            for answer in (
                people[name][0].get(f"{page}undo/"),
                people[name][0].post(f"{page}undo/", {"why": "退回"}),
            ):
                assert answer.status_code == 403, name
                assert WORDS in answer.content.decode()
        with pytest.raises(VersionConflict, match=WORDS):
            undo(done, who="root", why="")


def test_a_change_that_touched_more_than_a_case_is_not_undone(case):
    made = change(moment(2026, 1, 2))
    open_feature(Parcel, "P1")
    mixed = record_change(who="t", why="混合")
    apply(mixed, Parcel, [Edit(Action.END, "P1")])
    apply(mixed, Case, [Edit(Action.END, case.code)])
    assert made.pk < mixed.pk
    with untouched(Case, Parcel), pytest.raises(VersionConflict, match=WORDS):
        undo(mixed, who="root", why="")


def test_another_office_does_not_undo_an_import(people, tmp_path):
    from importers.runs.outcome import Terms
    from importers.runs.run import start

    run = start([gpkg(tmp_path, plots(3))], "parcels", terms=Terms(who="甲"), commit=True).run
    with untouched(Parcel):
        for name in ("HANDLER", "PLANNER", "HOUSING", "PIPES"):
            answer = people[name][0].post(f"/imports/{run.pk}/undo", json.dumps({}), **JSON)
            assert answer.status_code in (403, 404), name
    assert people["LAND"][0].post(f"/imports/{run.pk}/undo", {}, **JSON).status_code == 202
    assert not Parcel.objects.current().exists()


def test_the_administrators_pages_write_no_register(people):
    client, _caller = people["admin"]
    assert client.get("/admin/grid/case/add/").status_code == 403
    deleted = {"action": "delete_selected", "_selected_action": ["1"]}
    assert "delete_selected" not in client.post("/admin/grid/case/", deleted).text
    made = admin.site._registry.items()
    kept = [page for model, page in made if issubclass(model, VersionedFeature)]
    assert all(isinstance(page, ReadOnly) for page in kept)
    assert len(kept) == len([model for model in registers() if layer_for(model)])
