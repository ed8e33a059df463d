"""Applications for data as a procedure of the engine of office work.

A consumer's keeper applies for a layer, the layer's steward examines and grants or refuses; a
grant ends on its day, is renewed on request, or is withdrawn. What is granted is a
``LayerGrant``, made and ended in the same transaction as the step.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from layers.access.access import Caller, Sharing, may_decide, may_maintain
from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers, layer_named
from layers.models import Consumer, LayerGrant
from layers.roles import Role
from layers.sharing.acts import record_act
from layers.sharing.grants import LayerPart, end_grants, grant_layer
from spatial.audit.models import Kind
from spatial.casework.actions import answer_request, take
from spatial.casework.actors import Actor
from spatial.casework.acts import Act, Effect
from spatial.casework.errors import InvalidInput
from spatial.casework.idempotency import text_of
from spatial.casework.models import Matter
from spatial.casework.procedures import Policy, Procedure, RequestKind
from spatial.casework.roles import SYSTEM
from spatial.casework.ways_out import with_ways_out
from spatial.parties.queries import holders_of
from spatial.workflow import Title, Transition, Workflow

# Parties that no group stands for: who keeps a consumer, whose office delivers the layer.
APPLICANT, KEEPER = "申请单位", "数据责任单位"
STEWARD = Role.STEWARD.value
DECIDERS = frozenset({KEEPER, STEWARD})
MAX_PURPOSE, MAX_BASIS, MAX_ANSWER = 500, 300, 500
RENEWAL = "renewal"
STATES = {
    "applied": Title("待审批", "Waiting for a decision"),
    "examined": Title("已审查", "Examined"),
    "granted": Title("已批准", "Granted"),
    "refused": Title("未批准", "Refused"),
    "expired": Title("已到期", "Expired"),
    "withdrawn": Title("已收回", "Withdrawn"),
    "taken_back": Title("已撤回", "Taken back"),
}
OPEN = ("applied", "examined")
GIVEN = ("granted", "expired")
TITLES = {"reason": Title("理由", "Reason"), "until": Title("使用至", "Until")}


def _row(
    action: str,
    title: str,
    sources: tuple[str, ...],
    target: str,
    roles: frozenset[str],
    *needs: str,
) -> Transition:
    return Transition(action, title, sources, target, roles, needs, TITLES)


_TABLE = with_ways_out(
    Workflow(
        STATES,
        (
            _row("apply", Title("申请使用", "Apply"), (), "applied", frozenset({APPLICANT})),
            _row("examine", Title("审查通过", "Examined"), ("applied",), "examined", DECIDERS),
            _row("grant", Title("批准", "Grant"), OPEN, "granted", DECIDERS),
            _row("refuse", Title("不批准", "Refuse"), OPEN, "refused", DECIDERS, "reason"),
            _row(
                "take_back",
                Title("撤回申请", "Take the application back"),
                OPEN,
                "taken_back",
                frozenset({APPLICANT, STEWARD}),
            ),
            _row(
                "ask_renewal",
                Title("申请续期", "Ask for renewal"),
                GIVEN,
                "",
                frozenset({APPLICANT}),
                "until",
                "reason",
            ),
            _row("renew", Title("准予续期", "Renew"), GIVEN, "granted", DECIDERS),
            _row(
                "deny_renewal",
                Title("不予续期", "Refuse the renewal"),
                GIVEN,
                "",
                DECIDERS,
                "reason",
            ),
            _row(
                "withdraw",
                Title("收回授权", "Withdraw the grant"),
                ("granted",),
                "withdrawn",
                DECIDERS,
                "reason",
            ),
        ),
    ),
    senders={
        "applied": ("applied", frozenset({APPLICANT})),
        "examined": ("applied", DECIDERS),
    },
    superiors=frozenset({STEWARD}),
    everybody=DECIDERS | {APPLICANT},
)
# The clock's alone: nobody ends a grant early in its name.
_EXPIRY = _row("expire", Title("授权到期", "Expired"), ("granted",), "expired", frozenset({SYSTEM}))


def actor_for(caller: Caller) -> Actor:
    """Somebody as a party to applications; an administrator is a data steward here."""
    roles = set(caller.roles)
    if not caller.is_anonymous and not caller.key:
        roles.add(APPLICANT)
    if caller.is_admin:
        roles.add(STEWARD)
    if any(may_decide(caller, layer) for layer in all_layers()):
        roles.add(KEEPER)
    return Actor(caller.name, frozenset(roles))


def caller_for(actor: Actor) -> Caller:
    """The caller whose rights decide of a layer."""
    return Caller(actor.name, actor.roles)


def decider(actor: Actor) -> Caller:
    """Whoever takes a decision, with the rights of those whose deputy this one is."""
    return Caller(actor.name, actor.all_roles)


def decidable(actor: Actor) -> list[Layer]:
    """The layers on whose applications somebody decides."""
    caller = caller_for(actor)
    return [layer for layer in all_layers() if may_decide(caller, layer)]


class ApplicationPolicy(Policy):
    """An application is its consumer's keeper's, and of those who decide on the layer."""

    applicant_roles = frozenset({APPLICANT})

    def holds(self, matter: Matter, actor: Actor, role: str) -> bool:
        """Whether an application is this one's in that role."""
        if role == APPLICANT:
            return _keeps(actor, matter)
        if role == KEEPER:
            layer = layer_named(matter.values["layer"])
            is_theirs = layer is not None and may_decide(caller_for(actor), layer)
            return is_theirs and matter.assignee in ("", actor.name)
        return role == STEWARD or super().holds(matter, actor, role)

    def held(self, actor: Actor, role: str) -> Q:
        """The same in SQL."""
        if role == APPLICANT:
            return self._kept(actor)
        if role == KEEPER:
            return self._decided(actor) & Q(assignee__in=["", actor.name])
        return Q() if role == STEWARD else super().held(actor, role)

    def whose(self, matter: Matter, transition: Transition) -> str:
        """Who should take an action."""
        if APPLICANT in transition.roles:
            return matter.applicant
        return matter.assignee or matter.department or KEEPER

    def recipients(self, matter: Matter, role: str, at: datetime) -> tuple[str, ...]:
        """Who hears of an application: the office that delivers the layer, else the stewards."""
        return deciders(matter, at) if role == KEEPER else super().recipients(matter, role, at)

    def can_see(self, matter: Matter, actor: Actor) -> bool:
        """Whether somebody may look at an application; ``visible`` says the same in SQL."""
        roles = actor.roles & {APPLICANT, STEWARD}
        layer = layer_named(matter.values["layer"])
        decides = layer is not None and may_decide(caller_for(actor), layer)
        return decides or any(self.holds(matter, actor, role) for role in roles)

    def visible(self, actor: Actor) -> Q:
        """The applications that somebody may look at."""
        if STEWARD in actor.roles:
            return Q()
        return self._decided(actor) | self._kept(actor)

    def check(self, situation: Any, action: str, given: Mapping[str, Any]) -> None:
        """An action fits the application as it stands.

        Raises:
            InvalidInput: the layer is no longer shared, or a day that has passed.
        """
        values = situation.matter.values
        layer = layer_named(values["layer"])
        is_gone = layer is None or layer.sharing is Sharing.WITHHELD or layer.is_withdrawn
        if action in ("grant", "renew") and is_gone:
            raise InvalidInput(_("没有图层“%(layer)s”") % {"layer": values["layer"]})
        part = given.get("part")
        if action == "grant" and part and values["fields"] and not part.fields:
            raise InvalidInput(_("申请只要部分字段，请选择要批准的字段"), "fields_wanted")
        if action == "grant" and part and values["districts"] and not part.districts:
            raise InvalidInput(_("申请只要部分区划，请填写要批准的区划"), "districts")
        until = given.get("until")
        if action in ("ask_renewal", "renew") and until and until <= situation.at:
            raise InvalidInput(_("使用期限已经过去"), "until")

    @staticmethod
    def _kept(actor: Actor) -> Q:
        if not actor.name:
            return Q(pk__in=[])
        kept = Consumer.objects.filter(kept_by__username=actor.name).values_list("pk", flat=True)
        return Q(values__consumer__in=list(kept))

    @staticmethod
    def _decided(actor: Actor) -> Q:
        return Q(values__layer__in=[layer.id for layer in decidable(actor)])


