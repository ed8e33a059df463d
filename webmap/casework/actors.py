"""Who acts on cases behind a signed-in user."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

from grid.cases.actors import Actor
from grid.models import Staff
from grid.roles import GridRole
from grid.rules.rulebook import day_of


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
