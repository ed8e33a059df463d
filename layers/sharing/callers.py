"""Who is behind a request, in the terms of ``layers.access.access``."""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest

from layers.access.access import ANONYMOUS, Caller
from layers.reading.revisions import refresh_revisions
from layers.sharing.keys import caller_with, token_of
from layers.sharing.limits import admit
from spatial.audit.origins import current_origin, set_origin

WHO = "tujing.who"  # of the environment: who asked, for the access log
LOOPBACK = ("127.0.0.1", "::1", "")  # of a proxy on this machine


def caller_of(request: HttpRequest) -> Caller:
    """The caller of a page: nobody, or the signed-in user with their groups as roles.

    The groups are read once per request, unless somebody signs in or out within it.
    """
    refresh_revisions()
    user = request.user
    if not user.is_authenticated:
        return ANONYMOUS
    known: tuple[int, Caller] | None = getattr(request, "_caller", None)
    if known is None or known[0] != user.pk:
        known = request._caller = (user.pk, caller_of_user(user))  # type: ignore[attr-defined]
    return known[1]


def caller_of_user(user: User) -> Caller:
    """A person with their groups as roles; an account that was closed is nobody's."""
    if not user.is_active:
        return ANONYMOUS
    roles = frozenset(user.groups.values_list("name", flat=True))
    return Caller(user.get_username(), roles, user.is_superuser)


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; a proxy of this machine, or one that is named, is believed about it.

    Of several addresses the last was written by that proxy; the others anybody can invent.
    """
    return address_in(request.META)


def address_in(environ: Mapping[str, Any]) -> str:
    """The same, from a WSGI environment."""
    near = str(environ.get("REMOTE_ADDR", ""))
    if near not in LOOPBACK and near not in settings.PROXIES:
        return near
    told = environ.get("HTTP_X_FORWARDED_FOR", near).rpartition(",")[2].strip()
    try:
        return str(ip_address(told))
    except ValueError:
        return near


def api_caller(request: HttpRequest) -> Caller:
    """The caller of an API operation: by key if there is one, else as of a page.

    Raises:
        InvalidKey: the request carries a key that opens nothing; it is not taken for nobody's.
        AmbiguousKey: it carries more than one.
        RateLimited: the system behind the key has had its requests of this minute.
    """
    known = getattr(request, "_api_caller", None)
    if known is None:
        key = token_of(request)
        known = request._api_caller = caller_with(key) if key else caller_of(request)  # type: ignore[attr-defined]
        if known.key:
            request.META[WHO] = f"key:{known.key}"
            set_origin(replace(current_origin(), on_behalf=known.name))
        if known.per_minute:
            admit(known)
    return known
