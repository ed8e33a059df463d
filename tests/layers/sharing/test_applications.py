"""Applications for data as a procedure: renewed, expired, withdrawn, decided by whom it concerns."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from grid.cases import clock_tasks
from layers.access.access import Caller
from layers.declarations.registry import layer_of
from layers.models import Consumer, LayerGrant
from layers.roles import Role
from layers.sharing import actions
from layers.sharing.actions import InvalidApplication, LayerPart
from layers.sharing.application_queries import application_of
from layers.sharing.applications import (
    APPLICANT,
    DATA_APPLICATION,
    KEEPER,
    actor_for,
)
from spatial.casework.actions import take
from spatial.casework.actors import CLOCK
from spatial.casework.consulting import consult
from spatial.casework.errors import CaseworkError, InvalidInput, NotResponsible
from spatial.casework.models import Matter, MatterCounter, MatterRequest, MatterStep
from spatial.casework.policies import can_see, can_take
from spatial.casework.queries import visible_matters, waiting_for
from spatial.outbox.models import NoticeDelivery
from spatial.pipes.roles import PipeRole
from spatial.workflow import RoleNotAllowed, WrongState
from tests.layers.sharing.applied import applied_for
from tests.town import make_user

pytestmark = pytest.mark.django_db
PIPES = LayerPart("pipe-lines", ("network",))
KEEPS = Caller("keeper", frozenset({"燃气"}))
ENGINEER = Caller("engineer", frozenset({PipeRole.PIPES}))
OTHER = Caller("other", frozenset({"住房"}))
GROUPS = Caller("steward", frozenset({Role.STEWARD}))
ADMIN = Caller("root", is_admin=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Roles of the database are not made: nothing reads here."""
    monkeypatch.setattr("layers.sharing.grants.ensure_roles", lambda _shares: None)


@pytest.fixture
def consumer():
    return Consumer.objects.create(name="调度", organisation="燃气", kept_by=make_user("keeper"))


def applied(consumer, **more):
    terms = {"purpose": "抢修", "legal_basis": "条例", **more}
    return actions.apply_for_layer(KEEPS, consumer, PIPES, **terms)


def granted(consumer, **more):
    return actions.decide_application(
        ENGINEER, applied(consumer), granted=True, answer="可", **more
    )


def step_of(application):
    return Matter.objects.current().get(code=application.code).step


def acts(code):
    return list(MatterStep.objects.filter(matter_code=code).values_list("action", flat=True))


def test_it_is_examined_and_granted_in_two_hands(consumer):
    asked = applied(consumer)
    matter = Matter.objects.current().get(code=asked.code)
    assert (matter.title, matter.department) == ("调度：管线", layer_of("pipe-lines").steward)
    take(DATA_APPLICATION, actor_for(ENGINEER), asked.code, "examine")
    done = actions.decide_application(GROUPS, asked, granted=True, answer="可")
    assert acts(asked.code) == ["apply", "examine", "grant"]
    assert (done.title, done.grant.conditions) == ("已批准", "可")


def test_a_grant_ends_on_its_day_and_is_renewed_on_request(consumer):
    soon = timezone.now() + timedelta(hours=1)
    first = granted(consumer, until=soon)
    assert actions.expire_applications() == 0
    assert actions.expire_applications(soon + timedelta(seconds=1)) == 1
    assert step_of(first) == "expired"
    assert LayerGrant.objects.get().withdrawn_by == "系统"
    keeper, engineer = actor_for(KEEPS), actor_for(ENGINEER)
    with pytest.raises(InvalidInput, match="没有待审批的续期申请"):
        take(DATA_APPLICATION, engineer, first.code, "renew")
    past = {"until": timezone.now() - timedelta(days=1), "reason": "续"}
    with pytest.raises(InvalidInput, match="已经过去"):
        take(DATA_APPLICATION, keeper, first.code, "ask_renewal", past)
    later = (timezone.now() + timedelta(days=300)).replace(microsecond=0)
    wanted = {"until": later, "reason": "系统仍在用"}
    take(DATA_APPLICATION, keeper, first.code, "ask_renewal", wanted)
    take(DATA_APPLICATION, engineer, first.code, "renew", {"note": "续一年"})
    grant = LayerGrant.objects.get(withdrawn_at=None)
    assert (grant.until, grant.fields, grant.conditions) == (later, ["network"], "续一年")
    matter = Matter.objects.current().get(code=first.code)
    assert (matter.step, matter.ends_at, matter.values["grant"]) == ("granted", later, grant.pk)
    assert MatterRequest.objects.get().granted is True


