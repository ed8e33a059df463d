"""Answers and refusals of Open311 in the specification's forms, with its statuses."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import BadRequest as BadForm
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from grid.open311 import documents
from grid.open311.parameters import InvalidRequest, KeyRefused, ResourceNotFound
from layers.sharing.limits import RateLimited
from spatial.casework.errors import InvalidInput
from webmap.web.errors import BadInput

# The specification knows 400 where pages of ours answer 413 or 422, and 403 for a bad key.
STATUS: dict[type[Exception], int] = {
    InvalidRequest: 400,
    BadInput: 400,
    InvalidInput: 400,
    KeyRefused: 403,
    ResourceNotFound: 404,
    RateLimited: 429,
}
# What Django raises of a body that is no form; its own answers are pages.
UNREADABLE = (BadForm, MultiPartParserError, SuspiciousOperation, UnreadablePostError)

View = Callable[..., HttpResponseBase]


def georeport(view: View) -> View:
    """Answer refusals with the specification's errors, in the form asked for."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, form: str, *args: Any, **named: Any) -> HttpResponseBase:
        try:
            response = view(request, form, *args, **named)
        except UNREADABLE:
            response = refusal(400, "the request cannot be read", form)
        except tuple(STATUS) as error:
            status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
            response = refusal(status, str(error), form)
            for name, value in getattr(error, "headers", {}).items():
                response[name] = value
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return answered


def refusal(status: int, why: str, form: str) -> HttpResponse:
    """An error as the specification says it, in the form asked for."""
    return answer(documents.errors([(status, why)], form), form, status)


def answer(body: str, form: str, status: int = 200) -> HttpResponse:
    """A document in the form asked for."""
    headers = {"Cache-Control": "no-store"}  # words can be withdrawn at any time
    content_type = documents.CONTENT_TYPES[form]
    return HttpResponse(body.encode(), content_type=content_type, status=status, headers=headers)


def outage(text: str, form: str | None) -> HttpResponse:
    """503 in the format of Open311, for a client whose format is known from its address."""
    response = refusal(503, text, form or "xml")
    response["Access-Control-Allow-Origin"] = "*"
    return response
