"""Signing in and out, in the city's own words; failed attempts are limited."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from layers.callers import address_of
from webmap.demo import DEMO_PASSWORD, demo_users
from webmap.identities import is_offered
from webmap.sign_ins import MustWait, begin_attempt, forget_failures


class SignInForm(AuthenticationForm):
    """User name and password, with a pause after too many failures."""

    def clean(self) -> dict[str, Any]:
        """Look at the password, unless it is time to wait; even the right one must wait."""
        username = self.cleaned_data.get("username") or ""
        if not username or not self.cleaned_data.get("password"):
            return self.cleaned_data
        address = address_of(self.request) if self.request else ""
        try:
            begin_attempt(username, address or None)
        except MustWait as wait:
            raise forms.ValidationError(_waiting(wait.seconds), code="wait") from None
        cleaned = super().clean()
        forget_failures(username, address or None)
        return cleaned

    def get_invalid_login_error(self) -> forms.ValidationError:
        """One answer for an unknown name, a wrong password and a closed account."""
        return forms.ValidationError(_("用户名或密码不正确。"), code="invalid_login")


class SignIn(views.LoginView):
    """``/accounts/login/``; ``next`` is followed only within this site."""

    authentication_form = SignInForm
    template_name = "registration/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add whether the caller lacks a right, and the demo accounts while there are some."""
        context = super().get_context_data(**kwargs)
        context["refused"] = self.request.user.is_authenticated and bool(self.get_redirect_url())
        context["identity_provider"] = settings.OIDC_NAME if is_offered() else ""
        context["demo_users"] = demo_users()
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


def _waiting(seconds: int) -> str:
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
