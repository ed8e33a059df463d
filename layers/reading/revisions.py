"""How often each register has changed, known without asking the database every time.

Every cache over a register is keyed by its revision. One look at all of them serves
every request of the next tenth of a second, so an edit shows within that time; who has
just written asks ``forget`` and reads at once.
"""

import time
from collections.abc import Mapping
from types import MappingProxyType

from django.db import connection

from layers.declarations.declarations import Layer
from layers.declarations.registry import refresh, withdraw
from layers.models import LayerState
from layers.reading.connections import PRIMARY
from layers.reading.reading import read
from layers.reading.replicas import REVISIONS, current_server, replicas, server_for
from layers.reading.shares import Share

FRESH_S = 0.1
TOUCHED = (
    "SELECT number, boxes FROM published.touched WHERE register = %s AND number > %s"
    " ORDER BY number LIMIT 1000"
)
KEYS = "layers.keys"  # counts the changes of keys, grants and publications

_NONE: Mapping[str, int] = MappingProxyType({})


class _Looked:
    """What was seen last, and when."""

    at = 0.0
    numbers: Mapping[str, int] = _NONE


def revisions() -> Mapping[str, int]:
    """The revision of every register by its name, at most ``FRESH_S`` old."""
    now = time.monotonic()
    if now - _Looked.at < FRESH_S and not connection.in_atomic_block:
        return _Looked.numbers
    numbers = dict(read(None, REVISIONS))
    if numbers.get(KEYS) != _Looked.numbers.get(KEYS):
        refresh(strict=False)
        withdraw(LayerState.withdrawn())
    if connection.in_atomic_block:  # what is not committed is nobody else's to know
        return numbers
    replicas.look_again()
    _Looked.numbers, _Looked.at = numbers, now
    return numbers


def refresh_revisions() -> None:
    """Look at the revisions if it is time to: what was revoked or taken off ends with it."""
    if time.monotonic() - _Looked.at >= FRESH_S:
        revisions()


def revision(share: Share) -> int:
    """The revision of what a share sees of its register."""
    return revisions().get(share.register, 0)


def access_class(share: Share) -> str:
    """The key of what is kept of a share; of a share of districts, until these are looked up anew."""
    if not share.districts:
        return share.key
    return f"{share.key}@{revisions().get(share.renewals, 0)}"


def register_revision(layer: Layer) -> int:
    """The revision of a layer's register: the key of what is kept inside and shown to nobody as such."""
    return revisions().get(layer.register, 0)


def touched_since(register: str, number: int) -> Mapping[int, list[list[float]]]:
    """The boxes that each revision of a register after this number touched, of those kept.

    In the city's projected CRS: west, south, east, north.
    """
    rows = read(None, TOUCHED, [register, number])
    return dict(rows)


def server_of(share: Share) -> int:
    """The server that may answer for a share: the primary, or a replica that is current."""
    if not replicas.seen:
        return PRIMARY
    names = (share.layer.register, *([share.renewals] if share.districts else []))
    numbers = revisions()
    return server_for({name: numbers.get(name, 0) for name in names})


def wrote() -> None:
    """After a write that was committed: its writer, asking any process, reads it from now on."""
    forget()
    current_server(FRESH_S)


def forget() -> None:
    """Look anew at the next question."""
    _Looked.at = 0.0
