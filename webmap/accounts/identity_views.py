"""Signing in at the city's identity provider: away, and back again."""

from authlib.integrations.base_client.errors import OAuthError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from joserfc.errors import JoseError
from requests.exceptions import RequestException

from webmap.accounts.identities import IdentityRefused, is_offered, provider, user_of
from webmap.accounts.sessions import PROVIDER, open_session, page_wanted
from webmap.web.errors import Refusal, Unreachable, answering

NEXT = "oidc_next"
NO_ANSWER = gettext_noop("统一身份认证系统没有应答，请稍后再试，或用本系统的账号登录。")


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    context = {"reason": refusal.text}
    return render(request, "registration/refused.html", context, status=refusal.status)


@require_safe
@never_cache
@answering(_refused)
def begin(request: HttpRequest) -> HttpResponse:
    """``/accounts/oidc/``: away to the provider; ``next`` is followed only within this site."""
    if not is_offered():
        raise Http404
    request.session[NEXT] = page_wanted(request) or "/"
    back = request.build_absolute_uri(reverse("oidc-back"))
    try:
        return provider().authorize_redirect(request, back)
    except (RequestException, ValueError, KeyError):
        raise Unreachable(_(NO_ANSWER)) from None


@require_safe
@never_cache
@answering(_refused)
def back(request: HttpRequest) -> HttpResponse:
    """``/accounts/oidc/back``: the provider has sent somebody back; believe only its signature."""
    if not is_offered():
        raise Http404
    target = request.session.pop(NEXT, "/")
    try:
        claims = provider().authorize_access_token(request)["userinfo"]
    except RequestException:
        raise Unreachable(_(NO_ANSWER)) from None
    except (OAuthError, JoseError, KeyError, ValueError):
        raise IdentityRefused(_("统一身份认证没有通过，请重新登录。")) from None
    user = user_of(claims)
    open_session(request, user, PROVIDER)
    return HttpResponseRedirect(target)
