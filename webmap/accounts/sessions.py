"""Sessions: opened after the last step of signing in, held between the steps, ended by others."""

import time

from django.contrib.auth import SESSION_KEY, login
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from webmap.accounts.one_time_passwords import use_up
from webmap.accounts.records import SIGN_IN_BY
from webmap.web.obligations import BY_PROVIDER, MUST_CHANGE, VERIFIED

BACKEND = "django.contrib.auth.backends.ModelBackend"
HELD, HELD_S = "held", 600
BY_PASSWORD, PROVIDER = "密码", "统一身份认证"  # as they are written down


def open_session(request: HttpRequest, user: User, by: str) -> None:
    """Sign somebody in who has shown all that is asked; ``by`` says what that was.

    Raises:
        AccessDenied: the password was handed out, and is void.
    """
    must_change = by != PROVIDER and use_up(user)
    setattr(request, SIGN_IN_BY, by)
    login(request, user, backend=BACKEND)
    request.session.pop(HELD, None)
    request.session[BY_PROVIDER] = by == PROVIDER
    request.session[VERIFIED] = by not in (PROVIDER, BY_PASSWORD)
    request.session[MUST_CHANGE] = must_change


def hold(request: HttpRequest, user: User, target: str) -> None:
    """Remember who has shown the right password and owes the code, and what page they wanted."""
    shown = user.get_session_auth_hash()
    at = int(time.time())
    request.session[HELD] = {"user": user.pk, "hash": shown, "at": at, "next": target}


def held_person(request: HttpRequest) -> tuple[User, str] | None:
    """Who owes the code, and the page they wanted; for ten minutes and while the password stands."""
    held = request.session.get(HELD)
    if not held or time.time() - held["at"] > HELD_S:
        return None
    user = User.objects.filter(pk=held["user"], is_active=True).first()
    if user is None or user.get_session_auth_hash() != held["hash"]:
        return None
    return user, held["next"]


def page_wanted(request: HttpRequest) -> str:
    """The page that ``next`` names, if it is one of this site; else ''."""
    target = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if safe else ""


def end_sessions(user: User, keep: str | None = "") -> int:
    """End all sessions of a person but one; returns how many.

    A session does not say in a column whose it is, so all that stand are read.
    """
    standing = Session.objects.filter(expire_date__gt=timezone.now()).exclude(session_key=keep)
    theirs = [
        session.session_key
        for session in standing.iterator()
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    return Session.objects.filter(session_key__in=theirs).delete()[0]
