"""What somebody has in hand: rooms above register how it is counted, each its own kind."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

_counters: dict[str, tuple[str | Promise, Callable[[str], int]]] = {}


@dataclass(frozen=True)
class OpenWork:
    """So much of one kind of work in somebody's hands."""

    title: str | Promise
    number: int


def count_open_work(kind: str, title: str | Promise, count: Callable[[str], int]) -> None:
    """Have work of a kind counted, by account, before somebody leaves; the last of a kind holds."""
    _counters[kind] = (title, count)


def open_work(username: str) -> tuple[OpenWork, ...]:
    """What somebody has in hand, by kind; kinds with nothing are left out."""
    found = (OpenWork(title, count(username)) for title, count in _counters.values())
    return tuple(work for work in found if work.number)
