"""Who may open which page of the sharing catalogue, and how a refusal is told."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from layers.access.access import Caller, may_audit, may_decide, may_manage_sharing
from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers
from layers.sharing.actions import NotYours, Unfitting
from layers.sharing.callers import caller_of

TABS = {"record": "index", "apply": "index", "consumer": "mine"}

View = Callable[..., Any]


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the catalogue with the tabs that its reader may open."""
    caller = caller_of(request)
    tabs = {
        "caller": caller,
        "may_decide": bool(decidable(caller)),
        "may_manage": may_manage_sharing(caller),
        "may_audit": may_audit(caller),
    }
    tabs["tab"] = TABS.get(template, template)
    return render(request, f"sharing/{template}.html", {**tabs, **context}, status=status)


def signed_in(view: View) -> View:
    """Only for people who have signed in; what is not theirs answers 403."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        try:
            return view(request, *args, **named)
        except NotYours as error:
            raise PermissionDenied(str(error)) from None

    return guarded


def only_if(may: Callable[[Caller], bool]) -> Callable[[View], View]:
    """Only for people of whom this holds."""

    def guard(view: View) -> View:
        @signed_in
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
            if not may(caller_of(request)):
                raise PermissionDenied
            return view(request, *args, **named)

        return guarded

    return guard


def decidable(caller: Caller) -> list[Layer]:
    """The layers whose applications the caller decides."""
    return [layer for layer in all_layers() if may_decide(caller, layer)]


def done(request: HttpRequest, to: str, said: str, act: Callable[[], Any]) -> HttpResponse:
    """Do something, say so on the page that follows; what does not fit is said there instead."""
    try:
        act()
    except Unfitting as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect(to)
