"""Cases made in their states, in every situation that decides what may be done to them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from grid.cases.actors import CLOCK, Actor, anybody
from grid.cases.steps import ENDED, STATES, TASKS, WORKFLOW
from grid.models import Case, CasePhoto, CaseRequest, CaseStep, Publication
from grid.roles import GridRole
from grid.rules import rulebook
from grid.rules.models import HandlingLimit
from spatial.parties.models import Department
from tests.factories import open_feature, spot
from tests.grid.people import (
    CHIEF,
    CLEANERS,
    COMMUNITY,
    DISPATCHER,
    HYGIENE,
    INSPECTOR,
    INTAKE,
    ROADS,
    STREETS,
    make_ground,
    make_inspector,
)

Kind = CaseRequest.Kind
NEIGHBOUR = Actor("陈巡", INSPECTOR.roles, districts=INSPECTOR.districts)
STRANGER = Actor("远巡", INSPECTOR.roles, districts=("431382999",))
BOTH = GridRole.HANDLER, GridRole.INSPECTOR
ACTORS = (
    INSPECTOR,
    NEIGHBOUR,
    STRANGER,
    INTAKE,
    CHIEF,
    DISPATCHER,
    ROADS,
    CLEANERS,
    replace(ROADS, name="旧名", department="市政局", other_names=(STREETS,)),
    Actor("兼外巡", frozenset(BOTH), HYGIENE, INSPECTOR.districts),
    Actor("兼巡", frozenset(BOTH), STREETS, STRANGER.districts),
    Actor("兼受派", frozenset({GridRole.INTAKE, GridRole.DISPATCHER})),
    Actor("兼值处", frozenset({GridRole.CHIEF, GridRole.HANDLER}), HYGIENE),
    Actor("管理员", frozenset(GridRole)),
    Actor("无部门", frozenset({GridRole.HANDLER})),
    Actor("无角色", frozenset()),
    anybody(),
    CLOCK,
)
CODE, NEAR, FAR, OTHER = (f"4313822026010100{n:03d}" for n in (1, 2, 3, 4))
HANDLED = ("handling", "suspended", "feedback", "checking", "closing", "closed")
APPEALED = WORKFLOW.of("appeal").sources


@dataclass(frozen=True)
class Setting:
    """A situation: in which states it is looked at, and how it comes about."""

    states: tuple[str, ...]
    make: Callable[[Case], None] = lambda _case: None
    values: dict[str, Any] = field(default_factory=dict)


def asked(kind: str, *, granted: bool | None = None, hours: float = -1, until_h: float = 48):
    """A department has asked, so many hours from now, for a pause until so many hours from now."""

    def make(case: Case) -> None:
        now = timezone.now()
        CaseRequest.objects.create(
            case_code=case.code,
            kind=kind,
            asked_by="周工",
            asked_at=now + timedelta(hours=hours),
            reason="理由",
            until=now + timedelta(hours=until_h) if kind == Kind.SUSPENSION else None,
            granted=granted,
        )

    return make


def took(*actions: str):
    """These actions are on record."""

    def make(case: Case) -> None:
        for action in actions:
            CaseStep.objects.create(
                case_code=case.code, action=action, at=timezone.now(), change=case.opened_by
            )

    return make


def all_of(*makers: Callable[[Case], None]):
    def make(case: Case) -> None:
        for maker in makers:
            maker(case)

    return make


def another(code: str, x: float, **more: Any):
    def make(case: Case) -> None:
        open_case(code, "reported", geom=spot(x, 5), **more)

    return make


def decided(item: str, *, is_public: bool):
    """Somebody has decided on the words or on the photo."""

    def make(case: Case) -> None:
        photo = CasePhoto.objects.get(case_code=case.code)
        Publication.objects.create(
            case_code=case.code,
            item=item or str(photo.pk),
            is_public=is_public,
            words="路面破损" if item and is_public else "",
            who="李受",
            at=timezone.now(),
        )

    return make


def without(model: type, *, but: str = "", **those: Any):
    """The rows of a table of rules, but for one, have ended."""

    def make(_case: Case) -> None:
        rows = model.objects.filter(**those)
        (rows.exclude(name=but) if but else rows).update(valid_to="2020-01-02")

    return make


def no_inspectors(_case: Case) -> None:
    User.objects.update(is_active=False)


LATE = {"due_at": timedelta(hours=-2)}
OPEN_TO_ALL = {"is_public": True}
SETTINGS = {
    "plain": Setting(tuple(STATES)),
    "public": Setting(tuple(STATES), values=OPEN_TO_ALL),
    "extension asked": Setting(("handling", "suspended", "feedback"), asked(Kind.EXTENSION)),
    "extension asked too late": Setting(("handling",), asked(Kind.EXTENSION), LATE),
    "extension asked in time, answered late": Setting(
        ("handling",), asked(Kind.EXTENSION, hours=-5), LATE
    ),
    "extension granted once": Setting(("handling",), asked(Kind.EXTENSION, granted=True)),
    "extensions used up": Setting(
        ("handling",), all_of(*[asked(Kind.EXTENSION, granted=True)] * 2)
    ),
    "extensions used up, asked again": Setting(
        ("handling",), all_of(*[asked(Kind.EXTENSION, granted=True)] * 2, asked(Kind.EXTENSION))
    ),
    "extensions refused": Setting(
        ("handling",), all_of(*[asked(Kind.EXTENSION, granted=False)] * 2)
    ),
    "late": Setting(HANDLED, values=LATE),
    "suspension asked": Setting(("handling",), asked(Kind.SUSPENSION)),
    "suspension asked until yesterday": Setting(("handling",), asked(Kind.SUSPENSION, until_h=-24)),
    "appeal asked": Setting(APPEALED, asked(Kind.APPEAL)),
    "all asked": Setting(("handling",), all_of(*map(asked, Kind.values))),
    "exempt": Setting(APPEALED, took("dispatch", "grant_appeal"), {"is_exempt": True}),
    "exempt in the round before": Setting(
        APPEALED, took("dispatch", "grant_appeal", "fail_check", "dispatch"), {"is_exempt": True}
    ),
    "appealed again in the round after": Setting(
        ("handling",),
        all_of(took("grant_appeal", "dispatch"), asked(Kind.APPEAL)),
        {"is_exempt": True},
    ),
    "no limit": Setting(("dispatching", "handling", "suspended"), values={"limit_amount": None}),
    "no limit, extension asked": Setting(
        ("handling",), asked(Kind.EXTENSION), {"limit_amount": None}
    ),
    "never dispatched": Setting(
        ("handling", "suspended"), asked(Kind.EXTENSION), {"dispatched_at": None}
    ),
    "class given up": Setting(("filing",), without(HandlingLimit)),
    "no department": Setting(("dispatching", "handling"), without(Department)),
    "no other department": Setting(("handling",), without(Department, but=STREETS)),
    "department ended": Setting(("handling", "suspended"), without(Department, name=STREETS)),
    "sent to the area": Setting(TASKS, values={"inspector": ""}),
    "sent to the area, nobody there": Setting(TASKS, no_inspectors, {"inspector": ""}),
    "sent to one, nobody there": Setting(TASKS, no_inspectors),
    "like another near": Setting(("reported", "filing"), another(NEAR, 35)),
    "like another far": Setting(("reported", "filing"), another(FAR, 95)),
    "near another of another class": Setting(
        ("reported", "filing"), another(OTHER, 35, class_code="0112")
    ),
    "like another of last week": Setting(
        ("reported", "filing"), another(FAR, 35, reported_at=timedelta(days=-7))
    ),
    "words published": Setting(("handling",), decided("words", is_public=True), OPEN_TO_ALL),
    "words withheld": Setting(("closed",), decided("words", is_public=False), OPEN_TO_ALL),
    "photo published": Setting(("handling", "void"), decided("", is_public=True), OPEN_TO_ALL),
    "photo withheld": Setting(("handling",), decided("", is_public=False), OPEN_TO_ALL),
    "reported by the neighbour": Setting(
        ("reported", "handling", "verifying"),
        values={"reporter": STRANGER.name, "inspector": ""},
    ),
}
# What only the public's sight depends on, and what decides whose a case is. The others are
# looked at by one of each role: that a case is somebody's depends on nothing in them.
PUBLICITY = [name for name, one in SETTINGS.items() if one.values.get("is_public")]
WHOSE = ("plain", "sent to the area", "sent to one, nobody there", "reported by the neighbour")
ROLES = (INSPECTOR, INTAKE, CHIEF, DISPATCHER, ROADS)
TRIALS = [(name, state) for name, one in SETTINGS.items() for state in one.states]


def open_case(code: str, state: str, **more: Any) -> Case:
    """A case in a state, as the steps on the straight way would have left it."""
    now = timezone.now()
    is_sent, was_sent = state in HANDLED, now - timedelta(days=1)
    values: dict[str, Any] = {
        "kind": "event",
        "scheme": rulebook.editions(rulebook.day_of(now))["event"],
        "class_code": "0113",
        "description": "路面破损",
        "step": state,
        "district_code": COMMUNITY,
        "reporter": "市民",
        "reported_at": now,
        "entered_at": was_sent,
        "limit_amount": 5,
        "limit_unit": "工作日",
        "filed_at": was_sent,
        "department": STREETS if is_sent else "",
        "dispatched_at": was_sent if is_sent else None,
        "due_at": now + timedelta(days=2) if is_sent else None,
        "inspector": INSPECTOR.name if state in TASKS else "",
        "resume_at": now + timedelta(days=1) if state == "suspended" else None,
        "closed_at": now if state in ENDED else None,
        "geom": spot(5, 5),
    }
    moved = {k: now + v if isinstance(v, timedelta) else v for k, v in more.items()}
    return open_feature(Case, code, now - timedelta(days=1), **(values | moved))


def situated(name: str, state: str) -> Case:
    """The case of a setting in a state, on its ground, with its photo and its people."""
    make_ground()
    for inspector in (INSPECTOR, NEIGHBOUR):
        make_inspector(inspector.name)
    setting = SETTINGS[name]
    case = open_case(CODE, state, **setting.values)
    CasePhoto.objects.create(
        case_code=CODE, moment=CasePhoto.Moment.BEFORE, name="x", sha256="x", width=1, height=1
    )
    setting.make(case)
    return case
