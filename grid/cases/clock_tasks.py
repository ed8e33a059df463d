"""What is done by the clock beside the cases: upper floors add theirs when the site starts."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError

log = logging.getLogger(__name__)
_duties: dict[str, Callable[[], object]] = {}
_often: dict[str, Callable[[], object]] = {}


def add_duty(name: str, duty: Callable[[], object], *, often: bool = False) -> None:
    """Have something done every minute; it must be quick, and harmless when done twice.

    ``often``: every few seconds, beside the others and whatever they take.
    """
    (_often if often else _duties)[name] = duty


def do_duties(*, often: bool = False) -> None:
    """Do all of them. One that fails is not in the way of the others.

    Raises:
        OperationalError, InterfaceError: the database is away, and all of them would fail.
    """
    for name, duty in (_often if often else _duties).items():
        try:
            duty()
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("duty %s", name)
