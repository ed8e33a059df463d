"""Patrols of a day, and the way of one: where an inspector was while on duty."""

from datetime import date
from typing import Any

import numpy as np
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grid.cases.policies import can_see_all_patrols
from grid.models import Patrol, PatrolPoint
from grid.patrols.patrols import cells_walked, lengths_m, patrols_of_day, reports_on
from grid.patrols.tracks import legs
from layers.models import PersonalRead
from spatial.city import city
from spatial.crs import transformer
from webmap.casework.guards import StaffRequest, patrol_readers
from webmap.casework.presentation import case_row

DIGITS = 6


@require_safe
@patrol_readers
def patrols(request: StaffRequest) -> HttpResponse:
    """``/grid/patrols/?day=&patrol=``: the patrols of a day; with one chosen, its track.

    The chief and the dispatcher see everybody's, an inspector the own. A look at somebody
    else's track is recorded.
    """
    is_supervisor = can_see_all_patrols(request.actor)
    day = _day(request.GET.get("day", ""))
    found = list(patrols_of_day(day, None if is_supervisor else request.user))
    chosen = _chosen(request.GET.get("patrol", ""), found)
    context: dict[str, Any] = {
        "tab": "patrols",
        "day": day,
        "rows": _rows(found),
        "chosen": chosen,
    }
    if chosen:
        if chosen.user_id != request.user.pk:
            code = f"{chosen.user.get_username()} {chosen.pk}"[:40]
            PersonalRead.objects.create(
                who=request.actor.name, layer="patrols", code=code, fields="轨迹"
            )
        context |= _shown(chosen)
    return render(request, "grid/patrols.html", context)


def _day(text: str) -> date:
    """The day that is asked for; today where none is, or none that can be read."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()


def _chosen(text: str, found: list[Patrol]) -> Patrol | None:
    """The patrol of the list that is asked for.

    Raises:
        Http404: none of those that this one may see on that day.
    """
    if not text:
        return None
    chosen = next((patrol for patrol in found if str(patrol.pk) == text), None)
    if chosen is None:
        raise Http404(_("这一天没有这次巡查，或轨迹已超过保存期"))
    return chosen


def _rows(found: list[Patrol]) -> list[dict[str, Any]]:
    walked = lengths_m(found)
    return [
        {"patrol": patrol, "who": _name(patrol), "fixes": fixes, "km": metres / 1000}
        for patrol in found
        for fixes, metres in (walked.get(patrol.pk, (0, 0.0)),)
    ]


def _name(patrol: Patrol) -> str:
    return patrol.user.get_short_name() or patrol.user.get_username()


def _shown(patrol: Patrol) -> dict[str, Any]:
    """The track of a patrol for the map, the cells it came through, the reports made on it."""
    points = list(PatrolPoint.objects.filter(patrol=patrol).order_by("at"))
    at = [point.at for point in points]
    places = np.array([(point.geom.x, point.geom.y) for point in points]).reshape(-1, 2)
    lon, lat = transformer(city().projected, 4326).transform(places[:, 0], places[:, 1])
    lonlat = np.round(np.column_stack([lon, lat]), DIGITS).tolist()
    reports = case_row(reports_on(patrol), timezone.now())
    track = {
        "legs": [lonlat[leg.start : leg.end] for leg in legs(at, places)],
        "fixes": [
            {
                "at": f"{timezone.localtime(point.at):%H:%M:%S}",
                "m": point.accuracy_m,
                "place": place,
            }
            for point, place in zip(points, lonlat, strict=True)
        ],
        "reports": [{"title": row.title, "place": [row.lon, row.lat]} for row in reports],
    }
    return {
        "who": _name(patrol),
        "cells": cells_walked(patrol),
        "reports": reports,
        "track": track,
    }
