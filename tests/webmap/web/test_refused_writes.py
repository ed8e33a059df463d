"""Every write that somebody known was refused is on record, and the record stays as it is."""

import pytest
from django.db import Error, connection, transaction
from django.test import Client

from grid.roles import GridRole
from importers.models import ImportRun
from importers.runs import jobs
from layers.models import RefusedWrite
from layers.roles import Role
from layers.sharing.refused_writes import record_refused
from tests.grid.people import make_ground, new_case, walk
from tests.layers.ogc.writers import MERGE_PATCH, Writer, key_of
from tests.town import make_user

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json", "headers": {"Accept": "application/json"}}
BY_STEPS = "只能按办理步骤变更"


@pytest.fixture
def case(db):
    """A case that waits for a department to handle it."""
    make_ground()
    return walk(new_case(), "dispatch")


@pytest.fixture
def handler(db) -> Client:
    """A handler of no department: every case is another's."""
    client = Client()
    client.force_login(make_user("handler", GridRole.HANDLER))
    return client


def recorded() -> list[tuple]:
    rows = RefusedWrite.objects.order_by("pk")
    return list(rows.values_list("who", "operation", "layer", "status"))


def test_what_is_tried_on_the_cases_of_others_is_recorded(case, handler):
    item = f"/ogc/collections/cases/items/{case.code}"
    writer = Writer(handler)
    patch = {"properties": {"step": "closed"}}
    writer.send("PATCH", f"{item}?token=", patch, media=MERGE_PATCH, if_match="*")
    writer.send("DELETE", item, if_match="*")
    assert recorded() == [
        ("handler", "PATCH", "cases", 405),
        ("handler", "DELETE", "cases", 405),
    ]
    row = RefusedWrite.objects.order_by("pk").first()
    assert (row.target, row.key, BY_STEPS in row.reason) == (item, 0, True)
    steward = Client()
    steward.force_login(make_user("steward", Role.STEWARD))
    run = ImportRun.objects.create(
        layer="cases", state="committed", who="steward", change_id=case.opened_by_id
    )
    steward.post("/imports/", {"layer": "cases", "commit": True}, **JSON)
    steward.post(f"/imports/{run.pk}/undo", {}, **JSON)
    assert recorded()[2:] == [("steward", "POST", "cases", 403)] * 2
    assert BY_STEPS in RefusedWrite.objects.filter(target="/imports/").get().reason
    jobs.undo_committed.call(run.pk, "steward")
    assert recorded()[4:] == [("steward", "undo", "cases", 403)]
    case.refresh_from_db()
    assert case.valid.upper is None


def test_a_step_of_somebody_elses_case_is_recorded(case, handler):
    answer = handler.post(f"/grid/cases/{case.code}/act", {"action": "finish"})
    assert answer.status_code in (403, 404)
    assert recorded() == [("handler", "POST", "", answer.status_code)]
    assert RefusedWrite.objects.get().target == f"/grid/cases/{case.code}/act"


def test_a_key_is_recorded_with_its_number_and_never_its_text(client):
    key = key_of("街道系统", "parcels", may_write=False)
    items = "/ogc/collections/parcels/items"
    assert client.delete(f"{items}/X?token={key}").status_code == 403
    (row,) = RefusedWrite.objects.all()
    assert (row.who, row.layer, row.target) == ("街道系统", "parcels", f"{items}/X")
    assert row.key
    assert key not in str(RefusedWrite.objects.values())


def test_what_is_read_or_asked_by_nobody_or_fails_otherwise_is_not(client, case, handler):
    handler.get("/imports/")
    handler.get("/ogc/collections/none/items")
    client.delete(f"/ogc/collections/cases/items/{case.code}")
    client.delete("/ogc/collections/parcels/items/X", headers={"authorization": "Bearer x"})
    handler.post("/ogc/collections/parcels/items?f=none", "{", content_type="text/plain")
    assert [row[3] for row in recorded()] == [403]  # the last one is no reader's mistake


def test_long_and_strange_texts_are_cut(db):
    row = record_refused("甲" * 200, "PATCH", target="/x\x00" + "y" * 500, reason="因" * 500)
    row.refresh_from_db()
    assert (len(row.who), len(row.target), len(row.reason)) == (150, 300, 300)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE layers_refusedwrite SET who = 'nobody'",
        "DELETE FROM layers_refusedwrite",
        "TRUNCATE layers_refusedwrite",
    ],
)
def test_the_database_keeps_the_record(owner, statement):
    record_refused("甲", "PATCH")
    with (
        pytest.raises(Error, match="only ever added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert recorded() == [("甲", "PATCH", "", 403)]
