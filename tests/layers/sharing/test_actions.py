"""Keys, grants and applications: who may, what they open, and that they end at once."""

import time
from datetime import timedelta

import psycopg2
import pytest
from django.db import connection
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone

from grid.roles import GridRole
from layers.access.access import ANONYMOUS, Caller
from layers.declarations.registry import layer_of
from layers.models import ApiKey, LayerGrant
from layers.reading.connections import PRIMARY, connect
from layers.reading.publish import SCHEMA, sync_views
from layers.reading.reading import read
from layers.reading.revisions import KEYS
from layers.reading.shares import share_of
from layers.roles import Role
from layers.sharing import actions
from layers.sharing.actions import Application, InvalidApplication, LayerPart, NotSteward
from layers.sharing.grants import keys_changed
from layers.sharing.keys import InvalidKey, caller_of_consumer, caller_with
from spatial.casework.errors import InvalidInput
from spatial.hazards.roles import HazardRole
from spatial.parcels.models import Parcel
from spatial.parcels.roles import LandRole
from spatial.pipes.models import PipeLine
from spatial.pipes.roles import PipeRole
from spatial.planning.roles import PlanningRole
from tests.factories import open_feature, square
from tests.layers.declared import CLOSED, redeclared
from tests.town import make_user

pytestmark = pytest.mark.django_db
IN_FORCE_S = 0.2


def caller_named(name: str, *roles: Role, admin: bool = False) -> Caller:
    """A signed-in person, whose account is made."""
    make_user(name, *roles)
    return Caller(name, frozenset(roles), is_admin=admin)


@pytest.fixture
def steward(db) -> Caller:
    return caller_named("steward", Role.STEWARD)


@pytest.fixture
def keeper(db) -> Caller:
    return caller_named("keeper")


def consumer_of(by: Caller, name: str = "燃气调度系统", *, department: bool = False):
    found = actions.register_consumer(by, name=name, organisation="燃气公司")
    found.is_department = department
    found.save()
    return found


def client_with(text: str) -> Client:
    return Client(headers={"authorization": f"Bearer {text}"})


def status(client: Client, layer_id: str = "pipe-lines") -> int:
    return client.get(f"/ogc/collections/{layer_id}/items").status_code


def test_a_key_is_shown_once_and_kept_as_a_digest(keeper):
    key, text = actions.issue_key(keeper, consumer_of(keeper))
    assert len(text) >= 43
    kept = [str(value) for value in ApiKey.objects.values_list().get(pk=key.pk)]
    assert not any(text in value for value in kept)
    assert caller_with(text).name == "燃气调度系统"


def test_a_key_ends_when_it_expires(keeper):
    consumer = consumer_of(keeper)
    with pytest.raises(InvalidApplication):
        actions.issue_key(keeper, consumer, expires_at=timezone.now())
    key, text = actions.issue_key(keeper, consumer, expires_at=timezone.now() + timedelta(days=1))
    assert caller_with(text).key == key.pk
    ApiKey.objects.update(expires_at=timezone.now())
    keys_changed()
    with pytest.raises(InvalidKey):
        caller_with(text)


def test_a_rotated_key_works_beside_its_successor_for_the_overlap(keeper):
    lifetime = timedelta(days=90)
    old, before = actions.issue_key(
        keeper, consumer_of(keeper), expires_at=timezone.now() + lifetime
    )
    new, after = actions.rotate_key(keeper, old, overlap=timedelta(hours=1))
    assert caller_with(before).name == caller_with(after).name
    assert abs(new.expires_at - timezone.now() - lifetime) < timedelta(minutes=1)
    actions.rotate_key(keeper, new, overlap=timedelta(0))
    with pytest.raises(InvalidKey):
        caller_with(after)
    with pytest.raises(InvalidApplication):
        actions.rotate_key(keeper, new)


def test_nobody_but_the_keeper_and_stewards_has_a_consumers_keys(keeper, steward):
    consumer = consumer_of(keeper)
    key, text = actions.issue_key(keeper, consumer)
    system = caller_with(text)
    for stranger in (caller_named("stranger", PlanningRole.PLANNER), ANONYMOUS, system):
        for attempt in (
            lambda by=stranger: actions.issue_key(by, consumer),
            lambda by=stranger: actions.rotate_key(by, key),
            lambda by=stranger: actions.revoke_key(by, key),
        ):
            with pytest.raises(NotSteward):
                attempt()
    for nobody in (ANONYMOUS, system):
        with pytest.raises(NotSteward):
            consumer_of(nobody, "另一个")
    actions.revoke_key(steward, key)
    assert ApiKey.objects.get().revoked_by == "steward"


