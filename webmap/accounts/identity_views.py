"""Signing in at the city's identity provider: away, and back again."""

from authlib.integrations.base_client.errors import OAuthError
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from joserfc.errors import JoseError
from requests.exceptions import RequestException

from webmap.accounts.identities import IdentityRefused, is_offered, provider, user_of

NEXT = "oidc_next"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_safe
@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """``/accounts/oidc/``: away to the provider; ``next`` is followed only within this site."""
    if not is_offered():
        raise Http404
    target = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    request.session[NEXT] = target if safe else "/"
    back = request.build_absolute_uri(reverse("oidc-back"))
    try:
        return provider().authorize_redirect(request, back)
    except (RequestException, ValueError, KeyError):
        return _refused(
            request, _("统一身份认证系统没有应答，请稍后再试，或用本系统的账号登录。"), 502
        )


@require_safe
@never_cache
def back(request: HttpRequest) -> HttpResponse:
    """``/accounts/oidc/back``: the provider has sent somebody back; believe only its signature."""
    if not is_offered():
        raise Http404
    target = request.session.pop(NEXT, "/")
    try:
        token = provider().authorize_access_token(request)
        user = user_of(token["userinfo"])
    except RequestException:
        return _refused(
            request, _("统一身份认证系统没有应答，请稍后再试，或用本系统的账号登录。"), 502
        )
    except (OAuthError, JoseError, KeyError, ValueError):
        return _refused(request, _("统一身份认证没有通过，请重新登录。"), 403)
    except IdentityRefused:
        return _refused(request, _("该账号不能登录本系统，请联系管理员。"), 403)
    login(request, user, backend=BACKEND)
    return HttpResponseRedirect(target)


def _refused(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    return render(request, "registration/refused.html", {"reason": reason}, status=status)
