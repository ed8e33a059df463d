"""Browsers that have signed in before: a signed note in a cookie says to which accounts.

The note names nobody to whoever reads it, and opens nothing: it only lets failures of
others not count against its bearer.
"""

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string, salted_hmac

COOKIE, SALT = "known", "webmap.devices"
KEPT_S = 180 * 24 * 3600
MOST_ACCOUNTS = 5


def known_device(request: HttpRequest, username: str) -> str:
    """The id of the browser if it has signed in to this account before, else ''."""
    note = _note(request)
    return note["id"] if _mark(username) in note["of"] else ""


def remember_device(request: HttpRequest, answer: HttpResponse, username: str) -> None:
    """Have the browser remembered as one that has signed in to this account."""
    note, mark = _note(request), _mark(username)
    others = [each for each in note["of"] if each != mark]
    kept = {"id": note["id"] or get_random_string(16), "of": [mark, *others][:MOST_ACCOUNTS]}
    answer.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=SALT),
        max_age=KEPT_S,
        path=settings.LOGIN_URL,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def _note(request: HttpRequest) -> dict[str, Any]:
    try:
        return signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT_S)
    except signing.BadSignature:
        return {"id": "", "of": []}


def _mark(username: str) -> str:
    return salted_hmac(SALT, username.casefold()).hexdigest()[:16]
