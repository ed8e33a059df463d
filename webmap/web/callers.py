"""Who asks: the caller of the access rules and the actor of casework, each once per request."""

from dataclasses import replace
from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import FilteredRelation, Q
from django.http import HttpRequest
from django.utils import timezone

from grid.cases.actors import Actor
from grid.roles import GridRole
from layers.sharing.callers import caller_of
from spatial.calendars.queries import day_of
from spatial.parties.queries import departments_through

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
    today = day_of(timezone.now())
    groups, codes, districts = _facts_of(user, today)
    roles = frozenset(GridRole if user.is_superuser else (r for r in GridRole if r in groups))
    departments = departments_through(codes, today)
    return Actor(
        user.get_username(),
        roles,
        departments[0].name_on(today) if departments else "",
        districts,
        tuple(name for one in departments for name in one.all_names()),
    )


def _facts_of(user: User, today: date) -> tuple[set[str], list[str], tuple[str, ...]]:
    """The groups, the departments by code, the latest first, and the districts: in one query."""
    held = FilteredRelation(
        "memberships",
        condition=Q(memberships__valid_from__lte=today)
        & (Q(memberships__valid_to=None) | Q(memberships__valid_to__gt=today)),
    )
    rows = list(
        User.objects.filter(pk=user.pk)
        .annotate(held=held)
        .order_by("-held__valid_from", "-held__id")
        .values_list("groups__name", "held__department_id", "staff__districts")
    )
    groups = {group for group, _department, _districts in rows if group}
    codes = list(dict.fromkeys(code for _group, code, _districts in rows if code))
    return groups, codes, tuple(rows[0][2] or ()) if rows else ()
