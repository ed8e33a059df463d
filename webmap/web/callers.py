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

__all__ = ["actor_behind", "actor_of", "caller_of", "groups_of", "matter_actor", "party_of"]


def actor_behind(request: HttpRequest) -> Actor:
    """The actor behind a request; it is read once, unless somebody signs in or out within it."""
    return _of_staff(matter_actor(request), request.user)


def matter_actor(request: HttpRequest) -> Actor:
    """The same for matters of any procedure: see ``party_of``."""
    known: tuple[int | None, Actor] | None = getattr(request, "_party", None)
    if known is None or known[0] != request.user.pk:
        known = (request.user.pk, party_of(request.user))
        request._party = known  # type: ignore[attr-defined]
    return known[1]


def groups_of(request: HttpRequest) -> frozenset[str]:
    """The groups of the signed-in user, as the caller holds them."""
    return frozenset(caller_of(request).roles)


def actor_of(user: AbstractBaseUser | AnonymousUser) -> Actor:
    """The actor of city management behind a user; an administrator has all of its roles.

    Of an administrator whose deputy somebody is the groups alone: what else they may is not lent.
    """
    return _of_staff(party_of(user), user)


def party_of(user: AbstractBaseUser | AnonymousUser) -> Actor:
    """The actor behind a user in any procedure: every group is a role, of an administrator too.

    Those whose deputy this one is now come along, each with the roles that the deputy may act in.
    """
    if not isinstance(user, User) or not user.is_authenticated:
        return Actor("", frozenset())
    now = timezone.now()
    facts = _facts_of(user, now)
    principals = _principals_of(user, now) if facts.is_deputy else ()
    return _actor(user, facts.roles, facts, principals)


def _of_staff(party: Actor, user: AbstractBaseUser | AnonymousUser) -> Actor:
    """A party with the roles of city management alone."""
    every = frozenset(GridRole)
    roles = every if getattr(user, "is_superuser", False) else party.roles & every
    principals = tuple(replace(one, roles=one.roles & every) for one in party.principals)
    return replace(party, roles=roles, principals=principals)


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
    roles = frozenset(group for group in groups if group)
    return _Facts(day, roles, codes, tuple(rows[0][2] or ()), rows[0][3])
