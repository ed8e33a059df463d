"""What each action of the table does to the case, beside moving it.

An effect takes what is known and gives back the values that change and what is worth
remembering of them; it writes requests and links itself, in the caller's transaction.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from grid.cases import clocks, publishing, reassignment
from grid.cases.action_results import ActionResult, CaseEffect
from grid.cases.actors import CLOCK
from grid.cases.policies import check_clock, check_fits
from grid.cases.steps import IN_HAND, RECALLS, WORKFLOW
from grid.errors import InvalidInput
from grid.models import Case, CaseRequest
from grid.rules import rulebook
from grid.rules.models import HandlingLimit
from spatial.worktime import Pause

LONGEST_SUSPENSION = timedelta(days=365)
Kind = CaseRequest.Kind


def effect_of(action: str, act: ActionResult) -> CaseEffect:
    """What an action does.

    Raises:
        InvalidInput: something given does not fit the case, or the case does not allow it.
    """
    check_fits(act.situation, action, act.given)
    effect = EFFECTS.get(action)
    found = effect(act) if effect else CaseEffect()
    if lapsed := _lapse(action, act):
        found.details["lapsed"] = lapsed
    return found


def _lapse(action: str, act: ActionResult) -> list[str]:
    """Answer what the department asked of a handling that is over; returns what that was.

    Left open, the request of one department could be granted to the next.
    """
    transition = WORKFLOW.of(action)
    is_taken = action in RECALLS
    is_over = is_taken or transition.lands_in(act.case.step) not in IN_HAND
    if act.case.step not in IN_HAND or not is_over:
        return []
    # An appeal is against a round that counts; one that was taken back does not.
    kinds = Kind.values if is_taken else [Kind.EXTENSION, Kind.SUSPENSION]
    asked = CaseRequest.objects.filter(case_code=act.case.code, kind__in=kinds, granted=None)
    titles = [request.get_kind_display() for request in asked]
    asked.update(
        granted=False,
        answered_by=CLOCK.name,
        answered_at=act.at,
        answer=f"案件已{transition.title}，申请自动失效",
    )
    return titles


def _file(act: ActionResult) -> CaseEffect:
    row = _condition(act)
    day = rulebook.day_of(act.at)
    case = act.case
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
    return CaseEffect(values, details | ({"suggested": name} if name else {"unrouted": True}))


def _condition(act: ActionResult) -> HandlingLimit:
    wanted = str(act.given["condition"])
    for row in act.situation.conditions:
        if row.condition_code == wanted:
            return row
    raise InvalidInput("请从该类别现行的立案条件中选择", "condition")


def _finish(act: ActionResult) -> CaseEffect:
    return CaseEffect({"handled_at": act.at})


def _resumed_handling(act: ActionResult) -> CaseEffect:
    """Handling goes on against the same deadline: what was called done was not."""
    return CaseEffect({"handled_at": None})


def _returned(act: ActionResult) -> CaseEffect:
    values = {"returns": act.case.returns + 1, "due_at": None, "due_is_provisional": False}
    return CaseEffect(values | {"dispatched_at": None}, {"department": act.case.department})


def _reworked(act: ActionResult) -> CaseEffect:
    values = {"reworks": act.case.reworks + 1, "due_at": None, "due_is_provisional": False}
    details = {"department": act.case.department, "was_late": _was_late(act.case)}
    return CaseEffect(values | {"dispatched_at": None, "handled_at": None}, details)


def _was_late(case: Case) -> bool:
    return bool(case.due_at and case.handled_at and case.handled_at > case.due_at)


def _ask(kind: str) -> Callable[[ActionResult], CaseEffect]:
    def ask(act: ActionResult) -> CaseEffect:
        until = _until(act) if kind == Kind.SUSPENSION else None
        CaseRequest.objects.create(
            case_code=act.case.code,
            kind=kind,
            asked_by=act.actor.name,
            asked_at=act.at,
            reason=act.given["reason"],
            until=until,
        )
        return CaseEffect(details={"until": until.isoformat()} if until else {})

    return ask


def _until(act: ActionResult) -> datetime:
    until = act.given["until"]
    if not isinstance(until, datetime):
        raise InvalidInput("恢复日期读不出，应形如 2026-12-01 08:00", "until")
    if not act.at < until <= act.at + LONGEST_SUSPENSION:
        raise InvalidInput("恢复日期应在今后一年以内", "until")
    return until


def _answered(act: ActionResult, kind: str, *, granted: bool) -> CaseRequest:
    request = act.situation.open_requests[kind]
    request.granted, request.answered_by, request.answered_at = granted, act.actor.name, act.at
    request.answer = str(act.given.get("reason") or "")
    request.save()
    return request


def _refuse(kind: str) -> Callable[[ActionResult], CaseEffect]:
    def refuse(act: ActionResult) -> CaseEffect:
        _answered(act, kind, granted=False)
        return CaseEffect()

    return refuse


def _grant_extension(act: ActionResult) -> CaseEffect:
    _answered(act, Kind.EXTENSION, granted=True)
    number = act.case.extensions + 1
    found = _moved(act.case, number)
    return CaseEffect(found.values | {"extensions": number}, found.details)


def _moved(case: Case, extensions: int, pauses: Sequence[Pause] = ()) -> CaseEffect:
    """The deadline as it is with so many extensions, and pauses beside those on record."""
    dispatched_at, limit = check_clock(case)
    stood = [*clocks.pauses_since(case.code, dispatched_at), *pauses]
    found = clocks.handling_deadline(dispatched_at, limit, extensions, stood, case.filed_at)
    return CaseEffect(clocks.due_values(found), reassignment.due(found))


def _suspend(act: ActionResult) -> CaseEffect:
    until = _answered(act, Kind.SUSPENSION, granted=True).until
    return CaseEffect({"resume_at": until}, {"until": until.isoformat()} if until else {})


def _resume(act: ActionResult) -> CaseEffect:
    """The clock goes on: what it stood still for is added to the deadline."""
    case = act.case
    pauses = [(case.entered_at, act.at)] if case.entered_at else []
    found = _moved(case, case.extensions, pauses)
    return CaseEffect(found.values | {"resume_at": None}, found.details)


def _grant_appeal(act: ActionResult) -> CaseEffect:
    _answered(act, Kind.APPEAL, granted=True)
    return CaseEffect({"is_exempt": True})


def _close(act: ActionResult) -> CaseEffect:
    return CaseEffect({"closed_at": act.at})


def _merge(act: ActionResult) -> CaseEffect:
    code = str(act.given["main"]).strip()  # looked at by ``check_main``: it is a likely duplicate
    far_m = {other.code: far for other, far in act.situation.duplicates}[code]
    details = {"main": code, "distance_m": round(far_m, 1)}
    return CaseEffect({"duplicate_of": code, "closed_at": act.at}, details)


EFFECTS: MappingProxyType[str, Callable[[ActionResult], CaseEffect]] = MappingProxyType(
    {
        "ask_verify": reassignment.send,
        "reject": _close,
        "file": _file,
        "dispatch": reassignment.dispatch,
        "finish": _finish,
        "return_dispatch": _returned,
        "ask_extension": _ask(Kind.EXTENSION),
        "grant_extension": _grant_extension,
        "refuse_extension": _refuse(Kind.EXTENSION),
        "ask_suspension": _ask(Kind.SUSPENSION),
        "suspend": _suspend,
        "refuse_suspension": _refuse(Kind.SUSPENSION),
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
        "fail_check": _reworked,
        "rework": _reworked,
        "close": _close,
        "void": _close,
        "merge": _merge,
        "appeal": _ask(Kind.APPEAL),
        "grant_appeal": _grant_appeal,
        "refuse_appeal": _refuse(Kind.APPEAL),
    }
)
