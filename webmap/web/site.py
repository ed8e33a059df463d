"""What every page knows of the city; and what is said when something fails."""

import sys
from typing import Any

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from spatial.audit.origins import current_origin
from spatial.city import city
from spatial.languages import in_english
from spatial.outages import is_away
from webmap.web.errors import (
    Refusal,
    in_fitting_form,
    is_fragment,
    is_script,
    sealed,
    wants_json,
)
from webmap.web.outage import away, log_away, unhealthy


def site(request: HttpRequest) -> dict[str, Any]:
    """Template context: the city profile, and its name in the reader's language."""
    name = city().name_en if in_english() else city().name
    return {"city": city(), "city_name": name, "request_number": current_origin().request_id}


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the site and its database answer, else 503; says no more to the outside."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        log_away(error)
        return unhealthy()
    return HttpResponse("ok\n", content_type="text/plain")


def refused(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """400: the framework cannot read the request; the log says why."""
    return _answer(request, Refusal(400, _("请求无法解读，请核对后再试。")))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404; the reason only where a page of ours gave one."""
    text = exception.args[0] if exception.args and isinstance(exception.args[0], str) else ""
    return _answer(request, Refusal(404, text or _("这个地址没有对应的页面，可能已经移走。")))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """403."""
    return _answer(request, Refusal(403, ""))


def broken(request: HttpRequest) -> HttpResponseBase:
    """500 in words; needs neither the database nor the context processors.

    503 where the database went while no view was at work: a session being kept.
    """
    error = sys.exc_info()[1]
    if is_away(error):
        return away(request, error)
    text = _("这次没有成功，错误已经记录。请稍后再试；若仍不行，请告诉管理员。")
    if is_script(request) or wants_json(request):
        return _answer(request, Refusal(500, text))
    title, fragment = _("系统出错了"), is_fragment(request)
    context = {"code": 500, "title": title, "text": text, "fragment": fragment}
    context["request_number"] = current_origin().request_id
    return HttpResponse(render_to_string("error.html", context), status=500)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """403 for a form whose token is missing or old."""
    refusal = Refusal(403, _("请刷新页面后再试一次。"), title=_("页面已过期"))
    return _answer(request, refusal)


def _answer(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    return sealed(in_fitting_form(request, refusal), refusal)
