"""The second step of signing in, and one's own second factor: added, renewed, removed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from layers.sharing.callers import address_of
from spatial.audit.models import Kind
from webmap.accounts import second_factors
from webmap.accounts.devices import known_device, remember_device
from webmap.accounts.records import record_account_act
from webmap.accounts.sessions import end_sessions, held_person, open_session, page_wanted
from webmap.accounts.views import told_to_wait, waiting
from webmap.models import RecoveryCode
from webmap.web.guards import StaffRequest, signed_in
from webmap.web.obligations import BY_PROVIDER, VERIFIED, must_have_second_factor
from webmap.web.sign_ins import SignInPaused, begin_code_attempt, forget_failures

Check = Callable[[User, str], Any]
BEGIN, CONFIRM, RENEW, REMOVE = "begin", "confirm", "renew", "remove"


@never_cache
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """``/accounts/login/code``: the code of the authenticator, or a recovery code."""
    held = held_person(request)
    if held is None:
        return HttpResponseRedirect(reverse("login"))
    user, target = held
    error, wait_s, by = "", 0, ""
    if request.method == "POST":
        by, error, wait_s = _tried(request, user)
    if by:
        open_session(request, user, by)
        answer = HttpResponseRedirect(target)
        remember_device(request, answer, user.get_username())
        return answer
    context = {"error": error, "name": user.get_username(), "now": now()}
    return told_to_wait(render(request, "registration/code.html", context), wait_s)


@signed_in
@require_http_methods(["GET", "POST"])
def setup(request: StaffRequest) -> HttpResponse:
    """``/accounts/second-factor/``: add one's own, renew its recovery codes, remove it."""
    user: User = request.user  # type: ignore[assignment]
    if request.method != "POST":
        return _page(request, user)
    act = request.POST.get("act", "")
    if request.session.get(BY_PROVIDER) or (act == BEGIN and second_factors.confirmed(user)):
        return _page(request, user)
    if act == BEGIN:
        second_factors.begin(user)
        return HttpResponseRedirect(request.get_full_path())
    return {CONFIRM: _confirm, RENEW: _renew, REMOVE: _remove}.get(act, _page)(request, user)


def now() -> datetime:
    """The time of this server, which a phone's must be near to."""
    return timezone.localtime()


def _confirm(request: HttpRequest, user: User) -> HttpResponse:
    codes, error, wait_s = _tried(request, user, second_factors.confirm)
    if error:
        return told_to_wait(_page(request, user, error=error), wait_s)
    request.session[VERIFIED] = True
    request.session.cycle_key()
    end_sessions(user, keep=request.session.session_key)
    record_account_act(Kind.FACTOR_ADDED, request, user.get_username())
    return _page(request, user, codes=codes, is_new=True)


def _renew(request: HttpRequest, user: User) -> HttpResponse:
    _by, error, wait_s = _tried(request, user)
    if error:
        return told_to_wait(_page(request, user, error=error), wait_s)
    record_account_act(Kind.CODES_RENEWED, request, user.get_username())
    return _page(request, user, codes=second_factors.renew_recovery_codes(user))


def _remove(request: HttpRequest, user: User) -> HttpResponse:
    if must_have_second_factor(user):
        return _page(request, user)
    _by, error, wait_s = _tried(request, user)
    if error:
        return told_to_wait(_page(request, user, error=error), wait_s)
    second_factors.remove(user)
    request.session.pop(VERIFIED, None)
    record_account_act(Kind.FACTOR_REMOVED, request, user.get_username())
    return HttpResponseRedirect(request.get_full_path())


def _tried(
    request: HttpRequest, user: User, check: Check = second_factors.check_code
) -> tuple[Any, str, int]:
    """What ``check`` says of the code that was sent, an error, seconds to wait."""
    name, address = user.get_username(), address_of(request) or None
    try:
        counted = begin_code_attempt(user, address, known_device(request, name))
    except SignInPaused as wait:
        return "", waiting(wait), wait.seconds
    code = request.POST.get("code", "")
    if result := check(user, code):
        forget_failures(name, address, counted)
        return result, "", 0
    record_account_act(Kind.CODE_REFUSED, request, name, who=name)
    return "", _("验证码不对，或已经用过。请等下一个验证码再试。"), 0


def _page(request: HttpRequest, user: User, **more: Any) -> HttpResponse:
    confirmed, pending = second_factors.confirmed(user), second_factors.pending(user)
    secret = second_factors.secret_of(pending) if pending else ""
    context = {
        "confirmed": confirmed,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "picture": second_factors.picture_of(secret, user) if secret else "",
        "left": RecoveryCode.objects.filter(user=user).count() if confirmed else 0,
        "is_demanded": must_have_second_factor(user),
        "by_provider": request.session.get(BY_PROVIDER, False),
        "now": now(),
        "target": page_wanted(request) or "/",
        **more,
    }
    return render(request, "registration/second_factor.html", context)
