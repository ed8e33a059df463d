"""How often a sign-in may fail: five times per name and address, then a pause.

An attempt is written down before the password is looked at, so that parallel guesses
count too; a success wipes the slate. The wait ends ``WINDOW`` after the oldest of the
last failures. Guesses from many addresses at one name meet a wider limit, and so do
guesses at many names from one address, which may be that of a whole office: whoever
succeeds there does not count.

A browser that has signed in to an account before is known, and counted by itself: what
others fail at, here or elsewhere, keeps nobody out of it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.db.models import QuerySet
from django.utils import timezone

from webmap.errors import WebmapError
from webmap.models import FailedSignIn

WINDOW = timedelta(minutes=5)
FROM_ONE_ADDRESS = 5
FROM_ALL_ADDRESSES = 25
WITH_ALL_NAMES = 30  # from one address
KEPT = timedelta(days=1)
SUBSCRIBER = 64  # the bits of an IPv6 address that tell one subscriber from another
PATIENCE_S = 2.0
# A password takes a third of a second of a processor, whoever asks: one is looked at, one
# waits, and the other threads of the process are for others.
_looking, _waiting = threading.BoundedSemaphore(1), threading.BoundedSemaphore(1)


class SignInPaused(WebmapError):
    """Too many failures, or too many at once. ``seconds`` is how long to wait."""

    def __init__(self, seconds: int, *, is_busy: bool = False) -> None:
        self.seconds, self.is_busy = seconds, is_busy
        super().__init__(f"wait {seconds} s")


@dataclass(frozen=True)
class FailureLimit:
    """How many failures of which kind are borne."""

    failures: QuerySet[FailedSignIn]
    most: int

    def wait(self, now: datetime) -> int:
        """Seconds until the oldest of the last ``most`` leaves the window; 0 if fewer."""
        times = list(self.failures.order_by("-at").values_list("at", flat=True)[: self.most])
        if len(times) < self.most:
            return 0
        return int((times[-1] + WINDOW - now).total_seconds()) + 1


@contextmanager
def begun_attempt(username: str, address: str | None, device: str = "") -> Iterator[None]:
    """Look at a password, with few others at once in this process; see ``begin_attempt``.

    Raises:
        SignInPaused: a limit was reached, or too many are being looked at.
    """
    attempt = begin_attempt(username, address, device)
    if not _is_turn():
        attempt.delete()
        raise SignInPaused(int(PATIENCE_S) + 1, is_busy=True)
    try:
        yield
    finally:
        _looking.release()


def _is_turn() -> bool:
    if _looking.acquire(blocking=False):
        return True
    if not _waiting.acquire(blocking=False):
        return False
    try:
        return _looking.acquire(timeout=PATIENCE_S)
    finally:
        _waiting.release()


def begin_attempt(username: str, address: str | None, device: str = "") -> FailedSignIn:
    """Write an attempt down as failed until it proves otherwise.

    ``device`` is of a browser that has signed in to this very account before.

    Raises:
        SignInPaused: a limit was reached before this attempt, which then does not count.
    """
    forget_old()
    now, name, origin = timezone.now(), _key(username), _origin(address)
    attempt = FailedSignIn.objects.create(username=name, address=origin, device=device, at=now)
    recent = FailedSignIn.objects.filter(at__gt=now - WINDOW, pk__lt=attempt.pk, device=device)
    wait = max(limit.wait(now) for limit in _limits(recent, name, origin, device))
    if wait:
        attempt.delete()
        raise SignInPaused(wait)
    return attempt


def forget_failures(username: str, address: str | None, device: str = "") -> None:
    """After a success: earlier failures from this address no longer count."""
    mine = FailedSignIn.objects.filter(username=_key(username), device=device)
    (mine if device else mine.filter(address=_origin(address))).delete()


def forget_old() -> None:
    """Remove what has not counted for long."""
    FailedSignIn.objects.filter(at__lt=timezone.now() - KEPT).delete()


def _limits(
    recent: QuerySet[FailedSignIn], name: str, origin: str | None, device: str
) -> list[FailureLimit]:
    at_name = recent.filter(username=name)
    if device:
        return [FailureLimit(at_name, FROM_ONE_ADDRESS)]
    return [
        FailureLimit(at_name.filter(address=origin), FROM_ONE_ADDRESS),
        FailureLimit(at_name, FROM_ALL_ADDRESSES),
        FailureLimit(recent.filter(address=origin), WITH_ALL_NAMES),
    ]


def _key(username: str) -> str:
    return username.casefold().replace("\x00", "")[:150]


def _origin(address: str | None) -> str | None:
    """What failures are counted by: the address, or the whole network of an IPv6 subscriber."""
    if not address:
        return None
    try:
        ip = ip_address(address)
    except ValueError:  # a socket without one
        return None
    if not isinstance(ip, IPv6Address):
        return address
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ip_network((ip.packed, SUBSCRIBER), strict=False).network_address)