def test_the_office_of_the_layer_hears_of_a_renewal_as_the_stewards_do(consumer):
    make_user("engineer", PipeRole.PIPES)
    make_user("steward", Role.STEWARD)
    first = granted(consumer)
    wanted = {"until": timezone.now() + timedelta(days=300), "reason": "续"}
    take(DATA_APPLICATION, actor_for(KEEPS), first.code, "ask_renewal", wanted)
    told = NoticeDelivery.objects.filter(notice__topic="matter-asked", channel="inbox")
    assert set(told.values_list("recipient", flat=True)) == {"engineer", "steward"}


def test_a_renewal_may_be_denied_and_lapses_with_the_grant(consumer):
    first = granted(consumer)
    wanted = {"until": timezone.now() + timedelta(days=300), "reason": "续"}
    take(DATA_APPLICATION, actor_for(KEEPS), first.code, "ask_renewal", wanted)
    take(DATA_APPLICATION, actor_for(ENGINEER), first.code, "deny_renewal", {"reason": "停用"})
    take(DATA_APPLICATION, actor_for(KEEPS), first.code, "ask_renewal", wanted)
    actions.withdraw_grant(ENGINEER, LayerGrant.objects.get(), why="停用")
    assert step_of(first) == "withdrawn"
    assert application_of(Matter.objects.current().get(code=first.code)).answer == "停用"
    assert [one.granted for one in MatterRequest.objects.order_by("pk")] == [False, False]
    assert LayerGrant.objects.get().withdrawn_by == "engineer"


def test_a_wider_grant_takes_the_place_of_the_first(consumer):
    first = granted(consumer)
    second = granted(consumer, part=LayerPart("pipe-lines", ("network", "material")))
    assert (step_of(first), step_of(second)) == ("withdrawn", "granted")
    assert LayerGrant.objects.get(withdrawn_at=None).pk == second.grant.pk


def test_what_a_department_was_asked_holds_no_end_of_a_grant_up(consumer):
    soon = timezone.now() + timedelta(hours=1)
    first = granted(consumer, until=soon)
    consult(DATA_APPLICATION, actor_for(ENGINEER), first.code, ["水利局"], "是否仍须使用")
    assert actions.expire_applications(soon + timedelta(seconds=1)) == 1
    assert step_of(first) == "expired"


def test_the_clock_ends_grants_and_records_silence():
    assert {"applications", "silence"} <= clock_tasks._duties.keys()


def test_nothing_is_granted_where_the_step_fails(consumer, monkeypatch):
    asked = applied(consumer)

    def fails(*_args, **_named):
        raise InvalidInput("x")

    monkeypatch.setattr("layers.sharing.applications.record_act", fails)
    with pytest.raises(InvalidInput):
        actions.decide_application(ENGINEER, asked, granted=True, answer="")
    assert not LayerGrant.objects.exists()
    assert step_of(asked) == "applied"


@pytest.mark.parametrize("name", ["applied", "examined", "granted", "expired", "refused"])
def test_what_is_offered_is_not_refused(consumer, name):
    """Every action of the table by every party in every state, against what ``can_take`` says."""
    asked = granted(consumer) if name in ("granted", "expired") else applied(consumer)
    way = {
        "examined": [(ENGINEER, "examine", {})],
        "refused": [(ENGINEER, "refuse", {"reason": "x"})],
    }.get(name, [])
    for who, action, given in way:
        take(DATA_APPLICATION, actor_for(who), asked.code, action, given)
    if name == "expired":
        take(DATA_APPLICATION, CLOCK, asked.code, "expire")
    given = {"reason": "因", "note": "注", "because": "代", "assignee": "engineer"}
    given |= {"until": timezone.now() + timedelta(days=9)}
    for who in (KEEPS, ENGINEER, OTHER, GROUPS):
        actor = actor_for(who)
        for row in DATA_APPLICATION.workflow.transitions:
            matter = Matter.objects.current().get(code=asked.code)
            offered = can_take(
                DATA_APPLICATION, DATA_APPLICATION.situation(matter, timezone.now()), actor, row
            )
            assert is_taken(actor, asked.code, row.action, given) is bool(offered), (
                who.name,
                row.action,
            )


def is_taken(actor, code, action, given):
    """Whether an action is taken; nothing of it stays."""
    try:
        with transaction.atomic():
            take(DATA_APPLICATION, actor, code, action, given)
            transaction.set_rollback(True)
    except (CaseworkError, RoleNotAllowed, WrongState):
        return False
    return True


def test_whose_an_application_is(consumer):
    asked = applied(consumer)
    matter = Matter.objects.current().get(code=asked.code)
    seen = {KEEPS: True, ENGINEER: True, OTHER: False, GROUPS: True, ADMIN: True, Caller(): False}
    for who, is_seen in seen.items():
        actor = actor_for(who)
        assert visible_matters(DATA_APPLICATION, actor).exists() is is_seen, who.name
        assert can_see(DATA_APPLICATION, matter, actor) is is_seen, who.name
        waits = who in (ENGINEER, GROUPS, ADMIN)
        assert waiting_for(DATA_APPLICATION, actor).exists() is waits, who.name
    assert KEEPER not in actor_for(KEEPS).roles
    assert APPLICANT not in actor_for(Caller("调度", key=3)).roles