def test_two_systems_cannot_have_one_name(keeper):
    consumer_of(keeper)
    with pytest.raises(InvalidApplication, match="燃气调度系统"):
        consumer_of(keeper)


@pytest.mark.django_db(transaction=True)
def test_a_revocation_elsewhere_holds_here_within_two_tenths_of_a_second():
    keeper = caller_named("keeper")
    key, text = actions.issue_key(keeper, consumer_of(keeper, department=True))
    client = client_with(text)
    assert status(client, "parcels") == 200
    with connect_as_owner() as elsewhere, elsewhere.cursor() as cursor:
        cursor.execute("UPDATE layers_apikey SET revoked_at = now() WHERE id = %s", [key.pk])
        cursor.execute(
            "INSERT INTO versions_revision AS r (register, number) VALUES (%s, 1)"
            " ON CONFLICT (register) DO UPDATE SET number = r.number + 1",
            [KEYS],
        )
    since = time.monotonic()
    while status(client, "parcels") != 401:
        assert time.monotonic() - since < IN_FORCE_S


def connect_as_owner():
    """Another process's connection."""
    connection.ensure_connection()
    return psycopg2.connect(connection.connection.dsn)


@pytest.mark.slow(reason="roles of the database are made")
def test_a_grant_opens_what_it_names_and_the_database_refuses_the_rest(keeper, steward, town):
    consumer = consumer_of(keeper)
    client = client_with(actions.issue_key(keeper, consumer)[1])
    assert status(client) == 404
    actions.grant_layer(steward, consumer, LayerPart("pipe-lines", ("network",)))
    feature = client.get("/ogc/collections/pipe-lines/items").json()["features"][0]
    assert set(feature["properties"]) == {"code", "network", "valid_from", "valid_to"}
    share = share_of(caller_of_consumer(consumer), layer_of("pipe-lines"))
    assert read(share, f"SELECT network FROM {share.view}") == [("JS",)]
    with pytest.raises(ProgrammingError, match="permission denied"):
        read(share, f"SELECT material FROM {share.view}")


@pytest.mark.django_db(transaction=True)
def test_the_role_of_a_grant_reads_its_columns_only_on_a_line_of_its_own(closed_parcels):
    keeper, steward = caller_named("keeper"), caller_named("steward", Role.STEWARD)
    consumer = consumer_of(keeper)
    actions.grant_layer(steward, consumer, LayerPart("parcels", ("land_use",), ("431382001",)))
    share = share_of(caller_of_consumer(consumer), layer_of("parcels"))
    line = connect(PRIMARY)
    with line.cursor() as cursor:
        cursor.execute(f"SET ROLE \"{share.role}\"; SET tujing.districts = '431382001'")
        cursor.execute(f"SELECT land_use FROM {share.view}")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("SELECT right_holder FROM parcels_parcel")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute('SELECT code FROM published."parcels"')
    line.close()


def test_a_grant_of_districts_shows_their_features_only(closed_parcels, keeper, steward):
    for number, district in enumerate(("431382001001", "431382002001")):
        open_feature(Parcel, f"P{number}", geom=square(number * 20), district_code=district)
    consumer = consumer_of(keeper, department=True)
    actions.grant_layer(steward, consumer, LayerPart("parcels", districts=("431382002",)))
    client = client_with(actions.issue_key(keeper, consumer)[1])
    page = client.get("/ogc/collections/parcels/items").json()
    assert [f["id"] for f in page["features"]] == ["P1"]
    assert page["numberMatched"] == 1


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (LayerPart("nothing"), "没有图层"),
        (LayerPart("rights"), "没有图层"),
        (LayerPart("parcels", ("right_holder",)), "right_holder"),
        (LayerPart("parcels", ("nothing",)), "nothing"),
        (LayerPart("parcels", districts=("431382%",)), "431382%"),
        (LayerPart("parcels", districts=("4313",)), "4313"),
        (LayerPart("parcels", districts=("440106",)), "440106.*本市"),
    ],
)
def test_what_a_layer_does_not_share_cannot_be_granted(keeper, steward, part, said):
    with pytest.raises(InvalidApplication, match=said):
        actions.grant_layer(steward, consumer_of(keeper), part)


def test_a_layer_without_a_place_cannot_be_granted_by_district(keeper, steward):
    part = LayerPart("storeys", districts=("431382001",))
    with redeclared("storeys", **CLOSED), pytest.raises(InvalidApplication, match="空间位置"):
        actions.grant_layer(steward, consumer_of(keeper), part)


