"""What every page knows: the city, the entrances, and whether the database is up."""

from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from spatial.city import city
from webmap.entrances import ENTRANCES


def site(request: HttpRequest) -> dict[str, Any]:
    """Template context: the city profile and the entrances."""
    return {"city": city(), "entrances": ENTRANCES}


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the site and its database answer, else 503; says no more to the outside."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database unavailable\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 in words."""
    return render(request, "error.html", {"code": 404, "title": "没有这个页面"}, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 in words."""
    return render(request, "error.html", {"code": 403, "title": "没有权限"}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500 in words; must not need the database."""
    return render(None, "error.html", {"code": 500, "title": "系统出错了"}, status=500)  # type: ignore[arg-type]
