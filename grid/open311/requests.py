"""Public cases as GeoReport's service requests, and its services from the classes in use."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from grid.cases.procedure import CASES
from grid.cases.public_view import is_shown
from grid.cases.publishing import NOTHING, PublicContent, shown_of
from grid.cases.queries import public_cases
from grid.cases.steps import ENDED
from grid.models import Case
from grid.open311.documents import moment
from grid.open311.parameters import STATUSES, ResourceNotFound, Search
from grid.rules import rulebook
from spatial.casework.titles import state_shown
from spatial.city import city
from spatial.crs import transformer
from spatial.languages import shown_schemes

DIGITS = 6
PROVISIONAL = "预计办结时间为暂定：所跨年份的工作日历尚未公布，公布后重算"


def services() -> list[dict[str, Any]]:
    """The classes that take reports today."""
    today = rulebook.day_of(timezone.now())
    return [
        {
            "service_code": f"{kind}-{entry.code}",
            "service_name": entry.name,
            "description": entry.name,
            "metadata": False,
            "type": "realtime",
            "keywords": rulebook.KIND_TITLES[kind],
            "group": shown_schemes()[scheme_id].name(entry.parent),
        }
        for kind, scheme_id, entry in rulebook.classes_in_use(today)
    ]


def service_of(service_code: str) -> tuple[str, str]:
    """(kind, class code) of a service that takes reports today.

    Raises:
        ResourceNotFound: there is none.
    """
    kind, _, code = service_code.partition("-")
    today = rulebook.day_of(timezone.now())
    if (kind, code) not in {(k, entry.code) for k, _s, entry in rulebook.classes_in_use(today)}:
        raise ResourceNotFound("service_code was not found")
    return kind, code


def requests_matching(search: Search) -> list[Case]:
    """The public cases of a search, newest first."""
    found = public_cases()
    found = found.filter(code__in=search.ids) if search.ids else _filtered(found, search)
    first = (search.page - 1) * search.page_size
    return list(found.order_by("-reported_at", "code")[first : first + search.page_size])


def _filtered(found: QuerySet[Case], search: Search) -> QuerySet[Case]:
    if search.start:
        found = found.filter(reported_at__gte=search.start)
    if search.end:
        found = found.filter(reported_at__lte=search.end)
    if len(set(search.statuses)) == 1:
        closed = Q(step__in=ENDED)
        found = found.filter(closed if search.statuses[0] == STATUSES[1] else ~closed)
    if search.services:
        chosen = Q(pk__in=[])
        for service in search.services:
            kind, _, code = service.partition("-")
            chosen |= Q(kind=kind, class_code=code)
        found = found.filter(chosen)
    return found


def rows_of(cases: Iterable[Case], root: str, *, is_extended: bool = False) -> list[dict[str, Any]]:
    """The service requests of cases; photos by their public addresses below ``root``."""
    cases = list(cases)
    seen = shown_of(cases)
    to_degrees = transformer(city().projected, 4326)
    return [
        _row(case, seen.get(case.code, NOTHING), root, to_degrees, is_extended) for case in cases
    ]


def _row(
    case: Case, shown: PublicContent, root: str, to_degrees: Any, is_extended: bool
) -> dict[str, Any]:
    lon, lat = to_degrees.transform(case.geom.x, case.geom.y)
    found = {
        "service_request_id": case.code,
        "status": "closed" if case.step in ENDED else "open",
        "status_notes": state_shown(CASES, case.step),
        "service_name": shown_schemes()[case.scheme].name(case.class_code),
        "service_code": f"{case.kind}-{case.class_code}",
        "description": shown.words or None,
        "agency_responsible": case.department if is_shown(case) else None,
        "service_notice": PROVISIONAL if case.due_is_provisional else None,
        "requested_datetime": moment(case.reported_at),
        "updated_datetime": moment(case.entered_at or case.valid.lower),
        "expected_datetime": moment(case.due_at),
        "address": shown.address or None,
        "address_id": None,
        "zipcode": None,
        "lat": round(lat, DIGITS),
        "long": round(lon, DIGITS),
        "media_url": f"{root}/photos/{shown.photos[0].pk}.jpg" if shown.photos else None,
    }
    if is_extended:
        found["extended_attributes"] = case.step
    return found
