"""What is done by the clock beside the cases: upper floors add theirs when the site starts."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError

log = logging.getLogger(__name__)
_duties: dict[str, Callable[[], object]] = {}
_often: dict[str, Callable[[], object]] = {}


def add_duty(name: str, duty: Callable[[], object], *, often: bool = False) -> None:
    """Have something done every minute; it must be quick, and harmless when done twice.

    ``often``: every few seconds, each beside all others and whatever they take.
    """
    (_often if often else _duties)[name] = duty


def do_duties(*, often: bool = False) -> None:
    """Do all of them. One that fails is not in the way of the others.

    Raises:
        OperationalError, InterfaceError: the database is away, and all of them would fail.
    """
    for name in _often if often else _duties:
        do_duty(name)


def often_duties() -> tuple[str, ...]:
    """The names of those that are done often."""
    return tuple(_often)


def do_duty(name: str) -> None:
    """Do one of them; what fails is written to the log.

    Raises:
        OperationalError, InterfaceError: the database is away.
    """
    try:
        (_often.get(name) or _duties[name])()
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("duty %s", name)
