"""Who asks: the caller of the access rules and the actor of casework, each once per request."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Exists, FilteredRelation, OuterRef, Q
from django.http import HttpRequest
from django.utils import timezone

from grid.cases.actors import Actor
from grid.roles import GridRole
from layers.sharing.callers import caller_of
from spatial.calendars.queries import day_of
from spatial.parties.queries import acting, departments_through

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
    """The actor behind a user: the groups are the roles; an administrator has all of them.

    Those whose deputy this one is now come along, each with the roles that the deputy may act in;
    of an administrator the groups alone: what else they may is not lent.
    """
    if not isinstance(user, User) or not user.is_authenticated:
        return Actor("", frozenset())
    now = timezone.now()
    facts = _facts_of(user, now)
    principals = _principals_of(user, now) if facts.is_deputy else ()
    return _actor(
        user, frozenset(GridRole) if user.is_superuser else facts.roles, facts, principals
    )


@dataclass(frozen=True)
class _Facts:
    """What one query knows of a user; the departments by code, the latest first."""

    day: date
    roles: frozenset[str]
    departments: list[str]
    districts: tuple[str, ...]
    is_deputy: bool


def _actor(
    user: User, roles: frozenset[str], facts: _Facts, principals: tuple[Actor, ...] = ()
) -> Actor:
    departments = departments_through(facts.departments, facts.day)
    return Actor(
        user.get_username(),
        roles,
        departments[0].name_on(facts.day) if departments else "",
        facts.districts,
        tuple(name for one in departments for name in one.all_names()),
        principals,
    )


def _principals_of(user: User, now: datetime) -> tuple[Actor, ...]:
    found = []
    for named in acting(now).filter(deputy=user).select_related("principal"):
        facts = _facts_of(named.principal, now)
        roles = facts.roles & set(named.roles) if named.roles else facts.roles
        found.append(_actor(named.principal, roles, facts))
    return tuple(found)


def _facts_of(user: User, now: datetime) -> _Facts:
    day = day_of(now)
    held = FilteredRelation(
        "memberships",
        condition=Q(memberships__valid_from__lte=day)
        & (Q(memberships__valid_to=None) | Q(memberships__valid_to__gt=day)),
    )
    rows = list(
        User.objects.filter(pk=user.pk)
        .annotate(held=held, is_deputy=Exists(acting(now).filter(deputy=OuterRef("pk"))))
        .order_by("-held__valid_from", "-held__id")
        .values_list("groups__name", "held__department_id", "staff__districts", "is_deputy")
    )
    if not rows:
        return _Facts(day, frozenset(), [], (), False)
    groups = {row[0] for row in rows}
    codes = list(dict.fromkeys(row[1] for row in rows if row[1]))
    roles = frozenset(role for role in GridRole if role in groups)
    return _Facts(day, roles, codes, tuple(rows[0][2] or ()), rows[0][3])
