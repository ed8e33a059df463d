"""Validators: what a client holds is still so, or somebody else was faster.

A feature's tag is ``"<version>.<revision>-<representation>"``. While the register has not
changed, a client's copy is confirmed without asking the database; a write compares the
version alone, so another feature's change does not stand in its way.
"""

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def tag_of_bytes(body: bytes) -> str:
    """The tag of an answer that is known by its content alone, quoted."""
    return f'"{hashlib.blake2b(body, digest_size=9).hexdigest()}"'


def feature_etag(version_id: int, revision: int, representation: str) -> str:
    """The tag of one representation of one version while the register is at a revision."""
    return f'"{version_id}.{revision}-{representation}"'


def holds(request: HttpRequest, etag: str) -> bool:
    """Whether the client already has what it asks for (If-None-Match)."""
    held = request.META.get("HTTP_IF_NONE_MATCH", "")
    return bool(held) and (etag in held or held.strip() == "*")


def still_current(request: HttpRequest, revision: int, representation: str) -> str:
    """The client's own tag, if it is of this very revision and representation; else ''."""
    held = request.META.get("HTTP_IF_NONE_MATCH", "").strip()
    return held if held.endswith(f'.{revision}-{representation}"') and "," not in held else ""


def version_in(tag: str) -> int | None:
    """The version id in a feature's tag, or None if it is not one of ours.

    A weak tag (``W/``) never matches (RFC 9110, 13.1.1); see docs/nginx.conf.
    """
    number = tag.strip().strip('"').partition(".")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None


def unless_held(
    request: HttpRequest, etag: str, make: Callable[[], HttpResponse], *, public: bool
) -> HttpResponse:
    """304 if the client has it, else what ``make`` makes; both with the tag."""
    response = HttpResponse(status=304) if holds(request, etag) else make()
    return tagged(response, etag, public=public)


def tagged(response: HttpResponse, etag: str, *, public: bool) -> HttpResponse:
    """The response with its tag, kept by caches but asked about each time."""
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache" if public else "private, no-cache"
    response["Vary"] = "Accept, Authorization, Cookie"
    return response
