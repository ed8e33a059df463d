"""Every address that the site knows, each with something that stands at it."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

from tests.town import centre_degrees

LON, LAT = centre_degrees(20, 20)
# What an address needs to be asked with.
QUERIES: dict[str, dict[str, Any]] = {
    "here": {"lon": LON, "lat": LAT},
    "search": {"q": "人民"},
    "grid/new/components": {"lon": LON, "lat": LAT},
    "grid/evaluation/one": {"subject": "district", "name": "431382001"},
    "report/cases.json": {"bbox": "111,27,112,28"},
    "admin/autocomplete/": {
        "term": "a",
        "app_label": "grid",
        "model_name": "staff",
        "field_name": "user",
    },
}
# What stands in the place of a parameter, where its name alone does not say it.
PARTS: dict[str, dict[str, Any]] = {
    "grid/cases/": {"code": "case"},
    "sharing/consumers/": {"number": "consumer"},
    "sharing/grants/": {"number": "grant"},
    "open311/v2/requests": {"number": "case"},
    "open311/v2/tokens": {"number": "case"},
}
FIXED: dict[str, Any] = {
    "form": "json",
    "zoom": 14,
    "row": 6800,
    "column": 13260,
    "z": 14,
    "x": 13260,
    "y": 6800,
    "name": "home",
    "process_id": "what-stands-here",
    "record_id": "buildings",
    "style_id": "default",
    "start": "2018-01-01T00:00:00Z",
    "number": 1,
    "issue_id": 1,
    "decision": "accept",
    "job_id": "none",
    "upload_id": "00000000-0000-0000-0000-000000000000",
    "id": 1,
    "pk": 1,
}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


def routes(resolver: Any = None, before: str = "") -> Iterator[str]:
    """Every route of the URLconf, as it is written there."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one, route)
        elif isinstance(one, URLPattern):
            yield route


def address(route: str, parts: dict[str, Any]) -> str:
    """A route with something in the place of each parameter."""
    own = next((named for start, named in PARTS.items() if route.startswith(start)), {})

    def part(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name == "object_id":
            return object_of(route)
        return str(parts.get(own.get(name, name), FIXED.get(name, "1")))

    filled = PARAMETER.sub(part, route.replace("^", "").replace("$", "").replace("\\", ""))
    return "/" + filled.replace(".*", "nothing")


def object_of(route: str) -> str:
    """The key of the last row of the model that an administrator's page is about."""
    names = route.split("/")
    try:
        model = apps.get_model(names[1], names[2])
    except (LookupError, ValueError):
        return "1"
    last = model._default_manager.order_by("-pk").first()
    return str(last.pk) if last else "1"


def changelists() -> list[str]:
    """The addresses of the administrator's lists."""
    metas = [model._meta for model in admin.site._registry]
    return [f"/admin/{meta.app_label}/{meta.model_name}/" for meta in metas]
