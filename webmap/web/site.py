"""What every page knows of the city; and what is said when something fails."""

import sys
from typing import Any

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from spatial.city import city
from spatial.outages import is_away
from webmap.web.errors import forbidden_page, is_fragment, page
from webmap.web.outage import away, log_away, unhealthy


def site(request: HttpRequest) -> dict[str, Any]:
    """Template context: the city profile."""
    return {"city": city()}


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the site and its database answer, else 503; says no more to the outside."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        log_away(error)
        return unhealthy()
    return HttpResponse("ok\n", content_type="text/plain")


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 in words: what was asked cannot be read."""
    return page(request, 400, _("请求有误"), str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 in words; the reason only where a page of ours gave one."""
    text = exception.args[0] if exception.args and isinstance(exception.args[0], str) else ""
    return page(request, 404, _("没有找到"), text or _("这个地址没有对应的页面，可能已经移走。"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 in words."""
    return forbidden_page(request)


def broken(request: HttpRequest) -> HttpResponse:
    """500 in words; needs neither the database nor the context processors.

    503 where the database went while no view was at work: a session being kept.
    """
    error = sys.exc_info()[1]
    if is_away(error):
        return away(request, error)
    context = {
        "code": 500,
        "title": _("系统出错了"),
        "text": _("这次没有成功，错误已经记录。请稍后再试；若仍不行，请告诉管理员。"),
        "fragment": is_fragment(request),
    }
    return HttpResponse(render_to_string("error.html", context), status=500)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is missing or old."""
    return page(request, 403, _("页面已过期"), _("请刷新页面后再试一次。"))
