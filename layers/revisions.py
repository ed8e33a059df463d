"""How often each register has changed, known without asking the database every time.

Every cache over a register is keyed by its revision. One look at all of them serves
every request of the next tenth of a second, so an edit shows within that time; who has
just written asks ``forget`` and reads at once.
"""

import time
from collections.abc import Mapping
from types import MappingProxyType

from django.db import connection

from layers.declarations import Layer
from layers.reading import read
from layers.registry import refresh

FRESH_S = 0.1
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
    numbers = dict(read(None, "SELECT register, number FROM published.revisions"))
    if numbers.get(KEYS) != _Looked.numbers.get(KEYS):
        refresh(strict=False)
    _Looked.numbers, _Looked.at = numbers, now
    return numbers


def revision(layer: Layer) -> int:
    """The revision of a layer's register."""
    return revisions().get(layer.register, 0)


def forget() -> None:
    """Look anew at the next question."""
    _Looked.at = 0.0
