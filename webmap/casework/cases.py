"""One case: what is known of it, and every action on it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from grid.cases.actions import act
from grid.cases.actors import Actor
from grid.cases.amendable import AMENDABLE
from grid.cases.assignees import holders
from grid.cases.conflicts import main_of
from grid.cases.photos import shown_path
from grid.cases.policies import can_see_reporter, can_take_own
from grid.cases.procedure import CASES
from grid.cases.queries import (
    cases_near,
    component_of,
    components_near,
    photos_of,
    visible_cases,
    with_cell,
)
from grid.cases.situations import CaseSituation
from grid.models import Case, CasePhoto
from layers.access.masking import masked_within
from layers.reading.personal import opened_texts, record_reading
from spatial.casework.amending import AMEND
from spatial.casework.policies import can_amend
from spatial.casework.queries import amendments_of
from spatial.casework.texts import plain
from spatial.sealed.queries import masks_of
from webmap.casework.amendments import corrections_of
from webmap.casework.available_actions import offers
from webmap.casework.forms import ActionForm
from webmap.casework.guards import StaffRequest, casework
from webmap.casework.presentation import case_row, class_title, component_rows, timeline
from webmap.casework.publicity import publicity
from webmap.casework.rounds import PastRound, has_seen, past_round, shown_round
from webmap.web.errors import Refusal, answering, is_script
from webmap.web.guards import MOST_SENT, bounded, check

REPORTER = ("reporter_name", "reporter_phone")
ENDED_LATELY = timedelta(days=30)


@require_safe
@casework
def one(request: StaffRequest, code: str) -> HttpResponse:
    """``/grid/cases/{code}``: a page, or its fragment for the desk; 304 while nobody has acted."""
    case = _seen(request, plain(code))
    if case is None and (past := past_round(request, plain(code))):
        return _unchanged(request, past.tag) or shown_round(request, past)
    case = case or case_for(request, code)
    return _unchanged(request, str(case.pk)) or shown(request, case)


def _unchanged(request: StaffRequest, tag: str) -> HttpResponse | None:
    """304, where the page is the one that the caller has."""
    if request.headers.get("If-None-Match") != f'"{tag}"':
        return None
    response = HttpResponse(status=304)
    response["ETag"] = f'"{tag}"'
    return response


@bounded(MOST_SENT)
@require_POST
@casework
def acted(request: StaffRequest, code: str) -> HttpResponseBase:
    """``/grid/cases/{code}/act``: one action; the answer is the case as it then stands."""
    past = None if _seen(request, plain(code)) else past_round(request, plain(code))
    if past and request.POST.get("action") == "appeal":
        return _appealed(request, past)
    return _acted(request, case_for(request, code))


@require_POST
@casework
def personal(request: StaffRequest, code: str) -> HttpResponse:
    """``/grid/cases/{code}/personal``: who reported it, in full; the look is recorded."""
    case = case_for(request, code)
    check(can_see_reporter(request.actor), gettext_noop("您没有查看举报人信息的权限。"))
    fields = (*REPORTER, "description")
    record_reading(request.actor.name, "cases", code, fields, request.POST.get("reason", ""))
    texts = opened_texts(case, REPORTER)
    context = {
        "case": case,
        "name": texts["reporter_name"],
        "phone": texts["reporter_phone"],
        "words": case.description if _has_numbers(case) else "",
    }
    return render(request, "grid/reporter.html", context)


@require_safe
@casework
def photo(request: StaffRequest, photo_id: UUID) -> HttpResponse | FileResponse:
    """``/grid/photos/{id}``: a photo of a case that this one may see."""
    found = CasePhoto.objects.filter(pk=photo_id).first()
    if found is None or not (
        visible_cases(request.actor).filter(code=found.case_code).exists()
        or has_seen(request, found)
    ):
        raise Http404(_("没有这张照片"))
    path = shown_path(found, small="small" in request.GET)
    if not path.exists():
        raise Http404(_("照片文件不在了"))
    response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=86400"
    return response


def _seen(request: StaffRequest, code: str) -> Case | None:
    return with_cell(visible_cases(request.actor)).filter(code=code).first()


def case_for(request: StaffRequest, code: str) -> Case:
    """The case, if this one may see it. Raises Http404."""
    case = _seen(request, plain(code))
    if case is None:
        raise Http404(_("没有这件案件，或不在您的办理范围"))
    return case


def _refused(request: StaffRequest, refusal: Refusal, case: Case) -> HttpResponse:
    """The case as this one may see it now; as it was, where that is no longer so."""
    fresh = _seen(request, case.code) or case
    return shown(request, fresh, error=refusal.text, status=refusal.status)


def _not_appealed(request: StaffRequest, refusal: Refusal, past: PastRound) -> HttpResponse:
    return shown_round(request, past, error=refusal.text, status=refusal.status)


@answering(_not_appealed)
def _appealed(request: StaffRequest, past: PastRound) -> HttpResponse:
    """An appeal of a department that has not the case any more."""
    form = ActionForm(request.POST, request.FILES).checked()
    act(request.actor, past.case.code, "appeal", form.given(), uuid=form.cleaned_data["uuid"])
    fresh = past_round(request, past.case.code)
    return shown_round(request, fresh or past, is_done=True)


@answering(_refused)
def _acted(request: StaffRequest, case: Case) -> HttpResponse:
    form = ActionForm(request.POST, request.FILES).checked()
    given = form.cleaned_data
    done = act(
        request.actor,
        case.code,
        given["action"],
        form.given(),
        expected=given["expected"],
        uuid=given["uuid"],
        photos=form.photos(),
    )
    fresh = _seen(request, case.code)
    if fresh is None:
        return render(request, "grid/passed.html", {"case": done})
    return shown(request, fresh, is_done=True)


def shown(
    request: StaffRequest, case: Case, *, error: str = "", is_done: bool = False, status: int = 200
) -> HttpResponse:
    """The case as this one may see it: a page, or its fragment for a script."""
    now = timezone.now()
    situation = CaseSituation(case, now)
    may = offers(situation, request.actor)
    is_amended = any(step.action == AMEND for step in situation.steps)
    amendments = amendments_of(CASES, case.code) if is_amended else []
    masks = masks_of([case.reporter_name, case.reporter_phone])
    context = {
        "case": case,
        "class_title": class_title(case),
        "timeline": timeline(situation.steps, corrections_of(case, amendments)),
        "can_amend": any(can_amend(CASES, case, request.actor, name) for name in AMENDABLE),
        "main": main_of(case),
        "requests": situation.requests,
        "component": _component(case),
        "offers": [offer for offer in may if not offer.instead_of],
        "instead": [offer for offer in may if offer.instead_of],
        "is_stranded": holders(situation).is_stranded(case),
        "reporter": masks.get(case.reporter_name, ""),
        "phone": masks.get(case.reporter_phone, ""),
        "has_numbers": _has_numbers(case),
        "error": error,
        "is_done": is_done,
        "tag": case.pk,
        "tab": "desk",
    }
    context |= publicity(situation, request.actor, photos_of(case.code))
    context |= _around(situation, request.actor)
    template = "grid/case.html" if is_script(request) else "grid/case_page.html"
    response = render(request, template, context, status=status)
    response["ETag"] = _tag(case)
    return response


def _around(situation: CaseSituation, actor: Actor) -> dict[str, Any]:
    """The case in words, and what else is near of what this one may see."""
    case, now = situation.case, situation.at
    near, ended = cases_near(case, visible_cases(actor), now - ENDED_LATELY)
    told, *others = case_row([case, *near, *ended], now)
    return {
        "told": told,
        "duplicates": situation.duplicates if can_take_own(actor, "merge") else [],
        "near": others[: len(near)],
        "ended": [(row, row.case.closed_at) for row in others[len(near) :]],
        "ended_days": ENDED_LATELY.days,
        "components": component_rows(components_near(case.geom)),
    }


def _component(case: Case) -> dict[str, Any] | None:
    """The component that the case names, as it stands; only its code once it is gone."""
    if not case.component_code:
        return None
    found = component_of(case.component_code)
    if found is None:
        return {"code": case.component_code}
    return component_rows([(found, found.geom.distance(case.geom))])[0]


def _tag(case: Case) -> str:
    """Every action on a case, whatever it does, is a version of it."""
    return f'"{case.pk}"'


def _has_numbers(case: Case) -> bool:
    """Whether people wrote numbers into what they saw that the page masks."""
    return masked_within(case.description) != case.description
