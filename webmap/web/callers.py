"""Who asks: the caller of the access rules and the actor of casework, each once per request."""

from dataclasses import replace

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.utils import timezone

from grid.cases.actors import Actor
from grid.models import Staff
from grid.roles import GridRole
from grid.rules.rulebook import day_of
from layers.sharing.callers import caller_of

__all__ = ["actor_behind", "actor_of", "caller_of", "groups_of", "matter_actor"]


def actor_behind(request: HttpRequest) -> Actor:
    """The actor behind a request; it is read once, unless somebody signs in or out within it."""
    known: tuple[int | None, Actor] | None = getattr(request, "_actor", None)
    if known is None or known[0] != request.user.pk:
        known = (request.user.pk, actor_of(request.user))
        request._actor = known  # type: ignore[attr-defined]
    return known[1]


def matter_actor(request: HttpRequest) -> Actor:
    """The same for matters of any procedure: every group is a role.

    An administrator has the roles that the account was given and no others.
    """
    return replace(actor_behind(request), roles=groups_of(request))


def groups_of(request: HttpRequest) -> frozenset[str]:
    """The groups of the signed-in user, as the caller holds them."""
    return frozenset(caller_of(request).roles)


def actor_of(user: AbstractBaseUser | AnonymousUser) -> Actor:
    """The actor behind a user: the groups are the roles; an administrator has all of them."""
    if not isinstance(user, User) or not user.is_authenticated:
        return Actor("", frozenset())
    groups = set(user.groups.values_list("name", flat=True))
    roles = frozenset(role for role in GridRole if role in groups)
    if user.is_superuser:
        roles = frozenset(GridRole)
    found = Staff.objects.filter(user_id=user.pk).select_related("department")
    staff = found.prefetch_related("department__later_names").first()
    department = staff.department if staff else None
    return Actor(
        user.get_username(),
        roles,
        department.name_on(day_of(timezone.now())) if department else "",
        tuple(staff.districts) if staff else (),
        department.all_names() if department else (),
    )