def test_a_new_grant_takes_the_place_of_the_old_one(keeper, steward):
    consumer = consumer_of(keeper)
    actions.grant_layer(steward, consumer, LayerPart("pipe-lines", ("network",)))
    actions.grant_layer(
        steward, consumer, LayerPart("pipe-lines", ("material",)), conditions="只读"
    )
    assert LayerGrant.objects.filter(withdrawn_at=None).get().fields == ["material"]
    assert LayerGrant.objects.count() == 2


def test_a_withdrawn_grant_opens_nothing(keeper, steward, town):
    consumer = consumer_of(keeper)
    client = client_with(actions.issue_key(keeper, consumer)[1])
    grant = actions.grant_layer(steward, consumer, LayerPart("pipe-lines"))
    assert status(client) == 200
    with pytest.raises(NotSteward):
        actions.withdraw_grant(keeper, grant, why="停用")
    actions.withdraw_grant(steward, grant, why="停用")
    assert status(client) == 404


def test_the_office_that_has_a_layer_decides_on_it_and_on_no_other(keeper):
    pipes = caller_named("pipes", PipeRole.PIPES)
    consumer = consumer_of(keeper)
    actions.grant_layer(pipes, consumer, LayerPart("pipe-lines"))
    for by, layer_id in ((pipes, "cases"), (keeper, "pipe-lines")):
        with pytest.raises(NotSteward):
            actions.grant_layer(by, consumer, LayerPart(layer_id))


def test_whom_a_layer_was_granted_to_decides_nothing_of_it(keeper, steward):
    consumer = consumer_of(keeper)
    for role, layer_id in (
        (GridRole.HANDLER, "cases"),
        (GridRole.DISPATCHER, "pipe-lines"),
        (HazardRole.HAZARD, "terrain-sheets"),
        (LandRole.LAND, "units"),
    ):
        with pytest.raises(NotSteward):
            actions.grant_layer(caller_named(f"r-{layer_id}", role), consumer, LayerPart(layer_id))
    actions.grant_layer(steward, consumer, LayerPart("cases"))
    with pytest.raises(InvalidApplication, match="步骤"):
        actions.grant_layer(steward, consumer, LayerPart("cases"), may_write=True)


def test_who_does_not_write_a_layer_lets_nobody_write_it(keeper, steward):
    consumer, lands = consumer_of(keeper), caller_named("lands", LandRole.LAND)
    sheets = LayerPart("terrain-sheets")
    with pytest.raises(NotSteward, match="写入"):  # it delivers them, and decides who reads them
        actions.grant_layer(lands, consumer, sheets, may_write=True)
    assert not actions.grant_layer(lands, consumer, sheets).may_write
    assert actions.grant_layer(lands, consumer, LayerPart("parcels"), may_write=True).may_write
    assert actions.grant_layer(steward, consumer, sheets, may_write=True).may_write


def test_grants_survive_that_the_views_are_made_anew(owner, keeper, steward, town):
    consumer = consumer_of(keeper)
    client = client_with(actions.issue_key(keeper, consumer)[1])
    actions.grant_layer(steward, consumer, LayerPart("pipe-lines", ("network",)))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    sync_views()
    assert status(client) == 200


def application(keeper, consumer, part=None, **more) -> Application:
    asked = {"purpose": "调度抢修", "legal_basis": "城镇燃气管理条例第三十七条", **more}
    return actions.apply_for_layer(keeper, consumer, part or LayerPart("pipe-lines"), **asked)


@pytest.mark.slow(reason="a role of the database is made")
def test_an_application_that_is_granted_opens_the_layer(keeper, steward, town):
    consumer = consumer_of(keeper)
    client = client_with(actions.issue_key(keeper, consumer)[1])
    asked = application(keeper, consumer, LayerPart("pipe-lines", ("network", "material")))
    assert status(client) == 404
    with pytest.raises(InvalidApplication, match="待审批"):
        application(keeper, consumer)
    narrower = LayerPart("pipe-lines", ("network",))
    decided = actions.decide_application(
        steward, asked, granted=True, answer="限调度使用", part=narrower
    )
    assert status(client) == 200
    assert (decided.state, decided.decided_by) == ("granted", "steward")
    assert (decided.grant.fields, decided.grant.conditions) == (["network"], "限调度使用")
    with pytest.raises(InvalidApplication, match="已批准"):
        actions.decide_application(steward, asked, granted=False, answer="晚了")


