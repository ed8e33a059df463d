"""Who may open the pages of casework, and how a refused action is told."""

from collections.abc import Callable
from functools import wraps
from types import MappingProxyType
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from grid.cases.actors import Actor
from grid.cases.photos import MOST_BYTES, MOST_PHOTOS
from grid.errors import NoCase, NotYours, Overtaken, Unfit
from spatial.workflow import Missing, NotAllowed, OutOfOrder
from webmap.casework.actors import actor_of

STATUS: MappingProxyType[type[Exception], int] = MappingProxyType(
    {
        NoCase: 404,
        NotYours: 403,
        NotAllowed: 403,
        OutOfOrder: 409,
        Overtaken: 409,
        Missing: 422,
        Unfit: 422,
    }
)
REFUSED = tuple(STATUS)
MOST_WRITTEN = 1_000_000
MOST_SENT = MOST_PHOTOS * MOST_BYTES + MOST_WRITTEN  # of a form with photos
View = Callable[..., HttpResponseBase]


class StaffRequest(HttpRequest):
    """A request of somebody of the centre."""

    actor: Actor


def casework(view: View) -> View:
    """Only for people with a role of casework; the request knows them as ``actor``."""

    @never_cache
    @wraps(view)
    def guarded(request: StaffRequest, *args: Any, **named: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        request.actor = actor_of(request.user)
        if not request.actor.roles:
            raise PermissionDenied(_("案件办理只对城管中心、专业部门和监督员开放。"))
        return view(request, *args, **named)

    return guarded


def signed_in_as_staff(view: View) -> View:
    """Only for people who have signed in; what they may see the page decides by itself."""

    @never_cache
    @wraps(view)
    def guarded(request: StaffRequest, *args: Any, **named: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        request.actor = actor_of(request.user)
        return view(request, *args, **named)

    return guarded


def _ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The sign-in page; a script that asks on an open page's behalf is told 401 and keeps the page."""
    if request.headers.get("X-Requested-With") == "fetch":
        words = _("登录已过期，请重新登录")
        return HttpResponse(words, status=401, content_type="text/plain; charset=utf-8")
    return redirect_to_login(request.get_full_path())


def bounded(most: int, refuse: Callable[[str], HttpResponseBase]) -> Callable[[View], View]:
    """Refuse a body of more than ``most`` bytes by the length it announces, none of it read.

    The check of the form's token reads the body, so it stands behind this one. A body
    without a length is none: the server hands nothing of it on.
    """

    def around(view: View) -> View:
        checked = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
            length = length_of(request)
            if length <= most:
                return checked(request, *args, **named)
            told = {"size": -(-length // 1024**2), "most": most // 1024**2}
            return refuse(
                _("发送的内容 %(size)d MB，超过上限 %(most)d MB；请减少照片，或压缩后再传") % told
            )

        return guarded

    return around


def length_of(request: HttpRequest) -> int:
    """Of the body in bytes, as it is announced."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def too_large(words: str) -> HttpResponse:
    """413 in words; the page keeps what was written."""
    return HttpResponse(words, status=413, content_type="text/plain; charset=utf-8")


def status_of(error: Exception) -> int:
    """The HTTP status of a refusal."""
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))
