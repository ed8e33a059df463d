"""Who may come in: people by their session, programs by HTTP Basic; both by their roles.

The same addresses serve both. A request with a session must carry the CSRF token, one
that names its account itself need not.
"""

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.csrf import csrf_exempt

from layers.access.access import may_deliver
from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers
from layers.sharing.callers import address_of, caller_of
from webmap.accounts.sign_ins import MustWait, begun_attempt, forget_failures

View = Callable[..., HttpResponse]


class NotDelivered(PermissionError):
    """What no delivery may touch; the message says what to do instead."""


def deliverable(request: HttpRequest) -> list[Layer]:
    """The layers that the caller may take deliveries of."""
    caller = caller_of(request)
    return [layer for layer in all_layers() if may_deliver(caller, layer)]


def for_importers(view: View) -> View:
    """Let those in who may take deliveries of anything at all; say what nobody may."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if answer := _sign_in(request):
            return answer
        if not deliverable(request):
            return refusal(request, 403, "您的账号没有数据入库的权限，请联系管理员。")
        try:
            return view(request, *args, **named)
        except NotDelivered as error:
            return refusal(request, 403, str(error))

    return guarded


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks."""
    accepts = request.headers.get("Accept", "")
    return "application/json" in accepts or request.content_type == "application/json"


def refusal(request: HttpRequest, status: int, text: str) -> HttpResponse:
    """What cannot be done, as problem details (RFC 9457) or one line of text."""
    if wants_json(request):
        problem = {"type": "about:blank", "status": status, "title": text}
        return JsonResponse(
            problem,
            status=status,
            content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")


def _sign_in(request: HttpRequest) -> HttpResponse | None:
    if request.headers.get("Authorization", "").startswith("Basic "):
        return _by_password(request)
    if not request.user.is_authenticated:
        is_form = request.method == "POST" and "text/html" in request.headers.get("Accept", "")
        if is_form and not wants_json(request):
            return redirect_to_login("/imports/")
        if wants_json(request) or request.method != "GET":
            answer = refusal(request, 401, "请先登录")
            answer["WWW-Authenticate"] = 'Basic realm="imports", charset="UTF-8"'
            return answer
        return redirect_to_login(request.get_full_path())
    check = CsrfViewMiddleware(_nothing)
    check.process_request(request)
    return check.process_view(request, _nothing, (), {})


def _nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _by_password(request: HttpRequest) -> HttpResponse | None:
    try:
        raw = base64.b64decode(request.headers["Authorization"][6:], validate=True)
        name, _, password = raw.decode().partition(":")
        if "\x00" in name:
            raise binascii.Error
    except (binascii.Error, UnicodeDecodeError):
        return refusal(request, 400, "Authorization 头无法解读")
    address = address_of(request)
    try:
        with begun_attempt(name, address):
            user = authenticate(request, username=name, password=password)
    except MustWait as wait:
        answer = refusal(request, 429, "登录失败次数过多，请稍后再试")
        answer["Retry-After"] = str(wait.seconds)
        return answer
    if user is None:
        answer = refusal(request, 401, "用户名或密码不正确")
        answer["WWW-Authenticate"] = 'Basic realm="imports", charset="UTF-8"'
        return answer
    forget_failures(name, address)
    request.user = user
    return None
