"""The desk: queues by role with their counts, the list beside the map, live without reload."""

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grid.cases.actors import Actor
from grid.cases.assignees import holders, stranded
from grid.cases.policies import (
    can_answer_requests,
    can_register,
    can_review_publicity,
    can_take_own,
)
from grid.cases.procedure import CASES
from grid.cases.publishing import awaiting_review
from grid.cases.queries import awaiting_answer, own_states, queue_counts, visible_cases
from grid.cases.rounds import past_cases
from grid.cases.steps import DISPATCHING, ENDED, OPEN, STATES
from grid.models import Case
from grid.roles import GridRole
from grid.rules import rulebook
from spatial.base.models import District
from spatial.casework.texts import plain
from spatial.casework.titles import state_shown
from spatial.languages import shown_schemes
from spatial.versions.queries import revision_of
from webmap.casework.guards import StaffRequest, casework
from webmap.casework.presentation import case_row

MOST_SHOWN = 200
MOST_IN_FILE = 50_000  # of a GeoPackage, which is made in memory; CSV is a stream without end
MINE, ALL, REQUESTS = "mine", "all", "requests"
REVIEW, STRANDED, PAST = "review", "stranded", "past"


@dataclass(frozen=True)
class CaseFilter:
    """Which cases are asked for."""

    state: str = ""
    words: str = ""
    class_code: str = ""
    department: str = ""
    district: str = ""
    is_late: bool = False


def case_filter(request: HttpRequest) -> CaseFilter:
    """The filters of a request."""
    given = {name: plain(request.GET.get(name, ""))[:60] for name in FILTERS}
    return CaseFilter(
        given["state"],
        given["q"],
        given["class"],
        given["department"],
        given["district"],
        request.GET.get("late") == "1",
    )


FILTERS = ("state", "q", "class", "department", "district")


def cases_matching(request: StaffRequest, wanted: CaseFilter) -> QuerySet[Case]:
    """The cases that this one may see and asks for, the most urgent first."""
    found = _in_state(request.actor, wanted.state)
    if wanted.words:
        found = found.filter(
            Q(code__startswith=wanted.words)
            | Q(code__endswith=wanted.words)
            | Q(description__icontains=wanted.words)
            | Q(address__icontains=wanted.words)
        )
    if wanted.class_code:
        kind, _, code = wanted.class_code.partition(":")
        found = found.filter(kind=kind, class_code__startswith=code)
    if wanted.department:
        known = rulebook.department_called(wanted.department, rulebook.day_of(timezone.now()))
        names = known.all_names() if known else (wanted.department,)
        found = found.filter(department__in=names)
    if wanted.district:
        found = found.filter(district_code__startswith=wanted.district)
    if wanted.is_late:
        found = found.filter(step_due_at__lt=timezone.now()).exclude(step__in=ENDED)
    if wanted.state in (ALL, PAST, "closed", "void", "merged"):
        return found.order_by("-reported_at", "code")
    return found.order_by("step_due_at", "entered_at", "code")


def _in_state(actor: Actor, state: str) -> QuerySet[Case]:
    """The cases of a queue, or of one of the wider choices."""
    if state == REQUESTS:
        return awaiting_answer(actor)
    if state == REVIEW:
        return awaiting_review(actor)
    if state == PAST:
        return past_cases(actor)
    if state == STRANDED:
        return stranded(actor, holders())
    found = visible_cases(actor)
    if state == MINE:
        return found.filter(step__in=own_states(actor.all_roles))
    if state in STATES:
        return found.filter(step=state)
    return found if state == ALL else found.filter(step__in=OPEN)


@require_safe
@casework
def desk(request: StaffRequest) -> HttpResponse:
    """``/grid/``: the page; its lists come by themselves."""
    own = own_states(request.actor.all_roles)
    today = rulebook.day_of(timezone.now())
    context = {
        "own": own,
        "first": _first(request, own),
        "departments": [one.name_on(today) for one in rulebook.departments(today)],
        "towns": District.objects.current()
        .filter(level=District.Level.TOWN)
        .order_by("code")
        .values_list("code", "name"),
        "classes": class_groups(),
        "roles": sorted(request.actor.all_roles),
        "may_dispatch": can_take_own(request.actor, "dispatch"),
        "may_register": can_register(request.actor),
        "tab": "desk",
    }
    return render(request, "grid/desk.html", context)


@require_safe
@casework
def listed(request: StaffRequest) -> HttpResponse:
    """``/grid/list``: counts and the list; 304 while nothing has changed.

    Colours follow the clock, so the answer is new with every minute too.
    """
    now = timezone.now()
    tag = _tag(request, int(now.timestamp()) // 60)
    if request.headers.get("If-None-Match") == tag:
        return _tagged(HttpResponse(status=304), tag)
    wanted = case_filter(request)
    found = cases_matching(request, wanted)
    counts = queue_counts(request.actor, now)
    own = own_states(request.actor.all_roles)
    now_hold = holders()
    rows = case_row(list(found[:MOST_SHOWN]), now)
    if wanted.state == PAST:  # as it was: no clock runs
        rows = [replace(row, urgency="done", clock="") for row in rows]
    else:
        rows = [replace(row, is_stranded=now_hold.is_stranded(row.case)) for row in rows]
    context = {
        "rows": rows,
        "total": found.count(),
        "most": MOST_SHOWN,
        "most_in_file": MOST_IN_FILE,
        "wanted": wanted,
        "queues": [_queue(state, counts, state in own) for state in OPEN],
        "mine": sum(counts[state][0] for state in own if state in counts),
        "requests": awaiting_answer(request.actor).count(),
        "answers": can_answer_requests(request.actor),
        "reviews": can_review_publicity(request.actor),
        "to_review": awaiting_review(request.actor).count(),
        "had": GridRole.HANDLER in request.actor.all_roles,
        "stranded": stranded(request.actor, now_hold).count(),
        "open_total": sum(number for number, _late, _soon in counts.values()),
        "may_dispatch": can_take_own(request.actor, "dispatch")
        and any(row.case.step == DISPATCHING for row in rows),
        "now": now,
    }
    return _tagged(render(request, "grid/list.html", context), tag)


def _first(request: StaffRequest, own: list[str]) -> str:
    """The queue that is open at first: the one that a link names, else what waits for them."""
    named = request.GET.get("state", "")
    if named in (MINE, ALL, REQUESTS, REVIEW, STRANDED, PAST):
        return named
    return MINE if own else "open"


def class_groups() -> list[dict[str, Any]]:
    """The classes by kind and major class, for a choice."""
    groups = []
    for kind, scheme_id in rulebook.editions(rulebook.day_of(timezone.now())).items():
        title = _(rulebook.KIND_TITLES[kind])
        codes = shown_schemes()[scheme_id].codes
        for major in (c for c in codes.values() if not c.parent):
            minors = [c for c in codes.values() if c.parent == major.code]
            groups.append(
                {"kind": kind, "title": f"{title}·{major.name}", "major": major, "minors": minors}
            )
    return groups


def _queue(state: str, counts: dict[str, tuple[int, int, int]], is_own: bool) -> dict[str, Any]:
    number, late, soon = counts.get(state, (0, 0, 0))
    return {
        "state": state,
        "title": state_shown(CASES, state),
        "number": number,
        "late": late,
        "soon": soon,
        "is_own": is_own,
    }


def _tag(request: StaffRequest, minute: int) -> str:
    text = (
        f"{revision_of(Case)} {minute} {request.actor} {get_language()} {request.GET.urlencode()}"
    )
    return f'"{blake2b(text.encode(), digest_size=12).hexdigest()}"'


def _tagged(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    return response
