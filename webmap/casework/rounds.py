"""A case as the department of an earlier round of handling had it, and its appeal against the round."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from grid.cases.procedure import CASES
from grid.cases.queries import case_of, photos_of, steps_of
from grid.cases.rounds import Round, rounds_of, version_at_end
from grid.cases.situations import CaseSituation
from grid.models import Case, CasePhoto, CaseStep
from spatial.casework.queries import amendments_of
from spatial.sealed.queries import masks_of
from webmap.casework.amendments import corrections_of
from webmap.casework.available_actions import appeal_offer
from webmap.casework.guards import StaffRequest
from webmap.casework.presentation import case_row, class_title, round_title, timeline
from webmap.casework.publicity import things_shown
from webmap.web.errors import is_script

ANSWERS = ("grant_appeal", "refuse_appeal")


@dataclass(frozen=True)
class PastRound:
    """A round that is over, the case as it was at its end, and the other rounds of the viewer."""

    round: Round
    case: Case
    now: Case
    steps: list[CaseStep]
    others: list[Round]

    @property
    def tag(self) -> str:
        """Changes with what was appealed; nothing else can."""
        return f"{self.case.pk}.{len(self.steps)}"


def past_round(request: StaffRequest, code: str) -> PastRound | None:
    """The round that is named, else the latest, of those that this one's department had."""
    case = case_of(code)
    steps = steps_of(code) if case else []
    mine = [r for r in rounds_of(case, steps) if r.is_of(request.actor)] if case else []
    named = request.GET.get("round", "")
    wanted = next((r for r in mine if str(r.dispatch) == named), mine[-1] if mine else None)
    version = version_at_end(wanted) if wanted else None
    if case is None or wanted is None or version is None:
        return None
    others = [one for one in mine if one is not wanted and one.left_by]
    return PastRound(wanted, version, case, _steps_within(wanted, steps), others)


def has_seen(request: StaffRequest, photo: CasePhoto) -> bool:
    """Whether a photo was there while this one's department had the case."""
    case = case_of(photo.case_code)
    mine = [r for r in rounds_of(case) if r.is_of(request.actor)] if case else []
    return any(one.left_by and photo.added_at <= one.left_by.at for one in mine)


def _steps_within(one: Round, steps: list[CaseStep]) -> list[CaseStep]:
    """What was done until the round was over, and what became of the appeals against it."""
    end = one.left_by.pk if one.left_by else 0
    return [
        step
        for step in steps
        if step.pk < end
        or (step.action in ("appeal", *ANSWERS) and step.details.get("round") == str(one.dispatch))
    ]


def shown_round(
    request: StaffRequest,
    past: PastRound,
    *,
    error: str = "",
    is_done: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The case as it was: a page, or its fragment for a script."""
    case, now, left_by = past.case, timezone.now(), past.round.left_by
    photos = [one for one in photos_of(case.code) if left_by and one.added_at <= left_by.at]
    amendments = amendments_of(CASES, case.code)
    masks = masks_of([case.reporter_name, case.reporter_phone])
    context: dict[str, Any] = {
        "case": case,
        "round": past.round,
        "round_title": round_title(past.round),
        "other_rounds": [(one.dispatch, round_title(one)) for one in past.others],
        "told": case_row([case], now)[0],
        "class_title": class_title(case),
        "timeline": timeline(past.steps, corrections_of(case, amendments)),
        "offers": appeal_offer(CaseSituation(past.now, now), request.actor),
        "reporter": masks.get(case.reporter_name, ""),
        "phone": masks.get(case.reporter_phone, ""),
        "error": error,
        "is_done": is_done,
        "tag": past.tag,
        "tab": "desk",
        **things_shown(photos),
    }
    template = "grid/case.html" if is_script(request) else "grid/case_page.html"
    response = render(request, template, context, status=status)
    response["ETag"] = f'"{past.tag}"'
    return response
