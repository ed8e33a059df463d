"""The fast lane: tiles, items and item for callers without a session.

What other systems ask for most needs neither session, messages nor forms, and
these cost more than a tile from memory. The lane answers such requests by the same
views and hands everything else, and everything unexpected, to Django. Measured in
docs/adr/0007-speed.md.
"""

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.utils import translation

from layers.ogc.features.items import item, items
from layers.ogc.server.origins import OtherOrigins
from layers.ogc.tiles.matrices import MATRIX_SET
from layers.ogc.tiles.views import tile
from spatial.languages import fitting_language
from spatial.outages import is_silent, learn

Application = Callable[[dict[str, Any], Callable], Iterable[bytes]]

PATH = re.compile(
    r"/ogc/collections/(?!catalogue/)(?P<layer_id>[a-z0-9-]{1,40})/(?:"
    rf"tiles/{MATRIX_SET}/(?P<zoom>\d{{1,2}})/(?P<row>\d{{1,8}})/(?P<column>\d{{1,8}})"
    r"|(?P<items>items)(?:/(?P<code>[^/]+))?)"
)
BODILESS = (204, 304)
HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),  # nothing of it runs
]


def with_fast_path(django: Application) -> Application:
    """The application with the fast lane before it."""

    def application(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        response = answer(environ)
        if response is None:
            return django(environ, start_response)
        body = response.content
        headers = [*response.items(), *HEADERS]
        if environ.get("wsgi.url_scheme") == "https" and settings.SECURE_HSTS_SECONDS:
            told = f"max-age={settings.SECURE_HSTS_SECONDS}"
            headers.append(("Strict-Transport-Security", told))
        if body or response.status_code not in BODILESS:
            headers.append(("Content-Length", str(len(body))))
        start_response(f"{response.status_code} {response.reason_phrase}", headers)
        return [body]

    return application


def answer(environ: dict[str, Any]) -> HttpResponse | None:
    """The answer to a request that fits the lane; None for all others."""
    if environ["REQUEST_METHOD"] != "GET" or "text/html" in environ.get("HTTP_ACCEPT", ""):
        return None
    if settings.SESSION_COOKIE_NAME in environ.get("HTTP_COOKIE", ""):
        return None
    if "HTTP_X_SIGNED_IN_AS" in environ:  # a page whose session has ended: told by Django
        return None
    if "f=" in environ.get("QUERY_STRING", "") or is_silent():
        return None
    found = PATH.fullmatch(environ["PATH_INFO"])
    if not found or not _is_known(environ.get("HTTP_HOST", "")):
        return None
    request = WSGIRequest(environ)
    request.user = AnonymousUser()
    language = fitting_language(
        request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""),
        environ.get("HTTP_ACCEPT_LANGUAGE", ""),
    )
    try:
        with translation.override(language):  # of what is refused; data have no language
            return _view(request, found)
    except Exception as error:  # noqa: BLE001  Django answers it again, and logs what is wrong
        learn(error)
        return None


def _view(request: WSGIRequest, found: re.Match[str]) -> HttpResponse:
    if "HTTP_ORIGIN" in request.META:
        return cast(HttpResponse, OtherOrigins(partial(_found, found=found))(request))
    response = _found(request, found)
    response["Vary"] += ", origin"  # no page elsewhere asked, one that does is told more
    return response


def _found(request: HttpRequest, found: re.Match[str]) -> HttpResponse:
    layer_id = found["layer_id"]
    if found["zoom"]:
        place = (int(found[name]) for name in ("zoom", "row", "column"))
        response = tile(request, layer_id, *place)
    elif found["code"]:
        response = item(request, layer_id, found["code"].encode("latin1").decode())
    else:
        response = items(request, layer_id)
    if response.streaming:
        raise TypeError("the lane sends whole answers only")
    return response


def _is_known(host: str) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
