"""Refusals: one table from exceptions to statuses, and the forms in which clients read them.

A view raises; ``answering`` or the middleware ``RefusalAnswers`` makes the answer. Open311
and the OGC API answer in the formats of their standards instead.
"""

import dataclasses
import logging
from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from importers.errors import DeliveryRefused, UnreadableTable
from layers.reading.personal import ReasonMissing, SearchedTooOften
from layers.reading.reading import QueryTimeout, RoleMissing
from layers.sharing import actions as sharing
from layers.sharing.limits import RateLimited
from layers.sharing.refused_writes import reasoned
from layers.webhooks.addresses import AddressRefused
from spatial.casework.errors import InvalidInput, MatterConflict, MatterNotFound, NotResponsible
from spatial.parties.errors import HandoverNeeded, NotOwnParty, PartyRefused
from spatial.sealed.errors import SealingError
from spatial.workflow import MissingInput, RoleNotAllowed, UnknownAction, WrongState
from webmap.errors import WebmapError
from webmap.web.sign_ins import SignInPaused

log = logging.getLogger(__name__)

NOT_SIGNED_IN, FORBIDDEN, NOT_FOUND, UNAVAILABLE = 401, 403, 404, 503
BAD_REQUEST = gettext_noop("请求有误")
TITLES = {
    NOT_SIGNED_IN: gettext_noop("请先登录"),
    FORBIDDEN: gettext_noop("没有权限"),
    NOT_FOUND: gettext_noop("没有找到"),
    UNAVAILABLE: gettext_noop("暂时不能提供"),
}
NO_RIGHT = gettext_noop("您的账号没有进行这项操作的权限，请登录或联系管理员。")
View = Callable[..., HttpResponseBase]
T = TypeVar("T")


class Refusable(WebmapError):
    """A refusal by a page. ``field`` names the input at fault, ``title`` heads the page."""

    def __init__(self, message: str = "", field: str = "", title: str = "") -> None:
        super().__init__(message)
        self.field, self.title = field, title
        self.headers: dict[str, str] = {}


class BadInput(Refusable, ValueError):
    """A value of the request does not fit."""


class BadRequest(BadInput):
    """The request cannot be read, or lacks what the operation needs."""


class TooLarge(BadInput):
    """The body is larger than the operation takes."""


class NotSignedIn(Refusable):
    """The operation is for people who have signed in."""


class AccessDenied(Refusable):
    """The caller may not do this."""


class Conflicting(Refusable):
    """The state of the thing does not allow the operation."""


class WrongType(Refusable):
    """The body is of a media type that the operation does not take."""


class Locked(Refusable):
    """Another request is writing to the thing at this moment."""


class TooOften(Refusable):
    """The caller has asked too much within a time."""


class Unreachable(Refusable):
    """Another system that the operation needs does not answer."""


class NoSpace(Refusable):
    """The disk of the server does not take what is sent."""


# The first row whose class fits holds: subclasses stand above their bases.
STATUS: Mapping[type[Exception], int] = MappingProxyType(
    {
        BadRequest: 400,
        UnknownAction: 400,
        sharing.InvalidApplication: 400,
        NotSignedIn: 401,
        AccessDenied: 403,
        NotResponsible: 403,
        NotOwnParty: 403,
        RoleNotAllowed: 403,
        sharing.NotSteward: 403,
        MatterNotFound: 404,
        Conflicting: 409,
        MatterConflict: 409,
        HandoverNeeded: 409,
        WrongState: 409,
        UnreadableTable: 422,
        DeliveryRefused: 409,
        TooLarge: 413,
        WrongType: 415,
        BadInput: 422,
        ReasonMissing: 422,
        MissingInput: 422,
        InvalidInput: 422,
        PartyRefused: 422,
        AddressRefused: 422,
        Locked: 423,
        TooOften: 429,
        RateLimited: 429,
        SearchedTooOften: 429,
        SignInPaused: 429,
        Unreachable: 502,
        RoleMissing: UNAVAILABLE,
        QueryTimeout: UNAVAILABLE,
        SealingError: UNAVAILABLE,
        NoSpace: 507,
    }
)
REFUSALS = tuple(STATUS)
# What is said instead of a message that is for the operator, who finds it in the log.
SAID_INSTEAD: Mapping[type[Exception], str] = MappingProxyType(
    {SealingError: gettext_noop("个人信息暂时不能存取，未作任何改动；请联系系统管理员")}
)


@dataclasses.dataclass(frozen=True)
class Refusal:
    """An exception of the table in the terms of HTTP."""

    status: int
    text: str
    field: str = ""
    title: str = ""
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    kind: type[Exception] = Exception


Form = Callable[..., HttpResponseBase]


