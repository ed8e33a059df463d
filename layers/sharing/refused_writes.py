"""Writes that were refused: who tried to change what without the right to, one row each.

A page or endpoint only refuses; the middleware ``RefusedWrites`` of the site sees each answer
and calls ``note_refused``. What is refused outside a request calls ``record_refused`` itself.
"""

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from layers.access.access import ANONYMOUS, Caller
from layers.models import RefusedWrite
from spatial.texts import storable

READING = ("GET", "HEAD", "OPTIONS")
REFUSALS = (403, 404, 405)  # not allowed, hidden, not to be written by anybody
LENGTHS = {"who": 150, "operation": 10, "target": 300, "layer": 40, "reason": 300}


def concerns(request: HttpRequest, layer_id: str) -> None:
    """Say which layer a request is about, where its address does not."""
    request._layer_id = layer_id  # type: ignore[attr-defined]


def reasoned(response: HttpResponseBase, reason: str) -> HttpResponseBase:
    """The answer, with the reason of its refusal for the record."""
    response._refused_because = reason  # type: ignore[attr-defined]
    return response


def note_refused(request: HttpRequest, response: HttpResponseBase) -> None:
    """Record the answer if it refuses somebody who is known a write."""
    if request.method in READING or response.status_code not in REFUSALS:
        return
    caller = _known_caller(request)
    if caller.is_anonymous:
        return
    match = request.resolver_match
    layer = match.kwargs.get("layer_id", "") if match else ""
    record_refused(
        caller.name,
        str(request.method),
        key=caller.key,
        target=request.path,
        layer=layer or getattr(request, "_layer_id", ""),
        status=response.status_code,
        reason=getattr(response, "_refused_because", ""),
    )


def record_refused(
    who: str,
    operation: str,
    *,
    key: int = 0,
    target: str = "",
    layer: str = "",
    status: int = 403,
    reason: str = "",
) -> RefusedWrite:
    """Write down one refused write; texts are cut to what the table holds."""
    texts = {"who": who, "operation": operation, "target": target, "layer": layer, "reason": reason}
    cut = {name: storable(text, LENGTHS[name]) for name, text in texts.items()}
    return RefusedWrite.objects.create(**cut, key=key, status=status)


def _known_caller(request: HttpRequest) -> Caller:
    """The system behind a request, or the person; only what the answer itself has looked at."""
    by_key: Caller | None = getattr(request, "_api_caller", None)
    if by_key and by_key.key:
        return by_key
    user = getattr(request, "user", None)
    if user is None or connection.needs_rollback or not user.is_authenticated:
        return ANONYMOUS
    return Caller(user.get_username())
