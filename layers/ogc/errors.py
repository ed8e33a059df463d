"""What can go wrong with a request. The exceptions know no HTTP; one table maps them."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from spatial.periods import PeriodError


class BadParameter(ValueError):
    """A parameter with a value that cannot be read."""


class UnknownParameter(BadParameter):
    """A parameter that the operation does not know."""


class NotThere(LookupError):
    """A collection, item or tile that does not exist, or not for this caller."""


class NotAcceptable(ValueError):
    """A format that is not offered."""


STATUS: dict[type[Exception], tuple[int, str]] = {
    UnknownParameter: (400, "InvalidParameterName"),
    BadParameter: (400, "InvalidParameterValue"),
    PeriodError: (400, "InvalidParameterValue"),
    NotAcceptable: (406, "NotAcceptable"),
    NotThere: (404, "NotFound"),
}


def ogc_errors(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer a view's exceptions as OGC API exceptions (JSON: code, description)."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except tuple(STATUS) as error:
            status, code = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
            return exception_response(status, code, str(error))

    return answered


def exception_response(status: int, code: str, description: str) -> HttpResponse:
    """One exception document."""
    body = json.dumps({"code": code, "description": description}, ensure_ascii=False)
    return HttpResponse(body, content_type="application/json", status=status)
