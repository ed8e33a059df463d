"""What somebody who has signed in must do before anything else: choose a password, add a factor.

Who signed in at the city's identity provider is bound by its rules, not by these. Keys belong
to systems and have neither.
"""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.checks import CheckMessage, Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from layers.declarations.known_roles import known_roles
from spatial.city import city
from webmap.models import OneTimePassword, SecondFactor
from webmap.web.errors import (
    AccessDenied,
    in_fitting_form,
    is_fragment,
    is_script,
    refusal_of,
    wants_json,
)

ADMINISTRATOR = "系统管理员"  # as the city's profile names who is no role but everything
VERIFIED, BY_PROVIDER, MUST_CHANGE = "second_factor", "by_provider", "must_change_password"
PASSWORD, FACTOR = "password", "second-factor-setup"  # noqa: S105  (names of addresses)
TEXTS = {
    PASSWORD: gettext_noop("请先改掉管理员给的一次性密码。"),
    FACTOR: gettext_noop("您的角色必须启用两步验证，请先设置。"),
}
ALWAYS = ("login", "logout", "set_language", "healthz")


def roles_of(user: User) -> frozenset[str]:
    """The roles of a person as the city's profile names them."""
    groups = frozenset(user.groups.values_list("name", flat=True))
    return groups | {ADMINISTRATOR} if user.is_superuser else groups


def has_second_factor(user: User) -> bool:
    """Whether a second factor of this person is in force."""
    return SecondFactor.objects.filter(user_id=user.pk, confirmed_at__isnull=False).exists()


def must_have_second_factor(user: User) -> bool:
    """Whether the city demands one of this person."""
    demanded = city().accounts.second_factor
    return bool(demanded) and bool(demanded & roles_of(user))


def may_use_password_alone(user: User) -> bool:
    """Whether name and password are enough for a program that sends them with each request."""
    handed_out = OneTimePassword.objects.filter(user_id=user.pk).exists()
    return not (handed_out or has_second_factor(user) or must_have_second_factor(user))


def check_accounts(**_: object) -> list[CheckMessage]:
    """The system check: the city's rules of accounts name roles that there are."""
    known = {role.value for role in known_roles().values()} | {ADMINISTRATOR}
    rules = city().accounts
    return [
        Error(
            f"城市配置 accounts 指向不存在的角色 {role}"
            f" / accounts in the city profile name the role {role}, which is not there",
            id="webmap.E002",
        )
        for role in sorted((rules.second_factor | set(rules.idle_minutes_of)) - known)
    ]


class Obligations:
    """Middleware: lead who owes something to the page where it is done, and let nothing else by."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or lead there."""
        owed = _owed(request)
        if not owed or request.path in {reverse(name) for name in (owed, *ALWAYS)}:
            return self.get_response(request)
        if owed == FACTOR and has_second_factor(request.user):  # type: ignore[arg-type]
            logout(request)  # it was added elsewhere since: this session never showed it
            return redirect_to_login(request.get_full_path())
        if is_script(request) or is_fragment(request) or wants_json(request):
            return in_fitting_form(request, refusal_of(AccessDenied(_(TEXTS[owed]))))
        query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
        return HttpResponseRedirect(f"{reverse(owed)}?{query}")


def _owed(request: HttpRequest) -> str:
    """The name of the address where something is owed; '' if nothing is."""
    if not request.COOKIES or not request.user.is_authenticated:
        return ""
    session = request.session
    if session.get(BY_PROVIDER):
        return ""
    if session.get(MUST_CHANGE):
        return PASSWORD
    return FACTOR if not session.get(VERIFIED) and must_have_second_factor(request.user) else ""  # type: ignore[arg-type]
