"""While the database is away every request is answered 503, in words, at once.

A page for people, a fragment for the panel, a problem document for programs, Open311's
errors for its clients, plain words for the scripts of a page, which show what they are told.
None of it needs the database.
"""

import logging
import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from layers.ogc.common.errors import problem
from spatial.outages import Seldom, cause, is_away, is_silent, learn

RETRY_S = 5
LOGGED_EVERY_S = 10
API = ("/ogc", "/inspector/api/")

logger = logging.getLogger(__name__)
_may_log = Seldom(LOGGED_EVERY_S)


class DatabaseAway:
    """Middleware: what a view raises because the database is away becomes a 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Ask the view, unless the database has just kept another one waiting in vain."""
        return unavailable(request) if is_silent() else self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer to an error of a view's or its template's; None to all other errors."""
        return away(request, error) if is_away(error) else None


def away(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    """503 for this error, which is logged now and then."""
    if error is not None:
        learn(error)
        log_away(error)
    return unavailable(request)


def log_away(error: BaseException) -> None:
    """One line now and then, however many ask meanwhile."""
    if _may_log():
        logger.error("the database does not answer: %s", cause(error))


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 in the form that this client reads."""
    if request.path == "/healthz":
        return unhealthy()
    with translation.override(getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)):
        return _marked(_told(request))


def unhealthy() -> HttpResponse:
    """What /healthz says: what is away, and no more to the outside."""
    return _marked(HttpResponse("unavailable: database\n", content_type="text/plain", status=503))


def _told(request: HttpRequest) -> HttpResponse:
    title = _("数据库暂时没有应答")
    text = _("系统正在自动恢复，通常一分钟以内。没有保存的内容请稍后再提交一次。")
    for pattern, function in settings.OUTAGE_ANSWERS.items():
        if match := re.fullmatch(pattern, request.path):
            return import_string(function)(text, **match.groupdict())
    if request.path.startswith(API) or _is_program(request):
        return problem(503, "DatabaseAway", title, text, error=f"{title}。{text}", field="")
    if _is_script(request):
        words = f"{title}。{text}"
        return HttpResponse(words, status=503, content_type="text/plain; charset=utf-8")
    is_fragment = request.headers.get("X-Requested-With") == "fragment"
    context = {"code": 503, "title": title, "text": text, "fragment": is_fragment}
    return HttpResponse(render_to_string("error.html", context), status=503)


def _is_program(request: HttpRequest) -> bool:
    accepts = request.headers.get("Accept", "")
    return "json" in accepts or "json" in (request.content_type or "")


def _is_script(request: HttpRequest) -> bool:
    """Whether a page's script asks, neither for a page nor for a part of one."""
    headers = request.headers
    asked_with = headers.get("X-Requested-With")
    if "text/html" in headers.get("Accept", "") or asked_with == "fragment":
        return False
    return (
        asked_with is not None
        or "Tus-Resumable" in headers
        or headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    )


def _marked(response: HttpResponse) -> HttpResponse:
    response["Retry-After"] = str(RETRY_S)
    response["Cache-Control"] = "no-store"
    # Django would write a line for each; log_away has said it.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
