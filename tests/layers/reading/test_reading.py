"""What the database itself refuses, whatever the code above lets through."""

import psycopg2
import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.utils import ProgrammingError

from layers.access.access import ANONYMOUS, Caller, Grant
from layers.declarations.registry import layer_of
from layers.models import Consumer, LayerGrant
from layers.reading import revisions
from layers.reading.publish import drop_views_for, ensure_roles, sync_views
from layers.reading.reading import QueryTimeout, RoleMissing, ValueOutOfRange, read, stream
from layers.reading.shares import Share, share_of
from spatial.parcels.models import Parcel
from spatial.pipes.roles import PipeRole
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, square
from tests.running.databases import owner_rows

pytestmark = pytest.mark.django_db
DEPARTMENT = Caller("系统", grants=())


def parcels(caller=ANONYMOUS):
    return share_of(caller, layer_of("parcels"))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT right_holder FROM parcels_parcel",
        "SELECT code FROM parcels_parcel",
        'SELECT code FROM published."buildings"',
        'SELECT code FROM published."units"',
        "SELECT password FROM auth_user",
        "SELECT digest FROM layers_apikey",
        "SELECT who FROM versions_change",
        "DELETE FROM parcels_parcel",
        "CREATE TABLE leak (x int)",
    ],
)
def test_a_share_reads_its_own_view_and_nothing_else(sql):
    with pytest.raises((psycopg2.ProgrammingError, ProgrammingError)) as refused:
        read(parcels(), sql)
    assert "permission denied" in str(refused.value)


def test_the_bare_login_reads_revisions_only():
    assert read(None, "SELECT 1") == [(1,)]
    read(None, "SELECT register, number FROM published.revisions")


def test_a_field_left_out_of_a_grant_is_refused_by_the_database():
    caller = Caller("规划院", grants=(Grant("pipe-lines", frozenset({"network"})),), key=1)
    share = share_of(caller, layer_of("pipe-lines"))
    ensure_roles([share])
    read(share, f"SELECT network FROM {share.view}")
    with pytest.raises((psycopg2.ProgrammingError, ProgrammingError)):
        read(share, f"SELECT material FROM {share.view}")


def test_a_grant_of_districts_shows_their_rows_only(closed_parcels):
    rows = [("P1", "431382001001"), ("P2", "431382002001"), ("P3", "431382001002")]
    edits = [
        Edit(Action.OPEN, code, {"geom": square(n * 20), "district_code": district})
        for n, (code, district) in enumerate(rows)
    ]
    apply(change(moment(2020)), Parcel, edits)
    caller = Caller("街道", grants=(Grant("parcels", districts=("431382001",)),), key=1)
    share = parcels(caller)
    ensure_roles([share])
    assert read(share, f"SELECT code FROM {share.view} ORDER BY code") == [("P1",), ("P3",)]
    with stream(share, f"SELECT code FROM {share.view} ORDER BY code") as found:
        assert [code for (code,) in found] == ["P1", "P3"]
    with pytest.raises((psycopg2.ProgrammingError, ProgrammingError)):
        read(share, 'SELECT code FROM published."parcels"')


def test_time_and_values_are_bounded():
    with pytest.raises(QueryTimeout):
        read(parcels(), "SELECT pg_sleep(5)", timeout_ms=50)
    with pytest.raises(ValueOutOfRange):
        read(parcels(), "SELECT %s::int", [10**12])
    assert read(parcels(), "SELECT 1") == [(1,)]


def unmade():
    """A share whose role no cluster has: of fields that nobody was granted together."""
    fields = layer_of("parcels").fields
    return Share(layer_of("parcels"), (fields[0], fields[-1]))


def test_a_role_that_is_not_there_is_named():
    for _ in range(2):  # what was refused leaves nothing behind
        with pytest.raises(RoleMissing, match=f"{unmade().role}.*publish_layers"):
            read(unmade(), "SELECT 1")
    ensure_roles([unmade()])
    assert read(unmade(), "SELECT 1") == [(1,)]
    with pytest.raises(ValueOutOfRange):
        read(unmade(), "SELECT generate_series(1, 2, 0)")  # of the same class of errors


@pytest.mark.django_db(transaction=True)
def test_a_role_that_is_not_there_is_named_on_a_line_of_its_own():
    with pytest.raises(RoleMissing, match=unmade().role):
        read(unmade(), "SELECT 1")
    with (
        pytest.raises(RoleMissing, match=unmade().role),
        stream(unmade(), "SELECT 1") as rows,
    ):
        list(rows)


def test_the_role_does_not_outlive_its_query():
    read(parcels(), "SELECT 1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user = session_user")
        assert cursor.fetchone() == (True,)


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_a_login_without_rights_does_the_reading():
    who = read(parcels(), "SELECT session_user, current_user")[0]
    assert who == ("tujing_reader", parcels().role)
    assert read(None, "SELECT current_user")[0] == ("tujing_reader",)
    with pytest.raises(psycopg2.ProgrammingError):
        read(None, "SELECT code FROM published.parcels")
    with pytest.raises(QueryTimeout):
        read(parcels(), "SELECT pg_sleep(5)", timeout_ms=50)
    with stream(parcels(), "SELECT current_user FROM generate_series(1, 5000)") as rows:
        assert {user for (user,) in rows} == {parcels().role}


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_made_anew():
    (pid,) = read(None, "SELECT pg_backend_pid()")[0]
    owner_rows("SELECT pg_terminate_backend(%s)", pid)
    assert read(None, "SELECT pg_backend_pid()")[0] != (pid,)


def test_people_with_a_role_read_as_their_class(client):
    user = User.objects.create_user("pipes", password="x")
    user.groups.add(Group.objects.get_or_create(name=PipeRole.PIPES)[0])
    client.force_login(user)
    assert client.get("/ogc/collections/pipe-points/items").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_prepared_statement_is_planned_once_per_role_and_outlives_a_changed_view():
    sql = f"SELECT code FROM {parcels().view} WHERE code = %s AND code <> '50%%'"
    for _ in range(2):
        assert read(parcels(), sql, ["x"], prepared=True) == []
    count = read(None, "SELECT count(*) FROM pg_prepared_statements")[0][0]
    assert count == 1
    other = share_of(ANONYMOUS, layer_of("buildings"))
    with pytest.raises(psycopg2.ProgrammingError):
        read(other, sql, ["x"], prepared=True)
    read(parcels(), "SELECT 1 AS a", prepared=True)
    for number in range(250):
        read(parcels(), f"SELECT {number}", prepared=True)
    assert read(None, "SELECT count(*) FROM pg_prepared_statements")[0][0] <= 200


def test_a_view_made_anew_gives_granted_roles_their_rights_back(owner):
    consumer = Consumer.objects.create(name="规划院", organisation="规划院", is_department=False)
    LayerGrant.objects.create(
        consumer=consumer, layer="pipe-lines", fields=["network"], granted_by="测试"
    )
    caller = Caller(
        "规划院", is_department=False, grants=(Grant("pipe-lines", frozenset({"network"})),)
    )
    share = share_of(caller, layer_of("pipe-lines"))
    drop_views_for(["a migration"], "default")
    sync_views()
    assert read(share, f"SELECT network FROM {share.view}") == []


def test_a_revision_that_is_not_committed_is_remembered_by_nobody():
    before = revisions._Looked.at
    apply(change(moment(2020)), Parcel, [Edit(Action.OPEN, "P1", {"geom": square()})])
    assert revisions.revision(layer_of("parcels")) > 0
    assert revisions._Looked.at == before
