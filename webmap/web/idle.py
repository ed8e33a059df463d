"""A session in which nobody has acted for long ends.

A page of ours asks by itself every few seconds, with nobody before it. Its program knows when a
key or a pointer moved last (``static/base/presence.js``) and says ``X-Background`` when that is a
while ago: such a request does not prolong the session. Every other one does.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from spatial.city import city
from webmap.web.errors import is_fragment, is_script
from webmap.web.obligations import roles_of

ACTED, ENDED = "acted_at", "ended_idle"
STEP_S = 30  # how exactly it is written down


def note_act(request: HttpRequest, **_: object) -> None:
    """Write down that somebody has just signed in."""
    request.session[ACTED] = int(time.time())


class IdleTimeOut:
    """Middleware: sign out whose session has been idle for too long, and say so.

    A clock that was put back makes the last act one of the future: it counts as one of now.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; a page that is opened after the end is the sign-in page."""
        # Whoever has no session is not asked for one: the answer would vary by it.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return self.get_response(request)
        if not _has_ended(request):
            return self.get_response(request)
        request.ended_idle = True  # type: ignore[attr-defined]
        logout(request)
        request.session[ENDED] = True
        if request.method == "GET" and _is_page(request):
            return redirect_to_login(request.get_full_path())
        return self.get_response(request)


def _has_ended(request: HttpRequest) -> bool:
    rules, now = city().accounts, int(time.time())
    idle = now - request.session.get(ACTED, 0) if ACTED in request.session else STEP_S + 1
    is_long = idle > 60 * rules.shortest_idle_minutes  # else the roles need not be known
    if is_long and idle > 60 * rules.idle_minutes_for(roles_of(request.user)):  # type: ignore[arg-type]
        return True
    if (idle < 0 or idle > STEP_S) and "X-Background" not in request.headers:
        request.session[ACTED] = now
    return False


def _is_page(request: HttpRequest) -> bool:
    wants_page = "text/html" in request.headers.get("Accept", "")
    is_asked = is_fragment(request) or is_script(request) or "X-Signed-In-As" in request.headers
    return wants_page and not is_asked
