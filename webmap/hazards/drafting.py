"""拟稿: a warning is begun from the levels of risk, from an earlier one, or from nothing."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from spatial.calendars.queries import day_of as city_day
from spatial.casework.models import Matter
from spatial.casework.policies import check_beginning
from spatial.casework.queries import visible_matters
from spatial.casework.texts import plain
from spatial.city import city
from spatial.hazard_warnings.actions import draft_warning, redraft_warning
from spatial.hazard_warnings.models import WarningMessage
from spatial.hazard_warnings.procedure import GEO_WARNING
from spatial.hazard_warnings.queries import (
    chain_of,
    message_named,
    standing_warnings,
    towns_on,
    voice_on,
)
from spatial.hazard_warnings.rulebook import rules_on
from spatial.hazard_warnings.rules.contents import (
    ACTUAL,
    ALERT,
    CANCEL,
    DAILY,
    EXERCISE,
    UPDATE,
    WARNING,
    WarnedTown,
    WarningContent,
    content_of,
    marked_exercise,
)
from spatial.hazard_warnings.rules.wordings import proposed
from spatial.hazards.rules.levels import BY_CODE, CODES, WarningLevel
from spatial.risk_levels.models import RiskCycle, RiskLevel
from webmap.hazards.draft_forms import DraftForm, initial_of
from webmap.web.callers import matter_actor
from webmap.web.errors import BadRequest, Refusal, answering
from webmap.web.guards import MOST_WRITTEN, bounded, signed_in

KEPT = ("place", "engine", "level", "is_known", "measure", "value_mm", "limit_mm", "covered",
        "area_share", "where_zh", "where_en")  # fmt: skip


@bounded(MOST_WRITTEN)
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: HttpRequest) -> HttpResponseBase:
    """``/hazards/warnings/new``: the form; a POST begins the draft."""
    check_beginning(GEO_WARNING, matter_actor(request))
    now = timezone.now()
    base = begun(request, now)
    return _posted(request, base, None) if request.method == "POST" else _form(request, base, None)


@bounded(MOST_WRITTEN)
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def revise(request: HttpRequest, code: str) -> HttpResponseBase:
    """``/hazards/warnings/{matter}/draft``: the form of a draft; a POST revises it."""
    actor = matter_actor(request)
    check_beginning(GEO_WARNING, actor)
    matter = visible_matters(GEO_WARNING, actor).filter(code=plain(code)).first()
    if matter is None or matter.step not in GEO_WARNING.workflow.of("redraft").sources:
        raise Http404(_("没有这份稿件，或已不在拟稿和审核阶段"))
    base = content_of(matter.values)
    form = _posted if request.method == "POST" else _form
    return form(request, base, matter)


def begun(request: HttpRequest, now: datetime) -> WarningContent:
    """What a new draft is about: by the address's ``about``, ``kind``, ``cycle``, ``level``.

    Raises:
        BadRequest: the earlier warning or the cycle is not there.
    """
    asked = request.GET
    kind = asked.get("kind", ALERT)
    if kind not in (ALERT, UPDATE, CANCEL):
        raise BadRequest(_("没有这种消息类型"))
    status = EXERCISE if asked.get("status") == EXERCISE else ACTUAL
    product = DAILY if asked.get("product") == DAILY and kind == ALERT else WARNING
    about = _about(asked.get("about", "")) if kind != ALERT else None
    effective, expires = _hours(now, product)
    empty = WarningContent(
        kind=kind,
        product=product,
        status=about.status if about else status,
        towns=(),
        effective=effective,
        expires=about.expires_at if about else expires,
        headline="",
        text="",
        about=about.identifier if about else "",
    )
    if about:
        return replace(empty, towns=_standing(about, now))
    return _from_cycle(empty, asked.get("cycle", ""), asked.get("level", ""), now)


def _about(identifier: str) -> WarningMessage:
    """The last message of the chain that an update or a cancel follows."""
    found = message_named(identifier)
    if found is None or not found.document:
        raise BadRequest(_("没有所针对的预警"))
    return chain_of(found)[-1]


def _hours(now: datetime, product: str) -> tuple[datetime, datetime]:
    """From this minute for the usual hours; a daily product from 20:00 to 20:00."""
    rules = rules_on(city_day(now))
    if product != DAILY:
        start = now.replace(second=0, microsecond=0)
        return start, start + timedelta(hours=rules.hours)
    here = now.astimezone(ZoneInfo(city().time_zone))
    start = here.replace(hour=rules.daily_from, minute=0, second=0, microsecond=0)
    return start, start + timedelta(days=1)


def _standing(about: WarningMessage, now: datetime) -> tuple[WarnedTown, ...]:
    """The towns in which a chain stands, with their levels."""
    names = dict(towns_on(now))
    return tuple(
        WarnedTown(one.town, names.get(one.town, one.town), one.level)
        for one in standing_warnings(now, about.status)
        if one.message.chain == about.chain
    )


def _from_cycle(content: WarningContent, cycle: str, level: str, now: datetime) -> WarningContent:
    """With the towns that a computation has at a level or above, and what it said of them."""
    if not cycle:
        return content
    try:
        moment = datetime.fromisoformat(cycle)
    except ValueError:
        moment = None
    found = RiskCycle.objects.filter(at=moment).first() if moment and moment.tzinfo else None
    if found is None:
        raise BadRequest(_("没有这次计算"))
    least = BY_CODE.get(level) or WarningLevel.BLUE
    names = dict(towns_on(now))
    rows = found.levels.filter(is_leading=True, level__gte=least, place__in=names)
    rows = rows.order_by("-level", "place")
    towns = tuple(
        WarnedTown(row.place, names[row.place], CODES[WarningLevel(row.level)]) for row in rows
    )
    reason = {"cycle": found.at.isoformat(), "levels": [_kept(row) for row in rows]}
    return replace(content, towns=towns, reason=reason)


def _kept(row: RiskLevel) -> dict[str, Any]:
    return {name: getattr(row, name) for name in KEPT}


def _form(
    request: HttpRequest,
    base: WarningContent,
    matter: Matter | None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    now = timezone.now()
    towns = towns_on(now)
    if refusal:
        form = DraftForm(towns, base.kind, request.POST)
    else:
        fresh = {"uuid": uuid4(), "expected": matter.pk if matter else ""}
        form = DraftForm(towns, base.kind, initial=fresh | _initial(base, now))
    context = {
        "form": form,
        "content": base,
        "matter": matter,
        "error": refusal.text if refusal else "",
        "standing": {one.town: one for one in standing_warnings(now, base.status)},
        "rules": rules_on(city_day(now)),
        "reason": asdict(base)["reason"],
        "address": request.get_full_path(),
        "tab": GEO_WARNING.id,
    }
    status = refusal.status if refusal else 200
    return render(request, "hazards/draft.html", context, status=status)


def _initial(base: WarningContent, now: datetime) -> dict[str, Any]:
    """The form's first values: a cancel names all towns, an update none until one is chosen."""
    if base.kind == UPDATE and not base.text:
        base = replace(base, towns=())
    own = marked_exercise(proposed(base, voice_on(now)))
    return initial_of(base, is_own=not base.text or own.text == base.text)


def _refused(
    request: HttpRequest, refusal: Refusal, base: WarningContent, matter: Matter | None
) -> HttpResponse:
    """The form again, with what was written in it."""
    return _form(request, base, matter, refusal)


@answering(_refused)
def _posted(request: HttpRequest, base: WarningContent, matter: Matter | None) -> HttpResponseBase:
    now = timezone.now()
    form = DraftForm(towns_on(now), base.kind, request.POST).checked()
    content = form.content(base, now)
    actor, sent = matter_actor(request), form.cleaned_data
    if matter is None:
        done = draft_warning(actor, content, sent["uuid"])
        messages.success(request, _("已拟稿，编号 %(code)s。") % {"code": done.code})
    else:
        done = redraft_warning(
            actor, matter.code, content, expected=sent["expected"], uuid=sent["uuid"]
        )
        messages.success(request, _("已修改。"))
    return redirect(f"/matters/{GEO_WARNING.id}/{done.code}")
