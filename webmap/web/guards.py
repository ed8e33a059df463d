"""Who may come in: people by their session, programs by HTTP Basic; and how much they may send.

A guard raises; ``webmap.web.errors`` makes the answer.
"""

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from grid.cases.actors import Actor
from grid.cases.photos import MOST_BYTES, MOST_PHOTOS
from layers.sharing.callers import address_of
from webmap.web.callers import actor_behind
from webmap.web.errors import (
    AccessDenied,
    BadRequest,
    Form,
    NotSignedIn,
    TooLarge,
    TooOften,
    View,
    as_text,
    is_fragment,
    is_script,
    refusal_of,
    sealed,
    wants_json,
)
from webmap.web.obligations import may_use_password_alone
from webmap.web.sign_ins import SignInPaused, begun_attempt, forget_failures

MOST_WRITTEN = 1_000_000
MOST_SENT = MOST_PHOTOS * MOST_BYTES + MOST_WRITTEN  # of a form with photos
NOT_ALONE = gettext_noop(
    "这个账号不能只凭密码调用：它启用了两步验证，或密码尚待修改。请在网页登录，或为系统申请密钥。"
)
SIGNED_OUT = gettext_noop("登录已过期，请重新登录")


class StaffRequest(HttpRequest):
    """A request of somebody of the centre."""

    actor: Actor


def signed_in(view: View) -> View:
    """Only for people who have signed in; the request knows them as ``actor``.

    What they may see the page decides by itself.
    """

    @never_cache
    @wraps(view)
    def guarded(request: StaffRequest, *args: Any, **named: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            raise NotSignedIn(_(SIGNED_OUT))
        request.actor = actor_behind(request)
        return view(request, *args, **named)

    return guarded


def with_roles(may: Callable[[Any], bool], words: str = "") -> Callable[[View], View]:
    """Only for people whose request this holds of; ``words`` say whom the page is for."""

    def guard(view: View) -> View:
        @signed_in
        @wraps(view)
        def guarded(request: StaffRequest, *args: Any, **named: Any) -> HttpResponseBase:
            check(may(request), words)
            return view(request, *args, **named)

        return guarded

    return guard


def check(may: bool, words: str = "") -> None:
    """Let the request go on.

    Raises:
        AccessDenied: it may not.
    """
    if not may:
        raise AccessDenied(_(words) if words else "")


def for_programs(
    realm: str, home: str, may: Callable[[HttpRequest], Any], words: str
) -> Callable[[View], View]:
    """Only for people by their session and programs by HTTP Basic who may do this.

    The same addresses serve both. A request with a session must carry the CSRF token, one
    that names its account itself need not. ``home`` is where a form leads that was sent
    after the session ended.
    """

    def guard(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
            if answer := _sign_in(request, realm, home):
                return answer
            check(bool(may(request)), words)
            return view(request, *args, **named)

        return guarded

    return guard


def bounded(most: int, form: Form = as_text) -> Callable[[View], View]:
    """Refuse a body of more than ``most`` bytes by the length it announces, none of it read.

    The check of the form's token reads the body, so it stands behind this one. A body
    without a length is none: the server hands nothing of it on.
    """

    def around(view: View) -> View:
        checked = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
            length = length_of(request)
            if length <= most:
                return checked(request, *args, **named)
            sizes = {"size": f"{length / 1e6:.1f}", "most": f"{most / 1e6:.1f}"}
            words = (
                _("发送的内容 %(size)s MB，超过上限 %(most)s MB；请减少内容（如照片）后再传")
                % sizes
            )
            refusal = refusal_of(TooLarge(words))
            return sealed(form(request, refusal, *args, **named), refusal)

        return guarded

    return around


def length_of(request: HttpRequest) -> int:
    """Of the body in bytes, as it is announced."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


class FormToken(CsrfViewMiddleware):
    """The check of a form's token that says why not, instead of a page of its own."""

    def _reject(self, request: HttpRequest, reason: str) -> str:  # type: ignore[override]
        return reason


def has_token(request: HttpRequest) -> bool:
    """Whether the form is one of ours; for a view that is exempt from the common check."""
    return not FormToken(_nothing).process_view(request, _nothing, (), {})


def _nothing(_request: HttpRequest) -> Any:
    """Behind the check of the form's token comes no view of its own."""
    raise NotImplementedError


def _sign_in(request: HttpRequest, realm: str, home: str) -> HttpResponseBase | None:
    if request.headers.get("Authorization", "").startswith("Basic "):
        _by_password(request, realm)
        return None
    if not request.user.is_authenticated:
        if is_script(request) or is_fragment(request):
            raise NotSignedIn(_(SIGNED_OUT))  # no challenge: the browser would ask for a password
        is_form = request.method == "POST" and "text/html" in request.headers.get("Accept", "")
        if is_form and not wants_json(request):
            return redirect_to_login(home)
        if wants_json(request) or request.method != "GET":
            raise _challenge(realm, _("请先登录"))
        return redirect_to_login(request.get_full_path())
    token = CsrfViewMiddleware(_nothing)
    token.process_request(request)
    return token.process_view(request, _nothing, (), {})


def _by_password(request: HttpRequest, realm: str) -> None:
    try:
        raw = base64.b64decode(request.headers["Authorization"][6:], validate=True)
        name, _sep, password = raw.decode().partition(":")
        if "\x00" in name:
            raise binascii.Error
    except (binascii.Error, UnicodeDecodeError):
        raise BadRequest(_("Authorization 头无法解读")) from None
    address = address_of(request)
    try:
        with begun_attempt(name, address):
            user = authenticate(request, username=name, password=password)
    except SignInPaused as wait:
        refusal = TooOften(_("登录失败次数过多，请稍后再试"))
        refusal.headers["Retry-After"] = str(wait.seconds)
        raise refusal from None
    if user is None:
        raise _challenge(realm, _("用户名或密码不正确"))
    forget_failures(name, address)
    if not may_use_password_alone(user):
        raise AccessDenied(_(NOT_ALONE))
    request.user = user


def _challenge(realm: str, words: str) -> NotSignedIn:
    error = NotSignedIn(words)
    error.headers["WWW-Authenticate"] = f'Basic realm="{realm}", charset="UTF-8"'
    return error
