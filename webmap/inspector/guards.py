"""The phone's end points: JSON in and out, a refusal in words the phone can show."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from grid.cases.policies import can_patrol
from webmap.casework.actors import actor_of
from webmap.casework.guards import REFUSED, StaffRequest, status_of

View = Callable[..., HttpResponseBase]


def phone(view: View) -> View:
    """Only for inspectors. 401 says: sign in, then send again; the phone keeps what it has."""

    @never_cache
    @wraps(view)
    def guarded(request: StaffRequest, *args: Any, **named: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return refusal(401, "登录已过期，请重新登录")
        request.actor = actor_of(request.user)
        if not can_patrol(request.actor):
            return refusal(403, "该账号不是监督员，请换账号登录")
        try:
            return view(request, *args, **named)
        except REFUSED as error:
            return refusal(status_of(error), str(error), getattr(error, "field", ""))

    return guarded


def refusal(status: int, why: str, field: str = "") -> JsonResponse:
    """Why not, and what is to blame, if one thing is."""
    return JsonResponse({"error": why, "field": field}, status=status)


def too_large(words: str) -> JsonResponse:
    """Why a body was not read."""
    return refusal(413, words)
