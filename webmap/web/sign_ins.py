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
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from spatial.texts import storable
from webmap.errors import WebmapError
from webmap.models import FailedSignIn

WINDOW = timedelta(minutes=5)
FROM_ONE_ADDRESS = 5
FROM_ALL_ADDRESSES = 25
WITH_ALL_NAMES = 30  # from one address
KEPT = timedelta(days=1)
SKEW = timedelta(minutes=1)  # what lies further ahead was written before a clock was put back
CODES_A_DAY = 50  # of a second factor, after the right password
SUBSCRIBER = 64  # the bits of an IPv6 address that tell one subscriber from another
PATIENCE_S = 2.0
# A password takes a third of a second of a processor, whoever asks: one is looked at, one
# waits, and the other threads of the process are for others.
# What was refused is refused for a second more, by the key of the limit: a flood costs little.
REFUSED_S, MOST_REFUSED = 1.0, 1000
_refused: dict[str, tuple[float, int]] = {}
_looking, _waiting = threading.BoundedSemaphore(1), threading.BoundedSemaphore(1)


class SignInPaused(WebmapError):
    """Too many failures, or too many at once. ``seconds`` is how long to wait."""

    def __init__(self, seconds: int, *, is_busy: bool = False) -> None:
        self.seconds, self.is_busy = seconds, is_busy
        super().__init__(f"wait {seconds} s")


@dataclass(frozen=True)
class FailureLimit:
    """How many failures of which kind are borne."""

    key: str
    failures: QuerySet[FailedSignIn]
    most: int
    window: timedelta = WINDOW

    def wait(self, now: datetime) -> int:
        """Seconds until the oldest of the last ``most`` leaves the window; 0 if fewer."""
        times = list(self.failures.order_by("-at").values_list("at", flat=True)[: self.most])
        if len(times) < self.most:
            return 0
        return int((times[-1] + self.window - now).total_seconds()) + 1


@contextmanager
def begun_attempt(username: str, address: str | None, device: str = "") -> Iterator[None]:
    """Look at a password, with few others at once in this process; see ``begin_attempt``.

    Raises:
        SignInPaused: a limit was reached, or too many are being looked at.
    """
    check_limits(username, address, device)
    if not _is_turn():
        raise SignInPaused(int(PATIENCE_S) + 1, is_busy=True)
    try:
        begin_attempt(username, address, device)
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


def begin_attempt(username: str, address: str | None, device: str = "") -> None:
    """Write an attempt down as failed until it proves otherwise.

    ``device`` is of a browser that has signed in to this very account before.

    Raises:
        SignInPaused: a limit was reached before this attempt, which then does not count.
    """
    now, name, origin = timezone.now(), _key(username), _origin(address)
    attempt = FailedSignIn.objects.create(username=name, address=origin, device=device, at=now)
    try:
        check_limits(username, address, device, before=attempt)
    except SignInPaused:
        attempt.delete()
        raise


def check_limits(
    username: str, address: str | None, device: str = "", *, before: FailedSignIn | None = None
) -> None:
    """Let an attempt go on, by the failures before it; nothing is written.

    Raises:
        SignInPaused: a limit was reached.
    """
    now = timezone.now()
    recent = FailedSignIn.objects.filter(at__range=(now - WINDOW, now + SKEW), device=device)
    if before is not None:
        recent = recent.filter(pk__lt=before.pk)
    _check(_limits(recent, _key(username), _origin(address), device), now)


def _check(limits: Sequence[FailureLimit], now: datetime) -> None:
    """Refuse what one of the limits refuses, for a second without asking the database again."""
    told = max(_refused.get(limit.key, (0.0, 0)) for limit in limits)
    if time.monotonic() < told[0]:
        raise SignInPaused(told[1])
    waits = {limit.key: wait for limit in limits if (wait := limit.wait(now))}
    if not waits:
        return
    if len(_refused) > MOST_REFUSED:
        _refused.clear()
    until = time.monotonic() + REFUSED_S
    _refused.update({key: (until, wait) for key, wait in waits.items()})
    raise SignInPaused(max(waits.values()))


def forget_refusals() -> None:
    """Ask the database again."""
    _refused.clear()


def begin_code_attempt(user: User, address: str | None, device: str = "") -> str:
    """Write a try at a second factor down; returns the device by which it is counted.

    Such tries count for themselves, and those of a known browser apart: who has found out the
    password keeps its owner out of no browser that is known.

    Raises:
        SignInPaused: five within the window, or fifty within a day, were wrong.
    """
    counted = f"code-{device or user.pk}"
    name, now = user.get_username(), timezone.now()
    today = (now - KEPT, now + SKEW)
    failed = FailedSignIn.objects.filter(username=_key(name), device=counted, at__range=today)
    _check([FailureLimit(f"{counted} {name} day", failed, CODES_A_DAY, KEPT)], now)
    begin_attempt(name, address, counted)
    return counted


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
        return [FailureLimit(f"{device} {name}", at_name, FROM_ONE_ADDRESS)]
    return [
        FailureLimit(f"{origin} {name}", at_name.filter(address=origin), FROM_ONE_ADDRESS),
        FailureLimit(f"* {name}", at_name, FROM_ALL_ADDRESSES),
        FailureLimit(f"{origin} *", recent.filter(address=origin), WITH_ALL_NAMES),
    ]


def _key(username: str) -> str:
    return storable(username.casefold(), 150)


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
