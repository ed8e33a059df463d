"""Signing in and out and one's own password, in the city's words; failures are limited."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from layers.sharing.callers import address_of
from spatial.audit.models import Kind
from webmap.accounts.devices import known_device, remember_device
from webmap.accounts.identities import is_offered
from webmap.accounts.one_time_passwords import check_not_void
from webmap.accounts.records import record_account_act
from webmap.accounts.sessions import BY_PASSWORD, hold, open_session, page_wanted
from webmap.demo.accounts import DEMO_PASSWORD, demo_users
from webmap.web.errors import AccessDenied
from webmap.web.idle import ENDED
from webmap.web.obligations import MUST_CHANGE, has_second_factor
from webmap.web.sign_ins import SignInPaused, begun_attempt, forget_failures


class SignInForm(AuthenticationForm):
    """User name and password, with a pause after too many failures."""

    wait_s = 0

    def clean(self) -> dict[str, Any]:
        """Look at the password, unless it is time to wait; even the right one must wait."""
        username = self.cleaned_data.get("username") or ""
        if not username or not self.cleaned_data.get("password"):
            return self.cleaned_data
        address = address_of(self.request) if self.request else ""
        device = known_device(self.request, username) if self.request else ""
        try:
            with begun_attempt(username, address or None, device):
                cleaned = super().clean()
        except SignInPaused as wait:
            self.wait_s = wait.seconds
            raise forms.ValidationError(waiting(wait), code="wait") from None
        forget_failures(username, address or None, device)
        return cleaned

    def confirm_login_allowed(self, user: Any) -> None:
        """Not with a password that was handed out and is void; said to who knows it only."""
        super().confirm_login_allowed(user)
        try:
            check_not_void(user)
        except AccessDenied as void:
            raise forms.ValidationError(str(void), code="void") from None

    def get_invalid_login_error(self) -> forms.ValidationError:
        """One answer for an unknown name, a wrong password and a closed account."""
        return forms.ValidationError(_("用户名或密码不正确。"), code="invalid_login")


class SignIn(views.LoginView):
    """``/accounts/login/``; ``next`` is followed only within this site."""

    authentication_form = SignInForm
    template_name = "registration/login.html"

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Signed in, and the browser known from now on; or on to the second step."""
        user = cast(User, form.get_user())
        if has_second_factor(user):
            hold(self.request, user, self.get_success_url())
            return HttpResponseRedirect(reverse("sign-in-code"))
        open_session(self.request, user, BY_PASSWORD)
        answer = HttpResponseRedirect(self.get_success_url())
        remember_device(self.request, answer, user.get_username())
        return answer

    def form_invalid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]
        """429 to who must wait."""
        return told_to_wait(super().form_invalid(form), form.wait_s)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add whether the caller lacks a right, and the demo accounts while there are some."""
        context = super().get_context_data(**kwargs)
        context["refused"] = self.request.user.is_authenticated and bool(self.get_redirect_url())
        context["ended_idle"] = self.request.session.pop(ENDED, False)
        context["identity_provider"] = settings.OIDC_NAME if is_offered() else ""
        # Of a flood each refusal costs others time: it says the least.
        context["demo_users"] = [] if context["form"].wait_s else demo_users()
        context["demo_password"] = DEMO_PASSWORD
        return context


class SignOut(views.LogoutView):
    """``/accounts/logout/``: by POST only, so that no link or image can sign anybody out."""

    http_method_names = ["post", "options"]


@require_safe
@never_cache
def session(request: HttpRequest) -> HttpResponse:
    """``/accounts/session``: 204; a page that is no longer signed in is told before."""
    return HttpResponse(status=204)


class PasswordForm(PasswordChangeForm):
    """The old password, looked at as at the sign-in, and a new one twice."""

    wait_s = 0

    def __init__(self, user: Any, *args: Any, address: str = "", **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.address = address

    def validate_password_for_user(self, user: Any, *args: Any, **kwargs: Any) -> None:
        """Only beside the right old one: the new one is hashed too, and what is wrong is counted."""
        if "old_password" in self.cleaned_data:
            super().validate_password_for_user(user, *args, **kwargs)

    def clean_old_password(self) -> str:
        """The right one, and not after too many wrong ones."""
        name = self.user.get_username()
        try:
            # Counted by the account alone: whoever is signed in cannot keep others out.
            with begun_attempt(name, self.address or None, f"own-{self.user.pk}"):
                old = super().clean_old_password()
        except SignInPaused as wait:
            self.wait_s = wait.seconds
            raise forms.ValidationError(waiting(wait), code="wait") from None
        forget_failures(name, self.address or None, f"own-{self.user.pk}")
        return old


class ChangePassword(views.PasswordChangeView):
    """``/accounts/password/``: one's own password; sessions elsewhere end with the old one."""

    form_class = PasswordForm
    template_name = "registration/password.html"
    success_url = reverse_lazy("password")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Add where the request comes from."""
        return {**super().get_form_kwargs(), "address": address_of(self.request)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Change it; who signs in elsewhere has none to change here."""
        if not cast(User, request.user).has_usable_password():  # dispatch asks for a sign-in
            return self.get(request, *args, **kwargs)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: PasswordForm) -> HttpResponse:  # type: ignore[override]
        """Changed, and said so."""
        answer = super().form_valid(form)
        was_owed = self.request.session.pop(MUST_CHANGE, False)
        record_account_act(Kind.PASSWORD_CHANGED, self.request, form.user.get_username())
        if was_owed:
            return HttpResponseRedirect(page_wanted(self.request) or "/")
        messages.success(self.request, _("密码已修改，其他设备上的登录已退出。"))
        return answer

    def form_invalid(self, form: PasswordForm) -> HttpResponse:  # type: ignore[override]
        """429 to who must wait."""
        return told_to_wait(super().form_invalid(form), form.wait_s)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where those change it who sign in elsewhere, and whether it must be changed."""
        return {
            **super().get_context_data(**kwargs),
            "identity_provider": settings.OIDC_NAME,
            "is_owed": self.request.session.get(MUST_CHANGE, False),
        }


def waiting(wait: SignInPaused) -> str:
    """How long to wait, in words."""
    seconds = wait.seconds
    if wait.is_busy:
        return _("此刻登录的人较多，请稍候再试。")
    if seconds > 3600:
        hours = -(-seconds // 3600)
        return ngettext(
            "失败次数过多，请 %(count)d 小时后再试。",
            "失败次数过多，请 %(count)d 小时后再试。",
            hours,
        ) % {"count": hours}
    if seconds < 60:
        return ngettext(
            "登录失败次数过多，请 %(count)d 秒后再试。",
            "登录失败次数过多，请 %(count)d 秒后再试。",
            seconds,
        ) % {"count": seconds}
    minutes = -(-seconds // 60)
    return ngettext(
        "登录失败次数过多，请 %(count)d 分钟后再试。",
        "登录失败次数过多，请 %(count)d 分钟后再试。",
        minutes,
    ) % {"count": minutes}


def told_to_wait(answer: HttpResponse, seconds: int) -> HttpResponse:
    """The answer, 429 if there is something to wait for."""
    if seconds:
        answer.status_code = 429
        answer["Retry-After"] = str(seconds)
    return answer
