"""What anybody sees of public cases: one by its number, all on a map."""

import json
import re
from datetime import timedelta
from typing import Any

from django.db.models import Case as Either
from django.db.models import Q, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grid.cases.procedure import CASES
from grid.cases.public_view import PROGRESS, milestones, reached
from grid.cases.publishing import shown
from grid.cases.queries import public_cases, steps_of
from grid.cases.steps import ENDED
from grid.models import Case, CasePhoto
from spatial.casework.titles import state_shown
from spatial.city import city
from spatial.crs import transformer
from webmap.casework.presentation import class_title, district_names

NUMBER = re.compile(r"[0-9A-Za-z-]{1,40}")
DIGITS, MOST_DRAWN = 6, 5_000
SHOWN_FOR = timedelta(days=180)
BEFORE = (CasePhoto.Moment.BEFORE, CasePhoto.Moment.VERIFIED)


@require_safe
@never_cache
def follow(request: HttpRequest) -> HttpResponse:
    """``/report/follow``: where a public case stands, by its number."""
    number = request.GET.get("number", "").strip()
    context: dict[str, Any] = {"number": number, "tab": "follow"}
    if not number:
        return render(request, "public/follow.html", context)
    case = public_cases().filter(code=number).first() if NUMBER.fullmatch(number) else None
    if case is None:
        context["problem"] = _("没有这个编号，或该案件不公开。请核对编号。")
        return render(request, "public/follow.html", context, status=404)
    context |= _followed(case) | {"is_new": request.GET.get("new") == "1"}
    return render(request, "public/follow.html", context)


@require_safe
def shown_map(request: HttpRequest) -> HttpResponse:
    """``/report/map``: what was reported and what became of it."""
    return render(request, "public/map.html", {"tab": "map", "days": SHOWN_FOR.days})


@require_safe
def as_geojson(request: HttpRequest) -> HttpResponse:
    """``/report/cases.json``: the public cases that are open or of the last months.

    Number, class, state and day of each, open ones first, then the newest; 5,000 at most,
    and how many there are (``numberMatched``). No words, no people.
    """
    recent = Q(reported_at__gte=timezone.now() - SHOWN_FOR) | ~Q(step__in=ENDED)
    cases = public_cases().filter(recent)
    is_ended = Either(When(step__in=ENDED, then=1), default=0)
    found = list(cases.order_by(is_ended, "-reported_at", "code")[:MOST_DRAWN])
    to_degrees = transformer(city().projected, 4326)
    body = {
        "type": "FeatureCollection",
        "numberMatched": cases.count() if len(found) == MOST_DRAWN else len(found),
        "features": [_feature(case, to_degrees) for case in found],
    }
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), content_type="application/geo+json"
    )
    response["Cache-Control"] = "public, max-age=60"
    return response


def _followed(case: Case) -> dict[str, Any]:
    """What the page says of a case."""
    seen = shown(case)
    stage = reached(case)
    before = [photo for photo in seen.photos if photo.moment in BEFORE]
    after = [photo for photo in seen.photos if photo.moment not in BEFORE]
    lon, lat = transformer(city().projected, 4326).transform(case.geom.x, case.geom.y)
    names = district_names({case.district_code})
    return {
        "case": case,
        "title": class_title(case),
        "state": state_shown(CASES, case.step),
        "place": names.get(case.district_code, ""),
        "description": seen.words,
        "address": seen.address,
        "stages": [
            {"title": _(title), "is_done": stage is not None and n <= stage, "is_now": n == stage}
            for n, title in enumerate(PROGRESS)
        ],
        "is_off": stage is None,
        "milestones": milestones(steps_of(case.code))[::-1],
        "main": public_cases().filter(code=case.duplicate_of).first()
        if case.duplicate_of
        else None,
        "pictures": [(_("处置前"), before), (_("处置后"), after)],
        "lon": round(lon, DIGITS),
        "lat": round(lat, DIGITS),
    }


def _feature(case: Case, to_degrees: Any) -> dict[str, Any]:
    lon, lat = to_degrees.transform(case.geom.x, case.geom.y)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(lon, DIGITS), round(lat, DIGITS)]},
        "properties": {
            "number": case.code,
            "class": class_title(case),
            "state": state_shown(CASES, case.step),
            "stage": _stage(case),
            "day": f"{timezone.localtime(case.reported_at):%Y-%m-%d}",
        },
    }


def _stage(case: Case) -> str:
    """What colour a case has on the map: new, open, closed or off."""
    stage = reached(case)
    if stage is None:
        return "off"
    return {0: "new", len(PROGRESS) - 1: "closed"}.get(stage, "open")