def deciders(matter: Matter, at: datetime) -> tuple[str, ...]:
    """The accounts of the office that delivers the layer of an application; none: the stewards."""
    layer = layer_named(matter.values["layer"])
    roles = sorted(layer.deliverers) if layer else []
    names = {name for role in roles for name in holders_of(role, at)}
    return tuple(sorted(names)) or holders_of(STEWARD, at)


def consumer_of(matter: Matter) -> Consumer:
    """The system for which an application is, read once for each version that was loaded."""
    if "consumer" not in matter.__dict__:
        found = Consumer.objects.select_related("kept_by").get(pk=matter.values["consumer"])
        matter.__dict__["consumer"] = found
    consumer: Consumer = matter.__dict__["consumer"]
    return consumer


def _keeps(actor: Actor, matter: Matter) -> bool:
    keeper = consumer_of(matter).kept_by
    return may_maintain(Caller(actor.name), keeper.get_username() if keeper else "")


def until_of(matter: Matter) -> datetime | None:
    """Until when the use of a layer was applied for."""
    return parse_datetime(matter.values.get("until") or "")


def _standing(matter: Matter) -> Any:
    """The grant of an application, as a query."""
    return LayerGrant.objects.filter(pk=matter.values.get("grant"))


def _granted(act: Act) -> Effect:
    """The layer is opened: as it was applied for, or as it is ``given`` otherwise."""
    values = act.matter.values
    asked = LayerPart(values["layer"], tuple(values["fields"]), tuple(values["districts"]))
    part = act.given.get("part") or asked
    until = act.given["until"] if "until" in act.given else until_of(act.matter)
    for code in _others(act.matter):
        take(
            DATA_APPLICATION, act.actor, code, "withdraw", {"reason": f"由 {act.matter.code} 代替"}
        )
    return _decided(act, _grant(act, part, until, bool(act.given.get("may_write"))))


