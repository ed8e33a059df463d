"""People who sign in at the city's identity provider (OpenID Connect).

The provider says who somebody is and in which groups; groups that are called like a role
become that role, at every sign-in anew. It never makes anybody an administrator, and a
name that is taken here is never taken over: the provider's people are known by issuer
and subject alone.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from layers.declarations.known_roles import known_roles
from webmap.models import ExternalIdentity
from webmap.web.errors import AccessDenied

SCOPE = "openid profile email"
NAME_LENGTH = 150


class IdentityRefused(AccessDenied):
    """The provider's word is not enough to let somebody in."""


NOT_ADMITTED = gettext_noop("该账号不能登录本系统，请联系管理员。")


def is_offered() -> bool:
    """Whether an identity provider is configured."""
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID)


@cache
def provider() -> Any:
    """The configured provider; its endpoints and keys are fetched when first needed."""
    registry = OAuth()
    registry.register(
        "city",
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        server_metadata_url=f"{settings.OIDC_ISSUER.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": SCOPE, "code_challenge_method": "S256", "timeout": 10},
    )
    return registry.city


@transaction.atomic
def user_of(claims: Mapping[str, Any]) -> User:
    """The user behind verified claims, with today's roles; made at the first sign-in.

    Raises:
        IdentityRefused: no subject, or the account is closed here.
    """
    subject = str(claims.get("sub") or "")
    if not subject:
        raise IdentityRefused(_(NOT_ADMITTED))
    identity = (
        ExternalIdentity.objects.select_related("user")
        .filter(issuer=settings.OIDC_ISSUER, subject=subject)
        .first()
    )
    user = identity.user if identity else _new_user(claims, subject)
    if not user.is_active:
        raise IdentityRefused(_(NOT_ADMITTED))
    user.first_name = str(claims.get("name") or "")[:NAME_LENGTH]
    user.save(update_fields=["first_name"])
    groups = claims.get(settings.OIDC_ROLES_CLAIM) or []
    named = {groups} if isinstance(groups, str) else {str(group) for group in groups}
    roles = [
        role.value
        for role in known_roles().values()
        if role.value in named or role.name.lower() in named
    ]
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


def _new_user(claims: Mapping[str, Any], subject: str) -> User:
    wanted = re.sub(r"[^\w.@+-]", "", str(claims.get("preferred_username") or ""))[:100]
    name, number = wanted or "user", 1
    while User.objects.filter(username=name).exists():
        number += 1
        name = f"{wanted or 'user'}-{number}"
    user = User.objects.create_user(name)  # without a password: signs in there only
    ExternalIdentity.objects.create(user=user, issuer=settings.OIDC_ISSUER, subject=subject)
    return user
