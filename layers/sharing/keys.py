"""API keys: made once, kept as a digest, known to every process within a tenth of a second.

A key that was revoked, or a grant withdrawn, counts as a revision; what a process
remembers of keys is forgotten with the next one it sees.
"""

import base64
import binascii
import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from layers.access.access import Caller, Grant
from layers.errors import LayersError
from layers.models import ApiKey, Consumer, LayerGrant
from layers.reading.revisions import KEYS, refresh_revisions, revisions

LENGTH = 32  # bytes of randomness
SHOWN = 8  # characters by which people tell keys apart
REMEMBERED = 10_000
RECHECK_S = 60.0  # grants end by themselves; so long may one outlive its date


class InvalidKey(LayersError, PermissionError):
    """A key that does not exist, has expired or was revoked. All three look alike."""


class AmbiguousKey(LayersError, ValueError):
    """A request with keys in more than one place: whose it is would depend on who reads it."""


@dataclass(frozen=True)
class _Known:
    caller: Caller
    until: datetime | None
    revision: int
    looked_at: float


_known: dict[str, _Known] = {}


def new_key() -> tuple[str, str]:
    """A new key and its digest; the key is shown once and kept nowhere."""
    key = secrets.token_urlsafe(LENGTH)
    return key, digest_of(key)


def digest_of(key: str) -> str:
    """The digest by which a key is found. The key is random, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def token_of(request: HttpRequest) -> str:
    """The key in a request: Bearer, the password of Basic (desktop GIS), or ``token=``.

    Raises:
        InvalidKey: there are credentials, but no key in them; that is not nobody's request.
        AmbiguousKey: there is more than one.
    """
    given, in_address = request.META.get("HTTP_AUTHORIZATION", ""), _in_address(request)
    if len(in_address) + bool(given) > 1:
        raise AmbiguousKey
    if not given:
        return in_address[0] if in_address else ""
    scheme, _, rest = given.partition(" ")
    key = ""
    if scheme.lower() == "bearer":
        key = rest.strip()
    elif scheme.lower() == "basic":
        try:
            key = base64.b64decode(rest, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            raise InvalidKey from None
    if not key:
        raise InvalidKey
    return key


def key_in_address(request: HttpRequest) -> str:
    """The key by which the caller came, if it stands in the address; '' if it came otherwise."""
    return "" if request.META.get("HTTP_AUTHORIZATION") else "".join(_in_address(request)[:1])


def _in_address(request: HttpRequest) -> list[str]:
    return request.GET.getlist("token") if request.META.get("QUERY_STRING") else []


def caller_with(key: str) -> Caller:
    """The consumer behind a key, with its grants.

    Raises:
        InvalidKey: there is no such key, or no longer.
    """
    digest = digest_of(key)
    number = revisions().get(KEYS, 0)
    known = _known.get(digest)
    now = time.monotonic()
    if not known or known.revision != number or now - known.looked_at > RECHECK_S:
        known = _look_up(digest, number)
        if len(_known) >= REMEMBERED:
            _known.clear()
        if not connection.in_atomic_block:
            _known[digest] = known
    if known.until and known.until <= timezone.now():
        raise InvalidKey
    return known.caller


def forget() -> None:
    """Forget every key."""
    _known.clear()


def _look_up(digest: str, number: int) -> _Known:
    key = (
        ApiKey.objects.filter(digest=digest, revoked_at=None)
        .select_related("consumer")
        .only("id", "expires_at", "consumer")
        .first()
    )
    if key is None:
        raise InvalidKey
    caller = caller_of_consumer(key.consumer, key.pk)
    return _Known(caller, key.expires_at, number, time.monotonic())


def caller_of_consumer(consumer: Consumer, key: int = 0) -> Caller:
    """A consumer as a caller, with the grants that stand."""
    refresh_revisions()
    grants = LayerGrant.objects.filter(
        Q(until=None) | Q(until__gt=timezone.now()), consumer=consumer, withdrawn_at=None
    )
    return Caller(
        name=consumer.name,
        is_department=consumer.is_department,
        grants=tuple(
            Grant(g.layer, frozenset(g.fields), tuple(sorted(g.districts)), g.may_write)
            for g in grants
        ),
        key=key,
        per_minute=consumer.per_minute,
    )
