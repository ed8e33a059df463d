"""Where an act comes from: the request that is being answered, if any."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """The request: its id, the address that it came from, the system on whose behalf."""

    request_id: str = ""
    address: str = ""
    on_behalf: str = ""


NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("audit_origin", default=NOWHERE)
_actor: ContextVar[Callable[[], str] | None] = ContextVar("audit_actor", default=None)


def set_origin(origin: Origin) -> None:
    """From now on this thread answers that request."""
    _origin.set(origin)


def current_origin() -> Origin:
    """The request that this thread answers."""
    return _origin.get()


def set_actor(name: Callable[[], str] | None) -> None:
    """How to learn who asks, for what happens below the pages; it is called only when needed."""
    _actor.set(name)


def current_actor() -> str:
    """Who asks; "" outside a request, or where nobody has signed in."""
    name = _actor.get()
    return name() if name else ""
