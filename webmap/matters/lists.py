"""The list of matters of a procedure: queues with their counts, filters, pages, a file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.access.masking import masked_within
from spatial.casework.models import Matter
from spatial.casework.policies import can_begin
from spatial.casework.queries import (
    awaiting_answer,
    awaiting_opinion,
    queue_counts,
    visible_matters,
    waiting_for,
)
from spatial.casework.texts import plain
from spatial.casework.titles import state_shown
from spatial.versions.queries import revision_of
from webmap.matters.guards import MatterRequestContext, has_department, of_procedure
from webmap.matters.presentation import facts, matter_row
from webmap.web.parsing import page_in
from webmap.web.spreadsheets import csv_answer

PER_PAGE = 50
LONGEST = 60
MINE, OPEN, ALL, REQUESTS, OPINIONS = "mine", "open", "all", "requests", "opinions"


@dataclass(frozen=True)
class MatterFilter:
    """Which matters are wanted."""

    state: str
    words: str = ""
    is_late: bool = False


@dataclass(frozen=True)
class MatterQueue:
    """One queue of a list: how many matters are in it (None: not counted), how many late."""

    id: str
    title: str
    number: int | None
    late: int = 0
    is_own: bool = False
    is_chosen: bool = False


def matter_filter(request: MatterRequestContext) -> MatterFilter:
    """The filter of an address; without a queue what waits for this one, else what is open."""
    state = plain(request.GET.get("state", ""))[:LONGEST]
    if not state:
        state = MINE if request.procedure.own_states(request.actor.all_roles) else OPEN
    words = plain(request.GET.get("q", ""))[:LONGEST]
    return MatterFilter(state, words, request.GET.get("late") == "1")


def matters_matching(request: MatterRequestContext, wanted: MatterFilter) -> QuerySet[Matter]:
    """The matters that this one may see and wants, the most urgent first, the ended last."""
    found = _in_queue(request, wanted.state)
    if text := wanted.words:
        found = found.filter(
            Q(code__startswith=text) | Q(code__endswith=text) | Q(title__icontains=text)
            | Q(applicant__icontains=text) | Q(department__icontains=text)
        )  # fmt: skip
    if wanted.is_late:
        open_states = request.procedure.open_states
        found = found.filter(step__in=open_states, step_due_at__lt=timezone.now())
    if wanted.state == ALL or wanted.state in request.procedure.ended:
        return found.order_by("-accepted_at", "code")
    return found.order_by("step_due_at", "entered_at", "code")


def _in_queue(request: MatterRequestContext, state: str) -> QuerySet[Matter]:
    procedure, actor = request.procedure, request.actor
    if state == MINE:
        return waiting_for(procedure, actor)
    if state == REQUESTS:
        return awaiting_answer(procedure, actor)
    if state == OPINIONS:
        return awaiting_opinion(procedure, actor)
    found = visible_matters(procedure, actor)
    if state in procedure.workflow.states:
        return found.filter(step=state)
    return found if state == ALL else found.filter(step__in=procedure.open_states)


@require_safe
@of_procedure
def listed(request: MatterRequestContext) -> HttpResponse:
    """``/matters/{procedure}/``: 304 while nothing has changed, and the minute has not."""
    now = timezone.now()
    tag = _tag(request, int(now.timestamp()) // 60)
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        wanted = matter_filter(request)
        shown: Any = Paginator(matters_matching(request, wanted), PER_PAGE)
        page = shown.get_page(page_in(request.GET.get("page")))
        kept = request.GET.copy()
        kept.pop("page", None)
        context = {
            "rows": [matter_row(request.procedure, one, now) for one in page],
            "page": page,
            "total": shown.count,
            "kept": kept.urlencode(),
            "wanted": wanted,
            "queues": _queues(request, wanted.state),
            "begins_at": _begins_at(request),
            "procedure": request.procedure,
            "pages": request.pages,
            "profession": request.profession,
            "tab": request.procedure.id,
        }
        response = render(request, "matters/list.html", context)
    response["ETag"] = tag
    return response


@require_safe
@of_procedure
def as_csv(request: MatterRequestContext) -> StreamingHttpResponse:
    """``/matters/{procedure}/list.csv``: the list as it is filtered, whole."""
    form = request.pages.forms.get(request.procedure.first.action, ())
    head = [_("编号"), _("标题"), _("阶段"), _("承办部门"), _("承办人"), _("申请人"),
            _("收件时间"), _("本阶段时限"), _("办结时限"), _("办结时间"),
            *(str(one.title) for one in form)]  # fmt: skip
    found = matters_matching(request, matter_filter(request))
    name = f"{request.procedure.id}-{timezone.localtime():%Y%m%d-%H%M}.csv"
    return csv_answer(name, head, _lines(request, found))


def _lines(request: MatterRequestContext, found: QuerySet[Matter]) -> Iterator[list[str]]:
    asked = len(request.pages.forms.get(request.procedure.first.action, ()))
    for one in found.iterator(chunk_size=2_000):
        moments = (one.accepted_at, one.step_due_at, one.due_at, one.closed_at)
        times = [f"{timezone.localtime(m):%Y-%m-%d %H:%M:%S}" if m else "" for m in moments]
        values = [masked_within(value) for _title, value in facts(request.pages, one)[:asked]]
        state = state_shown(request.procedure, one.step)
        people = [one.department, one.assignee, one.applicant]
        yield [one.code, masked_within(one.title), state, *people, *times, *values]


def _queues(request: MatterRequestContext, chosen: str) -> list[MatterQueue]:
    """The queues that are not always empty for this one, with how much is in them."""
    procedure, actor = request.procedure, request.actor
    counts = queue_counts(procedure, actor)
    own = procedure.own_states(actor.all_roles)
    found = []
    if own:
        found.append(
            MatterQueue(MINE, _("我的待办"), waiting_for(procedure, actor).count(), 0, True)
        )
    number, late = (sum(count[n] for count in counts.values()) for n in (0, 1))
    found.append(MatterQueue(OPEN, _("全部在办"), number, late))
    for state in procedure.open_states:
        title = state_shown(procedure, state)
        found.append(MatterQueue(state, title, *counts.get(state, (0, 0)), state in own))
    if procedure.askings and (number := awaiting_answer(procedure, actor).count()):
        found.append(MatterQueue(REQUESTS, _("待审批申请"), number, 0, True))
    if has_department(actor) and (number := awaiting_opinion(procedure, actor).count()):
        found.append(MatterQueue(OPINIONS, _("待答复征询"), number, 0, True))
    found.append(MatterQueue(ALL, _("全部事项"), None))
    return [replace(queue, is_chosen=queue.id == chosen) for queue in found]


def _begins_at(request: MatterRequestContext) -> str:
    """Where this one begins a matter; none: it may not."""
    if not can_begin(request.procedure, request.actor):
        return ""
    return request.pages.begins_at or f"{request.pages.path}new"


def _tag(request: MatterRequestContext, minute: int) -> str:
    who = f"{request.actor} {get_language()} {request.GET.urlencode()}"
    text = f"{request.procedure.id} {revision_of(Matter)} {minute} {who}"
    return f'"{blake2b(text.encode(), digest_size=12).hexdigest()}"'
