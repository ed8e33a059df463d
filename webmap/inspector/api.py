"""What the phone asks and sends. Everything sent may be sent again: a UUID makes it one."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from grid.cases.actions import Report, Where, act, report
from grid.cases.queries import photos_by_case, queue
from grid.cases.steps import STATES, TASK_RESULTS, TASKS
from grid.errors import Unfit
from grid.models import Case, CaseStep
from grid.patrols.patrols import Fix, add_fixes, patrol_of, start_patrol, stop_patrol
from grid.rules import rulebook
from layers.access.masking import masked_within
from spatial.city import city
from spatial.codes import schemes
from webmap.casework.cases import photos_in
from webmap.casework.guards import MOST_SENT, StaffRequest, bounded
from webmap.casework.presentation import clock_of, told
from webmap.casework.writing import point_in
from webmap.inspector.area import area_of
from webmap.inspector.guards import phone, too_large

SOURCE = "监督员上报"
MOST_BODY, MOST_LISTED, MOST_RECENT = 1_000_000, 100, 8
PLACE_SOURCES = ("gps", "map")


@require_safe
@phone
def me(request: StaffRequest) -> JsonResponse:
    """``me``: who is signed in, the token for what is sent, the server's clock."""
    patrol = patrol_of(request.user)
    return JsonResponse(
        {
            "name": request.actor.name,
            "title": request.user.get_full_name() or request.actor.name,  # type: ignore[union-attr]
            "districts": request.actor.districts,
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
            "group": schemes()[scheme_id].name(entry.parent),
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
    return JsonResponse(area_of(request.actor.districts))


@require_safe
@phone
def tasks(request: StaffRequest) -> JsonResponse:
    """``tasks``: what is to be verified and checked."""
    found = [c for state in TASKS for c in queue(request.actor, state)]
    return JsonResponse({"tasks": _listed(found[:MOST_LISTED])})


@require_safe
@phone
def mine(request: StaffRequest) -> JsonResponse:
    """``mine``: the cases that this one reported, the newest first."""
    own = Case.objects.current().filter(reporter=request.actor.name).order_by("-reported_at")
    return JsonResponse({"cases": _listed(list(own[:MOST_LISTED]))})


@bounded(MOST_SENT, too_large)
@require_POST
@phone
def reported(request: StaffRequest) -> JsonResponse:
    """``report``: 201 for a new case, 200 for one that was sent before."""
    given = _body(request)
    uuid = _uuid(given)
    known = CaseStep.objects.filter(uuid=uuid).exists()
    kind, _, code = str(given.get("class", "")).partition(":")
    case = report(
        request.actor,
        Report(
            kind=kind,
            class_code=code,
            scheme=str(given.get("scheme") or ""),
            point=point_in(str(given.get("lon", "")), str(given.get("lat", ""))),
            description=str(given.get("description", "")),
            source=SOURCE,
            component_code=str(given.get("component") or ""),
            captured_at=_moment(given.get("captured_at")),
            accuracy_m=_accuracy(given.get("accuracy")),
            uuid=uuid,
            photos=photos_in(request),
            details=_position(given),
        ),
    )
    return JsonResponse({"code": case.code}, status=200 if known else 201)


@bounded(MOST_SENT, too_large)
@require_POST
@phone
def acted(request: StaffRequest) -> JsonResponse:
    """``act``: the result of a task."""
    given = _body(request)
    uuid = _uuid(given)
    action = str(given.get("action", ""))
    if action not in TASK_RESULTS:
        raise Unfit("没有这个操作")
    place = None
    if given.get("lon") is not None:
        place = point_in(str(given.get("lon")), str(given.get("lat")))
    case = act(
        request.actor,
        str(given.get("code", "")),
        action,
        {"reason": str(given.get("text", "")), "note": str(given.get("text", ""))},
        uuid=uuid,
        photos=photos_in(request),
        where=Where(
            place,
            _accuracy(given.get("accuracy")),
            _moment(given.get("captured_at")),
            _position(given),
        ),
    )
    return JsonResponse({"code": case.code, "state": STATES[case.step]})


@bounded(MOST_BODY, too_large)
@require_POST
@phone
def patrol(request: StaffRequest) -> JsonResponse:
    """``patrol``: on duty, off duty, and the track between."""
    given = _body(request)
    kept = dropped = 0
    if given.get("action") == "start":
        start_patrol(request.user, _moment(given.get("at")))
    points = given.get("points") or []
    if not isinstance(points, list) or not all(isinstance(point, dict) for point in points):
        raise Unfit("轨迹应为点的列表")
    if points:
        fixes = [_fix(point) for point in points]
        kept, dropped = add_fixes(request.user, fixes, _moment(given.get("since")))
    if given.get("action") == "stop":
        stop_patrol(request.user, _moment(given.get("at")))
    found = patrol_of(request.user)
    since = found.started_at.isoformat() if found else None
    return JsonResponse({"patrol": since, "kept": kept, "dropped": dropped})


def _fix(point: dict[str, Any]) -> Fix:
    at = _moment(point.get("at"))
    accuracy = _accuracy(point.get("accuracy"))
    if at is None or accuracy is None:
        raise Unfit("轨迹点缺少时间或精度")
    return Fix(at, point_in(str(point.get("lon")), str(point.get("lat"))), accuracy)


def _position(given: dict[str, Any]) -> dict[str, Any]:
    """How the place was found, for the details of the step.

    The accuracy of a place that was chosen on the map is unknown: it has none, and what
    the device knew of itself (accuracy, distance from the chosen place) stands here.

    Raises:
        Unfit: found in a way that there is not.
    """
    source = given.get("place_source")
    if source is None:
        return {}
    if source not in PLACE_SOURCES:
        raise Unfit("位置来源只能是定位（gps）或地图（map）", "position")
    fixed_at = _moment(given.get("fixed_at"))
    found = {
        "source": source,
        "fixed_at": fixed_at.isoformat() if fixed_at else None,
        "device_accuracy_m": _accuracy(given.get("device_accuracy")),
        "device_distance_m": _accuracy(given.get("device_distance")),
    }
    return {"position": {name: value for name, value in found.items() if value is not None}}


def _listed(cases: list[Case]) -> list[dict[str, Any]]:
    now = timezone.now()
    photos = photos_by_case(case.code for case in cases)
    found = []
    for row in told(cases, now):
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
        Unfit: none, or too large.
    """
    text: str | bytes = request.POST.get("json", "")
    if request.content_type == "application/json":
        text = request.body
    if len(text) > MOST_BODY:
        raise Unfit("内容过大")
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise Unfit("内容不是有效的 JSON") from None
    if not isinstance(given, dict):
        raise Unfit("内容不是有效的 JSON")
    return given


def _uuid(given: dict[str, Any]) -> UUID:
    try:
        return UUID(str(given.get("uuid", "")))
    except ValueError:
        raise Unfit("缺少标识 uuid", "uuid") from None


def _moment(text: Any) -> datetime | None:
    """A moment of the phone's; None where there is none.

    Raises:
        Unfit: it cannot be read.
    """
    if text in (None, ""):
        return None
    try:
        found = datetime.fromisoformat(str(text))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Unfit("时间读不出") from None


def _accuracy(value: Any) -> float | None:
    if value is None:
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise Unfit("定位精度读不出") from None
    return found if 0 <= found < 1e7 else None
