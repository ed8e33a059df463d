"""雨量 on the map: what each gauge caught in the last hour or day, up to the moment shown."""

import csv
from functools import cache
from itertools import pairwise
from math import isnan
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.declarations.registry import layer_of
from layers.reading.features import features
from spatial.calendars.queries import day_of as city_day
from spatial.city import city
from spatial.crs import transformer
from spatial.risk_levels.rain import rain_at
from spatial.risk_levels.rulebook import numbers_on
from webmap.hazards.rain import LAYER
from webmap.map.parameters import moment_parameter, share_parameter
from webmap.web.errors import answering, as_json

CHOICES_H = (24, 1)
SILENT, DRY = "#9aa0a6", "#ffffff"


class RainGrade(NamedTuple):
    """Rain of so many millimetres and more."""

    from_mm: float
    colour: str


@require_safe
@answering(as_json)
def rain_on_map(request: HttpRequest) -> JsonResponse:
    """Choices, classes and points; a gauge that is silent is told apart from a dry one.

    Raises:
        Http404: the caller may not see the gauges.
        BadRequest: the moment cannot be read.
    """
    share = share_parameter(request, layer_of(LAYER).id)
    as_of = moment_parameter(request)
    moment = as_of.instant or timezone.now()
    choice = request.GET.get("choice", "")
    hours = next((each for each in CHOICES_H if str(each) == choice), CHOICES_H[0])
    numbers = numbers_on(city_day(moment))
    measured = rain_at(moment, numbers.decay, numbers.least_covered)
    caught = dict(zip(measured.codes, measured.measures[f"rain_{hours}h"].values, strict=True))
    places = features(share).as_of(as_of).values_list("code", "geom")
    degrees, points = transformer(city().projected, 4326), []
    for code, geom in places:
        longitude, latitude = degrees.transform(geom.x, geom.y)
        mm = float(caught.get(code, float("nan")))
        points.append(
            {"at": [round(longitude, 6), round(latitude, 6)], "code": code, **_shown(mm, hours)}
        )
    answer = JsonResponse(
        {
            "choice": str(hours),
            "choices": [
                {"id": str(h), "title": _("%(hours)s 小时雨量") % {"hours": h}} for h in CHOICES_H
            ],
            "moment": timezone.localtime(moment).strftime("%Y-%m-%d %H:%M"),
            "classes": _classes(hours),
            "points": points,
        }
    )
    answer["Cache-Control"] = "private, max-age=60"
    return answer


def _shown(mm: float, hours: int) -> dict[str, str]:
    if isnan(mm):
        return {"text": "–", "colour": SILENT}
    passed = [grade.colour for grade in grades()[hours] if mm >= grade.from_mm]
    return {
        "text": f"{mm:.1f}" if mm < 100 else f"{mm:.0f}",
        "colour": passed[-1] if passed else DRY,
    }


def _classes(hours: int) -> list[dict[str, str]]:
    """The legend: bounds in millimetres, from none to the most."""
    known = grades()[hours]
    found = [{"title": "0 mm", "colour": DRY}]
    for low, high in pairwise(known):
        found.append({"title": f"{low.from_mm:g}–{high.from_mm:g} mm", "colour": low.colour})
    found.append({"title": f"≥ {known[-1].from_mm:g} mm", "colour": known[-1].colour})
    return [*found, {"title": _("没有读数"), "colour": SILENT}]


@cache
def grades() -> dict[int, list[RainGrade]]:
    """The grades of rain by duration, from the least."""
    found: dict[int, list[RainGrade]] = {}
    path = settings.BASE_DIR / "data" / "hazards" / "rain_grades.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(int(row["hours"]), []).append(
                RainGrade(float(row["from_mm"]), row["colour"])
            )
    return {hours: sorted(known) for hours, known in found.items()}
