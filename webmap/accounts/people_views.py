"""Somebody else's account, for administrators: a password for one use, a lost phone."""

from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from spatial.audit.models import Kind
from spatial.city import city
from webmap.accounts import second_factors
from webmap.accounts.one_time_passwords import is_expired, reset_password
from webmap.accounts.policies import (
    can_keep_accounts,
    can_remove_second_factor,
    can_reset_password,
)
from webmap.accounts.records import record_account_act
from webmap.accounts.sessions import end_sessions
from webmap.models import AccountEvent, OneTimePassword, RecoveryCode
from webmap.web.guards import StaffRequest, check, with_roles

PASSWORD, FACTOR = "password", "factor"  # noqa: S105  (acts)
SHOWN = 20


@with_roles(lambda request: can_keep_accounts(request.user), "账号由系统管理员管理。")
@require_http_methods(["GET", "POST"])
def person(request: StaffRequest, pk: int) -> HttpResponse:
    """``/accounts/people/{pk}/``: reset the password, remove the second factor, what was done."""
    user = User.objects.filter(pk=pk).first()
    if user is None:
        raise Http404(_("没有这个账号。"))
    # A form that is sent again, by going back or reloading, is about a password that is gone.
    act = request.POST.get("act", "") if request.POST.get("of") == _state(user) else ""
    if act == PASSWORD:
        check(can_reset_password(request.user, user))
        password = reset_password(user)
        record_account_act(Kind.PASSWORD_RESET, request, user.get_username())
        return _page(request, user, password=password)  # shown this once, kept nowhere
    if act == FACTOR:
        check(can_remove_second_factor(request.user, user))
        if second_factors.remove(user):
            end_sessions(user)
            record_account_act(Kind.FACTOR_REMOVED, request, user.get_username())
        return HttpResponseRedirect(request.path)
    return _page(request, user)


def _state(user: User) -> str:
    """A mark of the password that stands; it tells nothing of it."""
    return user.get_session_auth_hash()[:16]


def _page(request: StaffRequest, user: User, **more: Any) -> HttpResponse:
    handed_out = OneTimePassword.objects.filter(user=user).first()
    context = {
        "person": user,
        "state": _state(user),
        "roles": user.groups.values_list("name", flat=True),
        "handed_out": handed_out,
        "is_expired": handed_out is not None and is_expired(handed_out),
        "hours": city().accounts.one_time_password_hours,
        "factor": second_factors.confirmed(user),
        "left": RecoveryCode.objects.filter(user=user).count(),
        "can_reset": can_reset_password(request.user, user),
        "can_remove": can_remove_second_factor(request.user, user),
        "events": AccountEvent.objects.filter(name=user.get_username())[:SHOWN],
        **more,
    }
    return render(request, "registration/person.html", context)
