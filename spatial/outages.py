"""When the database is away: how that is told from other faults, and how one waits for it.

Away is a server that cannot be reached, is starting, stopping or recovering, has no
connection left, or ended ours. A query stopped at its time limit, a deadlock, a full disk
are not: asking again would bring the same, or the caller knows better.
"""

import time
from collections.abc import Iterator

import psycopg2
from django.db import Error, InterfaceError, OperationalError
from psycopg2 import errors

# SQLSTATEs: connection refused or lost, server stopping, crashed, not yet up, full.
STATES = ["08000", "08001", "08003", "08004", "08006", "57P01", "57P02", "57P03", "57P05", "53300"]
NOT_ANSWERING = "timeout expired"  # libpq of a server that takes a connection and says nothing
SILENCE_S = 3.0
LONGEST_WAIT_S = 15.0

AWAY = tuple(errors.lookup(state) for state in STATES)
# What libpq says by itself, without a server, has no state and no class of its own.
UNCLASSED = (psycopg2.InterfaceError, psycopg2.OperationalError, psycopg2.DatabaseError)
DJANGOS = (InterfaceError, OperationalError)  # raised by Django itself, of a closed connection


def is_away(error: BaseException | None) -> bool:
    """Whether this was raised because the database is not there, or went.

    >>> is_away(OperationalError("the database system is starting up"))
    True
    >>> is_away(ValueError("no number"))
    False
    """
    if isinstance(error, Error) and error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, AWAY) or type(error) in DJANGOS:
        return True
    return type(error) in UNCLASSED and not getattr(error, "pgcode", None)


class _Silence:
    """Until when nobody else need wait for a server that does not answer."""

    until = 0.0


def learn(error: BaseException) -> None:
    """Remember that it took a time-out to find out: who asks next should not wait as long."""
    if is_away(error) and NOT_ANSWERING in str(error):
        _Silence.until = time.monotonic() + SILENCE_S


def is_silent() -> bool:
    """Whether the database has just kept somebody waiting in vain."""
    return time.monotonic() < _Silence.until


def cause(error: BaseException) -> str:
    """What the error says first, for a log.

    >>> cause(OperationalError("connection refused\\n\\tIs the server running?"))
    'connection refused'
    """
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def waits(longest_s: float = LONGEST_WAIT_S) -> Iterator[float]:
    """How long to wait before each further attempt: longer and longer, without an end.

    >>> from itertools import islice
    >>> list(islice(waits(5.0), 5))
    [1.0, 2.0, 4.0, 5.0, 5.0]
    """
    wait = 1.0
    while True:
        yield min(wait, longest_s)
        wait = min(2 * wait, longest_s)


class Seldom:
    """Says yes at most once in a while: for what would otherwise fill a log."""

    def __init__(self, every_s: float) -> None:
        self.every_s = every_s
        self.next = 0.0

    def __call__(self) -> bool:
        """Whether it is time again."""
        now = time.monotonic()
        if now < self.next:
            return False
        self.next = now + self.every_s
        return True
