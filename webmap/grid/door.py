"""Who may open the pages of casework, and how a refused action is told."""

from collections.abc import Callable
from functools import wraps
from types import MappingProxyType
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from grid.actors import Actor
from grid.errors import NoCase, NotYours, Overtaken, Unfit
from spatial.workflow import Missing, NotAllowed, OutOfOrder
from webmap.grid.actors import actor_of

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
            return redirect_to_login(request.get_full_path())
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
            return redirect_to_login(request.get_full_path())
        request.actor = actor_of(request.user)
        return view(request, *args, **named)

    return guarded


def status_of(error: Exception) -> int:
    """The HTTP status of a refusal."""
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))
