"""Reporting without an account, following by number, and the map of what was reported."""

import json
from collections.abc import Mapping
from datetime import timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from grid import rulebook
from grid.actions import Report, report
from grid.actors import anybody
from grid.errors import Unfit
from grid.models import Case, CasePhoto
from grid.photos import MOST_BYTES
from grid.public import PROGRESS, discreet, is_shown, milestones, reached
from grid.queries import photos_of, public_cases, steps_of
from grid.steps import ENDED, STATES
from layers.access import Caller
from layers.callers import address_of
from layers.limits import TooFast, admit
from spatial.city import city
from spatial.codes import schemes
from spatial.crs import transformer
from webmap.grid.cases import photos_in
from webmap.grid.words import class_title, district_names
from webmap.grid.writing import point_in

SOURCE = "公众举报"
MOST_PHOTOS, MOST_WORDS, LEAST_WORDS = 3, 500, 4
MOST_BODY = MOST_PHOTOS * MOST_BYTES + 100_000
DIGITS, MOST_DRAWN = 6, 5_000
SHOWN_FOR = timedelta(days=180)


@csrf_exempt
def form(request: HttpRequest) -> HttpResponse:
    """``/report/``: the form, and what it sends. Its size is looked at before it is read."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > MOST_BODY:
        problem = _("照片合计过大；每张不超过 %(mb)s MB，最多 %(n)s 张。") % {
            "mb": MOST_BYTES // 1024**2,
            "n": MOST_PHOTOS,
        }
        return _form(request, {}, problem, 413)
    return _asked_or_sent(request)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@csrf_protect
def _asked_or_sent(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, {})
    try:
        _bound(request)
        case = report(anybody(), _told(request))
    except Unfit as error:
        return _form(request, request.POST, str(error), 422)
    except TooFast as error:
        answer = _form(request, request.POST, _("上报过于频繁，请稍后再试。"), 429)
        answer["Retry-After"] = error.headers["Retry-After"]
        return answer
    where = f"/report/follow?{urlencode({'number': case.code, 'new': '1'})}"
    return HttpResponse(status=303, headers={"Location": where})


@require_safe
@never_cache
def follow(request: HttpRequest) -> HttpResponse:
    """``/report/follow``: where a public case stands, by its number."""
    number = request.GET.get("number", "").strip()[:40]
    context: dict[str, Any] = {"number": number, "tab": "follow"}
    if not number:
        return render(request, "public/follow.html", context)
    case = public_cases().filter(code=number).first()
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

    Number, class, state and day of each, newest first, 5,000 at most; no words, no people.
    """
    recent = Q(reported_at__gte=timezone.now() - SHOWN_FOR) | ~Q(step__in=ENDED)
    found = public_cases().filter(recent).order_by("-reported_at", "code")[:MOST_DRAWN]
    to_degrees = transformer(city().projected, 4326)
    features = [_feature(case, to_degrees) for case in found]
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    response = HttpResponse(body, content_type="application/geo+json")
    response["Cache-Control"] = "public, max-age=60"
    return response


def _form(
    request: HttpRequest, given: Mapping[str, Any], problem: str = "", status: int = 200
) -> HttpResponse:
    """The form, with what was given before and what is wrong with it."""
    context = {
        "tab": "report",
        "groups": _classes_by_group(),
        "given": given,
        "problem": problem,
        "uuid": given.get("uuid") or uuid4(),
        "most_photos": MOST_PHOTOS,
        "most_words": MOST_WORDS,
    }
    return render(request, "public/form.html", context, status=status)


def _told(request: HttpRequest) -> Report:
    """What the form says.

    Raises:
        Unfit: a part of it cannot be taken.
    """
    form = request.POST
    kind, _sep, class_code = form.get("class", "").partition(":")
    if not class_code:
        raise Unfit(_("请选择问题类别"), "class")
    words = form.get("description", "").strip()
    if not LEAST_WORDS <= len(words) <= MOST_WORDS:
        raise Unfit(
            _("问题描述请写 %(least)s 到 %(most)s 个字")
            % {"least": LEAST_WORDS, "most": MOST_WORDS},
            "description",
        )
    if len(request.FILES.getlist("photos")) > MOST_PHOTOS:
        raise Unfit(_("照片最多 %(n)s 张") % {"n": MOST_PHOTOS}, "photos")
    point = point_in(form.get("lon", ""), form.get("lat", ""))
    return Report(
        kind=kind,
        class_code=class_code,
        point=point,
        description=words,
        address=form.get("address", "").strip(),
        source=SOURCE,
        uuid=_uuid(form.get("uuid", "")),
        is_public=True,
        reporter_name=form.get("reporter_name", "").strip(),
        reporter_phone=form.get("reporter_phone", "").strip(),
        photos=photos_in(request),
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Unfit(_("页面已失效，请刷新后重新填写"), "uuid") from None


def _bound(request: HttpRequest) -> None:
    """Count what is sent, fit or not, for its address, and for all together; the address is not kept.

    Raises:
        TooFast: one of the two has had its number of this minute.
    """
    key = settings.SECRET_KEY.encode()[:64]
    origin = blake2b(address_of(request).encode(), key=key, digest_size=12).hexdigest()
    admit(Caller(f"report {origin}", per_minute=settings.PUBLIC_REPORTS_PER_MINUTE))
    admit(Caller("report", per_minute=settings.PUBLIC_REPORTS_PER_MINUTE_ALL))


def _classes_by_group() -> list[dict[str, Any]]:
    """The classes that take reports today, events first, by their major class."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for kind, scheme_id, entry in rulebook.classes_in_use(rulebook.day_of(timezone.now())):
        title = schemes()[scheme_id].name(entry.parent)
        group = groups.setdefault((kind, entry.parent), {"title": title, "kind": kind, "rows": []})
        group["rows"].append({"value": f"{kind}:{entry.code}", "name": entry.name})
    return sorted(groups.values(), key=lambda group: group["kind"] != "event")


def _followed(case: Case) -> dict[str, Any]:
    """What the page says of a case."""
    seen = is_shown(case)
    stage = reached(case)
    photos = photos_of(case.code) if seen else []
    before = [photo for photo in photos if photo.moment == CasePhoto.Moment.BEFORE]
    after = [photo for photo in photos if photo.moment == CasePhoto.Moment.AFTER]
    lon, lat = transformer(city().projected, 4326).transform(case.geom.x, case.geom.y)
    names = district_names({case.district_code})
    return {
        "case": case,
        "title": class_title(case),
        "state": _(STATES.get(case.step, "")),
        "place": names.get(case.district_code, ""),
        "is_seen": seen,
        "description": discreet(case.description) if seen else "",
        "address": discreet(case.address) if seen else "",
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
            "state": STATES.get(case.step, ""),
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