def test_nothing_chosen_is_not_more_than_was_asked_for(keeper, steward, town):
    """A form without a tick would grant every field to whoever applied for one."""
    asked = application(keeper, consumer_of(keeper), LayerPart("pipe-lines", ("network",)))
    with pytest.raises(InvalidInput, match="选择要批准的字段"):
        actions.decide_application(
            steward, asked, granted=True, answer="", part=LayerPart("pipe-lines")
        )
    assert not LayerGrant.objects.exists()


def test_a_refusal_says_why_and_opens_nothing(keeper, steward, town):
    consumer = consumer_of(keeper)
    asked = application(keeper, consumer)
    with pytest.raises(InvalidApplication, match="理由"):
        actions.decide_application(steward, asked, granted=False, answer=" ")
    with pytest.raises(NotSteward):
        actions.decide_application(keeper, asked, granted=True, answer="自己批")
    actions.decide_application(steward, asked, granted=False, answer="用途不明")
    assert not LayerGrant.objects.exists()
    assert application(keeper, consumer).state == "applied"


def test_who_applied_may_take_it_back(keeper, steward):
    asked = application(keeper, consumer_of(keeper))
    with pytest.raises(NotSteward):
        actions.take_back_application(caller_named("stranger"), asked)
    assert actions.take_back_application(keeper, asked).state == "taken_back"
    with pytest.raises(InvalidApplication, match="已撤回"):
        actions.decide_application(steward, asked, granted=True, answer="")


@pytest.mark.parametrize(
    ("part", "more"),
    [
        (LayerPart("rights"), {}),
        (LayerPart("nothing"), {}),
        (LayerPart("pipe-lines"), {"purpose": ""}),
        (LayerPart("pipe-lines"), {"legal_basis": " "}),
        (LayerPart("pipe-lines", ("nothing",)), {}),
    ],
)
def test_an_application_must_say_what_and_why(keeper, part, more):
    with pytest.raises(InvalidApplication):
        application(keeper, consumer_of(keeper), part, **more)


def test_a_layer_taken_off_is_absent_at_once_and_comes_back(client, keeper, steward, town):
    admin = caller_named("root", admin=True)
    assert status(client, "buildings") == 200
    with pytest.raises(NotSteward):
        actions.set_published(keeper, "buildings", published=False, why="质量问题")
    with pytest.raises(InvalidApplication, match="事由"):
        actions.set_published(steward, "buildings", published=False, why="")
    actions.set_published(steward, "buildings", published=False, why="质量问题")
    assert status(client, "buildings") == 404
    tile = "/ogc/collections/buildings/tiles/WebMercatorQuad/14/0/0"
    assert client.get(tile).status_code == 404
    for url in ("/ogc/collections?f=json", "/ogc/openapi?f=json"):
        assert "buildings" not in client.get(url).content.decode()
    assert "没有找到" in client.get("/search?q=示范楼").content.decode()
    assert share_of(admin, layer_of("buildings")) is None
    with pytest.raises(InvalidApplication, match="没有图层"):
        actions.grant_layer(steward, consumer_of(keeper), LayerPart("buildings"))
    with pytest.raises(InvalidApplication, match="已停止发布"):
        actions.set_published(steward, "buildings", published=False, why="再次")
    actions.set_published(steward, "buildings", published=True, why="已更正")
    assert status(client, "buildings") == 200


@pytest.mark.django_db(transaction=True)
def test_a_layer_taken_off_elsewhere_is_absent_here_within_two_tenths_of_a_second(client):
    assert status(client, "parcels") == 200
    with connect_as_owner() as elsewhere, elsewhere.cursor() as cursor:
        cursor.execute(
            "INSERT INTO layers_layerstate (layer, is_published, who, why)"
            " VALUES ('parcels', false, 'steward', '质量问题')"
        )
        cursor.execute(
            "INSERT INTO versions_revision AS r (register, number) VALUES (%s, 1)"
            " ON CONFLICT (register) DO UPDATE SET number = r.number + 1",
            [KEYS],
        )
    time.sleep(0.11)
    assert status(client, "parcels") == 404


def test_the_terms_of_a_consumer_are_the_stewards(keeper, steward):
    open_feature(PipeLine, "L1", geom=square().boundary, network="JS")
    consumer = consumer_of(keeper)
    with pytest.raises(NotSteward):
        actions.set_terms(keeper, consumer, is_department=True, per_minute=9)
    with pytest.raises(InvalidApplication):
        actions.set_terms(steward, consumer, is_department=True, per_minute=0)
    _key, text = actions.issue_key(keeper, consumer)
    assert not caller_with(text).is_department
    actions.set_terms(steward, consumer, is_department=True, per_minute=9)
    found = caller_with(text)
    assert (found.is_department, found.per_minute) == (True, 9)
