"""What the phone asks and sends. Everything sent may be sent again: a UUID makes it one."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grid.cases.actions import act, report
from grid.cases.procedure import CASES
from grid.cases.queries import photos_by_case, queue, results_given
from grid.cases.steps import PHONE_RECALL, TASK_RESULTS, TASKS, WORKFLOW
from grid.models import Case, CaseStep
from grid.patrols.patrols import add_fixes, patrol_of, start_patrol, stop_patrol
from grid.rules import rulebook
from layers.access.masking import masked_within
from spatial.casework.policies import capacity
from spatial.casework.titles import state_shown
from spatial.city import city
from spatial.languages import shown_schemes
from webmap.casework.presentation import case_row, clock_of
from webmap.inspector.area import area_of
from webmap.inspector.forms import PatrolForm, PhoneReportForm, ResultForm
from webmap.inspector.guards import phone
from webmap.web.errors import BadRequest, TooLarge, as_json
from webmap.web.guards import MOST_SENT, StaffRequest, bounded
from webmap.web.parsing import json_in

PATROL_ACTIONS = ("", "start", "stop")
MOST_BODY, MOST_LISTED, MOST_RECENT = 1_000_000, 100, 8


@require_safe
@phone
def me(request: StaffRequest) -> JsonResponse:
    """``me``: who is signed in, the token for what is sent, the server's clock."""
    patrol = patrol_of(request.user)
    return JsonResponse(
        {
            "name": request.actor.name,
            "title": request.user.get_full_name() or request.actor.name,  # type: ignore[union-attr]
            "districts": request.actor.all_districts,
            "csrf": get_token(request),
            "now": timezone.now().isoformat(),
            "patrol": patrol.started_at.isoformat() if patrol else None,
            "patrol_idle_hours": city().patrols.idle_hours,
        }
    )


@require_safe
@phone
def classes(request: StaffRequest) -> JsonResponse:
    """``classes``: what may be reported today, and what this one reported last."""
    today = rulebook.day_of(timezone.now())
    listed = [
        {
            "kind": kind,
            "scheme": scheme_id,
            "code": entry.code,
            "name": entry.name,
            "group": shown_schemes()[scheme_id].name(entry.parent),
        }
        for kind, scheme_id, entry in rulebook.classes_in_use(today)
    ]
    own = Case.objects.current().filter(reporter=request.actor.name).order_by("-reported_at")
    recent = dict.fromkeys(f"{c.kind}:{c.class_code}" for c in own[:50])
    return JsonResponse({"classes": listed, "recent": list(recent)[:MOST_RECENT]})


@require_safe
@phone
def area(request: StaffRequest) -> JsonResponse:
    """``area``: the map and the components of the own area."""
    return JsonResponse(area_of(request.actor.all_districts))


@require_safe
@phone
def tasks(request: StaffRequest) -> JsonResponse:
    """``tasks``: what is to be verified and checked, and the results that can be taken back."""
    found = [c for state in TASKS for c in queue(request.actor, state)]
    recall = WORKFLOW.of(PHONE_RECALL)
    given = [
        case
        for case in results_given(request.actor)[:MOST_LISTED]
        if capacity(CASES, case, request.actor, recall)
    ]
    return JsonResponse({"tasks": _listed(found[:MOST_LISTED]), "given": _listed(given)})


@require_safe
@phone
def mine(request: StaffRequest) -> JsonResponse:
    """``mine``: the cases that this one reported, the newest first."""
    own = Case.objects.current().filter(reporter=request.actor.name).order_by("-reported_at")
    return JsonResponse({"cases": _listed(list(own[:MOST_LISTED]))})


@bounded(MOST_SENT, as_json)
@require_POST
@phone
def reported(request: StaffRequest) -> JsonResponse:
    """``report``: 201 for a new case, 200 for one that was sent before."""
    form = PhoneReportForm(_body(request), request.FILES).checked()
    known = CaseStep.objects.filter(uuid=form.cleaned_data["uuid"]).exists()
    case = report(request.actor, form.told())
    return JsonResponse({"code": case.code}, status=200 if known else 201)


@bounded(MOST_SENT, as_json)
@require_POST
@phone
def acted(request: StaffRequest) -> JsonResponse:
    """``act``: the result of a task, or that it is taken back."""
    form = ResultForm(_body(request), request.FILES).checked()
    given = form.cleaned_data
    if given["action"] not in TASK_RESULTS | {PHONE_RECALL}:
        raise BadRequest(_("没有这个操作"))
    case = act(
        request.actor,
        given["code"],
        given["action"],
        {"reason": given["text"], "note": given["text"]},
        uuid=given["uuid"],
        photos=form.photos(),
        where=form.where(),
    )
    return JsonResponse({"code": case.code, "state": state_shown(CASES, case.step)})


@bounded(MOST_BODY, as_json)
@require_POST
@phone
def patrol(request: StaffRequest) -> JsonResponse:
    """``patrol``: on duty, off duty, and the track between."""
    given = PatrolForm(_body(request)).checked().cleaned_data
    if given["action"] not in PATROL_ACTIONS or not (given["action"] or given["points"]):
        raise BadRequest(_("应为上岗（start）、离岗（stop）或轨迹点"))
    kept = dropped = 0
    if given["action"] == "start":
        start_patrol(request.user, given["at"])
    if given["points"]:
        kept, dropped = add_fixes(request.user, given["points"], given["since"])
    if given["action"] == "stop":
        stop_patrol(request.user, given["at"])
    found = patrol_of(request.user)
    since = found.started_at.isoformat() if found else None
    return JsonResponse({"patrol": since, "kept": kept, "dropped": dropped})


def _listed(cases: list[Case]) -> list[dict[str, Any]]:
    now = timezone.now()
    photos = photos_by_case(case.code for case in cases)
    found = []
    for row in case_row(cases, now):
        case = row.case
        found.append(
            {
                "code": case.code,
                "title": row.title,
                "state": row.state,
                "step": case.step,
                "description": masked_within(case.description),
                "place": row.place,
                "address": masked_within(case.address),
                "lon": row.lon,
                "lat": row.lat,
                "urgency": clock_of(case, now)[0],
                "due": case.step_due_at.isoformat() if case.step_due_at else None,
                "due_is_provisional": case.step_is_provisional,
                "reported": case.reported_at.isoformat(),
                "photos": [
                    f"/grid/photos/{photo.pk}?small=1" for photo in photos.get(case.code, ())
                ],
            }
        )
    return found


def _body(request: HttpRequest) -> dict[str, Any]:
    """The JSON of a request: its body, or the part ``json`` of a form with photos.

    Raises:
        BadRequest: there is none.
        TooLarge: it is longer than any that the phone makes.
    """
    text: str | bytes = request.POST.get("json", "")
    if request.content_type == "application/json":
        text = request.body
    if len(text) > MOST_BODY:
        raise TooLarge(_("内容过大"))
    return json_in(text)