def refusal_of(error: Exception) -> Refusal:
    """The refusal of an exception of the table.

    Raises:
        KeyError: the table does not hold the exception.
    """
    for kind, status in STATUS.items():
        if isinstance(error, kind):
            about = {name: getattr(error, name, "") for name in ("field", "title")}
            headers = getattr(error, "headers", {})
            text = str(error)
            if kind in SAID_INSTEAD:
                log.error("%s", error)
                text = _(SAID_INSTEAD[kind])
            return Refusal(status, text, **about, headers=headers, kind=type(error))
    raise KeyError(type(error).__name__)


def answering(form: Form) -> Callable[[View], View]:
    """Answer the refusals of a view by ``form(request, refusal, *args, **named)``."""

    def around(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
            try:
                return view(request, *args, **named)
            except REFUSALS as error:
                refusal = refusal_of(error)
                return sealed(form(request, refusal, *args, **named), refusal)

        return answered

    return around


def attempt(
    act: Callable[[], T], kinds: tuple[type[Exception], ...] = REFUSALS
) -> tuple[T | None, Refusal | None]:
    """(result, None) of an act, or (None, the refusal) if one of these refuses it."""
    try:
        return act(), None
    except kinds as error:
        return None, refusal_of(error)


class RefusalAnswers:
    """Middleware: the answer to a refusal that a view leaves to it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Ask the view."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """The answer to an exception of the table; None to every other."""
        if not isinstance(error, REFUSALS):
            return None
        refusal = refusal_of(error)
        return sealed(in_fitting_form(request, refusal), refusal)


def sealed(response: HttpResponseBase, refusal: Refusal) -> HttpResponseBase:
    """The answer with the headers of its refusal; no cache keeps it."""
    for name, value in refusal.headers.items():
        response[name] = value
    add_never_cache_headers(response)
    return reasoned(response, refusal.text)


def in_fitting_form(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    """The form that the client reads: text for scripts, JSON, the sign-in page, or a page."""
    if is_script(request):
        return as_text(request, refusal)
    if wants_json(request):
        return as_json(request, refusal)
    if refusal.status == NOT_SIGNED_IN and not is_fragment(request):
        return redirect_to_login(request.get_full_path())
    return as_page(request, refusal)


def as_text(_request: HttpRequest, refusal: Refusal, *_args: Any, **_named: Any) -> HttpResponse:
    """One line of text: a script shows it and its page stays."""
    plain = "text/plain; charset=utf-8"
    return HttpResponse(in_words(refusal), status=refusal.status, content_type=plain)


def in_words(refusal: Refusal) -> str:
    """The text of a refusal; what a page would say where it has none of its own."""
    return refusal.text or (_(NO_RIGHT) if refusal.status == FORBIDDEN else "")


def as_json(_request: HttpRequest, refusal: Refusal, *_args: Any, **_named: Any) -> JsonResponse:
    """The text, and the name of the input at fault."""
    return JsonResponse({"error": in_words(refusal), "field": refusal.field}, status=refusal.status)


def as_problem(
    request: HttpRequest, refusal: Refusal, *_args: Any, **_named: Any
) -> HttpResponseBase:
    """Problem details (RFC 9457) for programs; a page for a browser; a line of text for others."""
    if not wants_json(request):
        return (in_fitting_form if reads_pages(request) else as_text)(request, refusal)
    problem = {"type": "about:blank", "status": refusal.status, "title": in_words(refusal)}
    return JsonResponse(
        problem,
        status=refusal.status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


def as_page(request: HttpRequest, refusal: Refusal, *_args: Any, **_named: Any) -> HttpResponse:
    """A page, or a fragment for a program of ours; who may not open it reads what to do, and not why."""
    title, text = refusal.title or _(TITLES.get(refusal.status, BAD_REQUEST)), refusal.text
    if refusal.status == FORBIDDEN and not refusal.title:
        text = _(NO_RIGHT)
    return page(request, refusal.status, title, text)


def page(request: HttpRequest, code: int, title: str, text: str) -> HttpResponse:
    """A whole page, or a fragment for the panel."""
    context = {"code": code, "title": title, "text": text, "fragment": is_fragment(request)}
    return render(request, "error.html", context, status=code)


def is_fragment(request: HttpRequest) -> bool:
    """Whether a program of ours asks for a part of its page."""
    return request.headers.get("X-Requested-With") == "fragment"


def reads_pages(request: HttpRequest) -> bool:
    """Whether a browser asks for a page, or a program of ours for a part of one."""
    return "text/html" in request.headers.get("Accept", "") or is_fragment(request)


def is_script(request: HttpRequest) -> bool:
    """Whether a script asks on behalf of an open page."""
    return request.headers.get("X-Requested-With") == "fetch"


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks."""
    accepts = request.headers.get("Accept", "")
    return "application/json" in accepts or request.content_type == "application/json"
