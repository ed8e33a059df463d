"""How often a sign-in may fail: five times per name and address, then a pause.

An attempt is written down before the password is looked at, so that parallel guesses
count too; a success wipes the slate. The wait ends ``WINDOW`` after the oldest of the
last five failures. Guesses from many addresses at one name meet the wider limit.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from webmap.models import FailedSignIn

WINDOW = timedelta(minutes=5)
FROM_ONE_ADDRESS = 5
FROM_ALL_ADDRESSES = 25
KEPT = timedelta(days=1)


class MustWait(Exception):
    """Too many failures. ``seconds`` is how long to wait."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"wait {seconds} s")


def begin_attempt(username: str, address: str | None) -> None:
    """Write an attempt down as failed until it proves otherwise.

    Raises:
        MustWait: the limit was reached before this attempt, which then does not count.
    """
    now, name = timezone.now(), _key(username)
    forget_old()
    attempt = FailedSignIn.objects.create(username=name, address=address, at=now)
    recent = FailedSignIn.objects.filter(username=name, at__gt=now - WINDOW, pk__lt=attempt.pk)
    waits = (
        _wait(recent.filter(address=address), FROM_ONE_ADDRESS, now),
        _wait(recent, FROM_ALL_ADDRESSES, now),
    )
    if max(waits):
        attempt.delete()
        raise MustWait(max(waits))


def forget_failures(username: str, address: str | None) -> None:
    """After a success: earlier failures from this address no longer count."""
    FailedSignIn.objects.filter(username=_key(username), address=address).delete()


def forget_old() -> None:
    """Remove what has not counted for long."""
    FailedSignIn.objects.filter(at__lt=timezone.now() - KEPT).delete()


def _key(username: str) -> str:
    return username.casefold()[:150]


def _wait(failures: QuerySet, limit: int, now: datetime) -> int:
    """Seconds until the oldest of the last ``limit`` failures leaves the window; 0 if fewer."""
    times = list(failures.order_by("-at").values_list("at", flat=True)[:limit])
    if len(times) < limit:
        return 0
    return int((times[-1] + WINDOW - now).total_seconds()) + 1
