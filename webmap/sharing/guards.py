"""Who may open which page of the sharing catalogue, and the frame of its pages."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from layers.access.access import Caller, may_audit, may_decide, may_manage_sharing
from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers
from layers.sharing.actions import InvalidApplication
from webmap.web.callers import caller_of
from webmap.web.errors import View, attempt
from webmap.web.guards import signed_in, with_roles

__all__ = ["attempted", "decidable", "done", "only_if", "page", "signed_in"]

TABS = {"record": "index", "apply": "index", "consumer": "mine"}


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


def only_if(may: Callable[[Caller], bool]) -> Callable[[View], View]:
    """Only for people of whom this holds."""
    return with_roles(lambda request: may(caller_of(request)))


def decidable(caller: Caller) -> list[Layer]:
    """The layers whose applications the caller decides."""
    return [layer for layer in all_layers() if may_decide(caller, layer)]


def attempted(act: Callable[[], Any]) -> tuple[Any, str]:
    """(result, "") of an act, or (None, why) if what was asked does not fit."""
    result, refusal = attempt(act, (InvalidApplication,))
    return result, refusal.text if refusal else ""


def done(request: HttpRequest, to: str, said: str, act: Callable[[], Any]) -> HttpResponse:
    """Do something, say so on the page that follows; what does not fit is said there instead."""
    _result, why = attempted(act)
    if why:
        messages.error(request, why)
    else:
        messages.success(request, said)
    return redirect(to)