def _others(matter: Matter) -> list[str]:
    """The earlier applications of the same consumer whose grant of the layer stands."""
    wanted = {
        "values__consumer": matter.values["consumer"],
        "values__layer": matter.values["layer"],
    }
    found = Matter.objects.current().filter(procedure=DATA_APPLICATION.id, step="granted", **wanted)
    return list(found.exclude(code=matter.code).values_list("code", flat=True))


def _renewed(act: Act) -> Effect:
    """The same part of the layer until the day that was asked for, or another one."""
    old = _standing(act.matter).get()
    asked = act.situation.open_requests[RENEWAL].until
    answer_request(DATA_APPLICATION, act)
    part = LayerPart(old.layer, tuple(old.fields), tuple(old.districts))
    until = act.given.get("until") or asked
    return _decided(act, _grant(act, part, until, old.may_write))


def _grant(act: Act, part: LayerPart, until: datetime | None, may_write: bool) -> LayerGrant:
    return grant_layer(
        decider(act.actor),
        consumer_of(act.matter),
        part,
        may_write=may_write,
        conditions=act.given.get("conditions", text_of(act.given)),
        until=until,
    )


def _refused(act: Act) -> Effect:
    return _decided(act, None)


def _decided(act: Act, grant: LayerGrant | None) -> Effect:
    """What an application remembers of a decision; the audit has it too."""
    about = {"application": act.matter.code, "granted": grant is not None}
    consumer, layer = consumer_of(act.matter), act.matter.values["layer"]
    record_act(Kind.APPLICATION_DECIDED, caller_for(act.actor), consumer, layer, **about)
    values = act.matter.values | {
        "answer": text_of(act.given),
        "decided_by": act.actor.name,
        "decided_at": act.at.isoformat(),
        "grant": grant.pk if grant else None,
    }
    return Effect({"values": values, "ends_at": grant.until if grant else None})


def _ended(act: Act) -> Effect:
    """The grant ends with the step."""
    end_grants(caller_for(act.actor), _standing(act.matter))
    return Effect()


def _withdrawn(act: Act) -> Effect:
    """The same before its day; whoever applied reads why."""
    _ended(act)
    return Effect({"values": act.matter.values | {"answer": text_of(act.given)}})


DATA_APPLICATION = Procedure(
    "data-application",
    Title("数据申请", "Applications for data"),
    Workflow(STATES, (*_TABLE.transitions, _EXPIRY)),
    dict.fromkeys(OPEN, KEEPER),
    policy=ApplicationPolicy(),
    effects={
        "grant": _granted,
        "renew": _renewed,
        "refuse": _refused,
        "withdraw": _withdrawn,
        "expire": _ended,
    },
    askings={
        RENEWAL: RequestKind(
            Title("续期", "Renewal"),
            "ask_renewal",
            "renew",
            "deny_renewal",
            frozenset(GIVEN),
            frozenset({"withdraw"}),
        )
    },
    numbered="SQ",
    noun="申请",
    recalls=frozenset({"recall_examined"}),
    reassigns=frozenset({"reassign"}),
    max_of={"reason": MAX_ANSWER, "note": MAX_ANSWER, "because": MAX_ANSWER},
)


def due(now: datetime | None = None) -> list[str]:
    """The applications whose grant has come to its day."""
    found = Matter.objects.current().filter(procedure=DATA_APPLICATION.id, step="granted")
    over = found.filter(ends_at__lt=now or timezone.now())
    return list(over.order_by("ends_at").values_list("code", flat=True))
