"""What each action of the table does to the case, beside moving it.

An effect takes what is known and gives back the values that change and what is worth
remembering of them; it writes requests and links itself, in the caller's transaction.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from grid.cases import clocks, publishing, reassignment
from grid.cases.policies import check_clock
from grid.cases.rounds import appealable, appealed
from grid.models import Case, CaseRequest
from grid.rules import rulebook
from grid.rules.models import HandlingLimit
from spatial.casework.errors import InvalidInput
from spatial.casework.procedures import Act, Effect
from spatial.worktime import Pause

LONGEST_SUSPENSION = timedelta(days=365)
Kind = CaseRequest.Kind


def _file(act: Act) -> Effect:
    row = _condition(act)
    day = rulebook.day_of(act.at)
    case = act.matter
    found = rulebook.department_for(
        case.kind, case.scheme, case.class_code, case.district_code, day
    )
    name = found.name_on(day) if found else ""
    values = {
        "condition": row.condition,
        "limit_amount": row.amount,
        "limit_unit": row.unit,
        "filed_at": act.at,
        "department": name,
    }
    details = {"condition": row.condition, "limit": str(rulebook.handling_limit(row))}
    return Effect(values, details | ({"suggested": name} if name else {"unrouted": True}))


def _condition(act: Act) -> HandlingLimit:
    wanted = str(act.given["condition"])
    for row in act.situation.conditions:
        if row.condition_code == wanted:
            return row
    raise InvalidInput("请从该类别现行的立案条件中选择", "condition")


def _finish(act: Act) -> Effect:
    return Effect({"handled_at": act.at})


def _resumed_handling(act: Act) -> Effect:
    """Handling goes on against the same deadline: what was called done was not."""
    return Effect({"handled_at": None})


def _returned(act: Act) -> Effect:
    values = {"returns": act.matter.returns + 1, "due_at": None, "due_is_provisional": False}
    return Effect(values | {"dispatched_at": None}, {"department": act.matter.department})


def _reworked(act: Act) -> Effect:
    values = {"reworks": act.matter.reworks + 1, "due_at": None, "due_is_provisional": False}
    details = {"department": act.matter.department, "was_late": _was_late(act.matter)}
    return Effect(values | {"dispatched_at": None, "handled_at": None}, details)


def _was_late(case: Case) -> bool:
    return bool(case.due_at and case.handled_at and case.handled_at > case.due_at)


def _ask(act: Act, kind: str, until: datetime | None = None) -> None:
    CaseRequest.objects.create(
        case_code=act.matter.code,
        kind=kind,
        asked_by=act.actor.name,
        asked_at=act.at,
        reason=act.given["reason"],
        until=until,
    )


def _ask_suspension(act: Act) -> Effect:
    until = _until(act)
    _ask(act, Kind.SUSPENSION, until)
    return Effect(details={"until": until.isoformat()})


def _until(act: Act) -> datetime:
    until = act.given["until"]
    if not isinstance(until, datetime):
        raise InvalidInput("恢复日期读不出，应形如 2026-12-01 08:00", "until")
    if not act.at < until <= act.at + LONGEST_SUSPENSION:
        raise InvalidInput("恢复日期应在今后一年以内", "until")
    return until


def _answered(act: Act, kind: str, *, granted: bool) -> CaseRequest:
    request = act.situation.open_requests[kind]
    request.granted, request.answered_by, request.answered_at = granted, act.actor.name, act.at
    request.answer = str(act.given.get("reason") or "")
    request.save()
    return request


def _grant_extension(act: Act) -> Effect:
    _answered(act, Kind.EXTENSION, granted=True)
    number = act.matter.extensions + 1
    found = _moved(act.matter, number)
    return Effect(found.values | {"extensions": number}, found.details)


def _moved(case: Case, extensions: int, pauses: Sequence[Pause] = ()) -> Effect:
    """The deadline as it is with so many extensions, and pauses beside those on record."""
    dispatched_at, limit = check_clock(case)
    stood = [*clocks.pauses_since(case.code, dispatched_at), *pauses]
    found = clocks.handling_deadline(dispatched_at, limit, extensions, stood, case.filed_at)
    return Effect(clocks.due_values(found), reassignment.due(found))


def _suspend(act: Act) -> Effect:
    until = _answered(act, Kind.SUSPENSION, granted=True).until
    return Effect({"resume_at": until}, {"until": until.isoformat()} if until else {})


def _resume(act: Act) -> Effect:
    """The clock goes on: what it stood still for is added to the deadline."""
    case = act.matter
    pauses = [(case.entered_at, act.at)] if case.entered_at else []
    found = _moved(case, case.extensions, pauses)
    return Effect(found.values | {"resume_at": None}, found.details)


def _unfiled(act: Act) -> Effect:
    """It was never filed: class and condition are to be chosen again."""
    values = {"condition": "", "limit_amount": None, "limit_unit": "", "filed_at": None}
    return Effect(values | {"department": ""}, {"condition": act.matter.condition})


def _appeal(act: Act) -> Effect:
    """Against a round of the own department: the one that is named, else the latest."""
    mine = {str(one.dispatch): one for one in appealable(act.matter, act.actor)}
    against = mine.get(str(act.given.get("round") or next(reversed(mine), "")))
    if against is None:
        raise InvalidInput("请选择贵部门承办、且未豁免的一次派遣", "round")
    _ask(act, Kind.APPEAL)
    named = {"round": str(against.dispatch)} if against.dispatch else {}
    return Effect(details={"department": against.department} | named)


def _grant_appeal(act: Act) -> Effect:
    _answered(act, Kind.APPEAL, granted=True)
    return Effect({"is_exempt": True}, appealed(act.matter.code))


def _refuse_appeal(act: Act) -> Effect:
    _answered(act, Kind.APPEAL, granted=False)
    return Effect(details=appealed(act.matter.code))


def _close(act: Act) -> Effect:
    return Effect({"closed_at": act.at})


def _merge(act: Act) -> Effect:
    code = str(act.given["main"]).strip()  # looked at by ``check_main``: it is a likely duplicate
    far_m = {other.code: far for other, far in act.situation.duplicates}[code]
    details = {"main": code, "distance_m": round(far_m, 1)}
    return Effect({"duplicate_of": code, "closed_at": act.at}, details)


EFFECTS: MappingProxyType[str, Callable[[Act], Effect]] = MappingProxyType(
    {
        "ask_verify": reassignment.send,
        "reject": _close,
        "file": _file,
        "dispatch": reassignment.dispatch,
        "finish": _finish,
        "return_dispatch": _returned,
        "grant_extension": _grant_extension,
        "ask_suspension": _ask_suspension,
        "suspend": _suspend,
        "resume": _resume,
        "recall": reassignment.recall,
        "reassign": reassignment.reassign,
        "recall_verify": reassignment.recall_task,
        "recall_check": reassignment.recall_task,
        "reassign_task": reassignment.resend,
        "publish": publishing.publish,
        "withhold": publishing.withhold,
        "send_check": reassignment.send,
        "return_handling": _resumed_handling,
        "recall_filed": _unfiled,
        "recall_finish": _resumed_handling,
        "fail_check": _reworked,
        "rework": _reworked,
        "close": _close,
        "void": _close,
        "merge": _merge,
        "appeal": _appeal,
        "grant_appeal": _grant_appeal,
        "refuse_appeal": _refuse_appeal,
    }
)
