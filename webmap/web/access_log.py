"""Every request has a number, and a line in the access log that says who asked.

The number comes from a proxy that is believed (``X-Request-ID``), else it is made here. It goes
back with the answer, stands on error pages, in the server's log and in the audit. The web server
writes the line (``script/server``); what it cannot know itself it reads from the WSGI environment:
``tujing.request``, ``tujing.who``, ``tujing.address``.
"""

import re
import secrets
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from layers.sharing.callers import LOOPBACK, WHO, address_in
from spatial.audit.origins import Origin, set_actor, set_origin

Application = Callable[[dict[str, Any], Callable], Iterable[bytes]]
WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
REQUEST, ADDRESS = "tujing.request", "tujing.address"


def numbered(application: Application) -> Application:
    """The application whose every request has a number."""

    def answered(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        number, address = request_number(environ), address_in(environ)
        environ[REQUEST], environ[ADDRESS], environ[WHO] = number, address, "-"
        set_origin(Origin(number, address))

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, ("X-Request-ID", number)], *more)

        return application(environ, start)

    return answered


def request_number(environ: dict[str, Any]) -> str:
    """The number that a believed proxy gave, if it is well-formed; a new one otherwise."""
    near, number = environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_REQUEST_ID", "")
    if (near in LOOPBACK or near in settings.PROXIES) and WELL_FORMED.fullmatch(number):
        return str(number)
    return secrets.token_hex(16)


class NamedRequests:
    """Middleware: what the answer has learned of who asks is written to the environment."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then name who asked; what nobody looked up is not looked up for it."""
        set_actor(lambda: request.user.get_username() if request.user.is_authenticated else "")
        try:
            return self.get_response(request)
        finally:
            set_actor(None)
            user = request.__dict__.get("user")
            if isinstance(user, SimpleLazyObject):
                user = request.__dict__.get("_cached_user")
            if user is not None and user.is_authenticated and request.META.get(WHO) == "-":
                request.META[WHO] = quote(user.get_username(), safe="@.+-_")