def test_the_office_that_delivers_the_layer_hears_of_it(consumer):
    matter = Matter.objects.current().get(code=applied(consumer).code)

    def told():
        return DATA_APPLICATION.policy.recipients(matter, KEEPER, timezone.now())

    make_user("steward", Role.STEWARD)
    assert told() == ("steward",)
    make_user("engineer", PipeRole.PIPES)
    assert told() == ("engineer",)


def test_it_is_given_to_one_of_the_office_by_name(consumer):
    asked = applied(consumer)
    steward = actor_for(GROUPS)
    take(DATA_APPLICATION, steward, asked.code, "reassign", {"reason": "专人", "assignee": "wang"})
    with pytest.raises(NotResponsible, match="须由wang办理"):
        take(DATA_APPLICATION, actor_for(ENGINEER), asked.code, "examine")
    assert not waiting_for(DATA_APPLICATION, actor_for(ENGINEER)).exists()


def test_a_layer_that_is_gone_opens_nothing(consumer):
    gone = applied_for(consumer, "gone", "keeper")
    with pytest.raises(InvalidInput, match="没有图层“gone”"):
        take(DATA_APPLICATION, actor_for(GROUPS), gone.code, "grant")
    with pytest.raises(InvalidApplication, match="过长"):
        applied(consumer, purpose="长" * 501)


# --- rows of the table that applications had before

ROWS = (
    # layer, state, decided_by, answer
    ("pipe-lines", "asked", "", ""),
    ("parcels", "granted", "steward", "限办件"),
    ("units", "granted", "steward", ""),  # withdrawn since
    ("roads", "refused", "steward", "用途不明"),
    ("water", "taken_back", "", ""),
)


@pytest.mark.slow(reason="the state of every migration is read")
def test_applications_of_an_earlier_release_become_matters_and_come_back(owner, consumer):
    module = import_module("layers.migrations.0011_applications_are_matters")
    move, drop = module.Migration.operations
    loader = MigrationLoader(connection)
    before = loader.project_state(("layers", "0010_recorded_at"))
    after = loader.project_state(("layers", "0011_applications_are_matters"))
    now = timezone.now().replace(microsecond=0)  # versions keep milliseconds
    grants = {
        name: LayerGrant.objects.create(consumer=consumer, layer=name, granted_by="steward", **more)
        for name, more in {
            "parcels": {"until": now + timedelta(days=30)},
            "units": {"withdrawn_at": now, "withdrawn_by": "steward"},
        }.items()
    }
    with connection.schema_editor(atomic=False) as editor:
        drop.database_backwards("layers", editor, after, before)
        old = before.apps.get_model("layers", "Application")
        for layer, state, by, answer in ROWS:
            decided = now if state != "asked" else None
            row = old.objects.create(
                consumer_id=consumer.pk, layer=layer, fields=["a"], purpose="抢修", legal_basis="条例",
                asked_by="keeper", state=state, decided_by=by, decided_at=decided, answer=answer,
                until=now + timedelta(days=90), grant_id=getattr(grants.get(layer), "pk", None),
            )  # fmt: skip
            old.objects.filter(pk=row.pk).update(asked_at=now - timedelta(days=2))
        kept = list(old.objects.order_by("id").values())
        move.database_forwards("layers", editor, before, before)
        seen = Matter.objects.current().filter(procedure=DATA_APPLICATION.id).order_by("code")
        assert [m.step for m in seen] == [
            "applied",
            "granted",
            "withdrawn",
            "refused",
            "taken_back",
        ]
        assert [acts(m.code)[1:] for m in seen] == [
            [],
            ["grant"],
            ["grant", "withdraw"],
            ["refuse"],
            ["take_back"],
        ]
        assert seen[1].ends_at == grants["parcels"].until
        assert [int(m.code[-4:]) for m in seen] == [1, 2, 3, 4, 5]
        assert MatterCounter.objects.get(procedure=DATA_APPLICATION.id).number == 5
        decided = actions.decide_application(
            GROUPS, actions.application_of(seen[0]), granted=False, answer="不符"
        )
        assert decided.until == now + timedelta(days=90)
        old.objects.all().delete()
        move.database_backwards("layers", editor, before, before)
        back = list(old.objects.order_by("id").values())
        kept[0] |= {"state": "refused", "decided_by": "steward", "answer": "不符"}
        for one, other in zip(back, kept, strict=True):
            differs = {n for n in one if one[n] != other[n]} - {"id"}
            assert differs <= ({"decided_at"} if other is kept[0] else set())
        assert not Matter.objects.filter(procedure=DATA_APPLICATION.id).exists()
        drop.database_forwards("layers", editor, before, after)
