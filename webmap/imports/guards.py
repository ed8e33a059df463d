"""Who may take deliveries in: people by their session, programs by HTTP Basic, by their roles."""

from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_noop

from layers.access.access import may_deliver, may_undo
from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers
from webmap.web.callers import caller_of
from webmap.web.errors import AccessDenied, View, answering, as_problem
from webmap.web.guards import for_programs

NO_DELIVERY = gettext_noop("您的账号没有数据入库的权限，请联系管理员。")


class NotDeliverable(AccessDenied):
    """What no delivery may touch; the message says what to do instead."""


def deliverable(request: HttpRequest) -> list[Layer]:
    """The layers that the caller may take deliveries of."""
    caller = caller_of(request)
    return [layer for layer in all_layers() if may_deliver(caller, layer)]


def reviewable(request: HttpRequest) -> list[Layer]:
    """The layers whose runs the caller may look at: to decide on them, or to undo them."""
    caller = caller_of(request)
    return [la for la in all_layers() if may_deliver(caller, la) or may_undo(caller, [la])]


def for_importers(view: View) -> View:
    """Let those in who may take in or undo anything at all; answer refusals as problems."""

    @answering(as_problem)
    @for_programs("imports", "/imports/", reviewable, NO_DELIVERY)
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        return view(request, *args, **named)

    return guarded
