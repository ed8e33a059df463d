"""The moment that a page of hazards is asked for: to the minute, in the city's time."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from spatial.city import city
from spatial.periods import AsOf, at
from webmap.map.parameters import moment_parameter


def minute_parameter(request: HttpRequest) -> AsOf:
    """``at=``: as everywhere, and as a form's field writes it (2024-06-23T09:00, the city's).

    Raises:
        BadRequest: it cannot be read.
    """
    try:
        moment = datetime.fromisoformat(request.GET.get("at", ""))
    except ValueError:
        return moment_parameter(request)
    if moment.tzinfo is None and "T" in request.GET["at"]:
        return at(moment.replace(tzinfo=ZoneInfo(city().time_zone)))
    return moment_parameter(request)
