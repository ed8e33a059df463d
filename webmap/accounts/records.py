"""What is done with accounts is written down: sign-ins both ways, passwords, second factors.

``record_account_act`` is the only writer. Signing in, failing and signing out reach it by
Django's signals, so that no entrance can forget it.
"""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from layers.sharing.callers import address_of
from spatial.audit.models import Kind
from spatial.texts import storable
from webmap.models import AccountEvent

MOST = 150  # characters of a name
SIGN_IN_BY = "_sign_in_by"  # of a request: by which means somebody signs in with it


def record_account_act(
    kind: Kind, request: HttpRequest | None, name: str, *, who: str = "", detail: str = ""
) -> None:
    """Write down that ``who`` (the one signed in, if not named) did this with the account ``name``."""
    user = getattr(request, "user", None)
    if not who and user is not None and user.is_authenticated:
        who = user.get_username()
    AccountEvent.objects.create(
        kind=kind,
        name=storable(name, MOST),
        who=storable(who, MOST),
        address=(address_of(request) or None) if request else None,
        detail=detail[:500],
    )


def listen() -> None:
    """Hear of sign-ins and sign-outs, wherever they happen."""
    user_logged_in.connect(_signed_in, dispatch_uid="webmap-signed-in")
    user_login_failed.connect(_failed, dispatch_uid="webmap-sign-in-failed")
    user_logged_out.connect(_signed_out, dispatch_uid="webmap-signed-out")


def _signed_in(request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
    name = user.get_username()
    by = getattr(request, SIGN_IN_BY, "")
    record_account_act(Kind.SIGNED_IN, request, name, who=name, detail=by)


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    record_account_act(Kind.SIGN_IN_FAILED, request, str(credentials.get("username") or ""))


def _signed_out(request: HttpRequest, user: AbstractBaseUser | None, **_: Any) -> None:
    if user is not None:
        name = user.get_username()
        idle = "长时间没有操作" if getattr(request, "ended_idle", False) else ""
        record_account_act(Kind.SIGNED_OUT, request, name, who=name, detail=idle)
