"""Who acts on cases behind a signed-in user."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User

from grid.actors import Actor
from grid.models import Staff
from grid.roles import GridRole


def actor_of(user: AbstractBaseUser | AnonymousUser) -> Actor:
    """The actor behind a user: the groups are the roles; an administrator has all of them."""
    if not isinstance(user, User) or not user.is_authenticated:
        return Actor("", frozenset())
    groups = set(user.groups.values_list("name", flat=True))
    roles = frozenset(role for role in GridRole if role in groups)
    if user.is_superuser:
        roles = frozenset(GridRole)
    staff = Staff.objects.filter(user_id=user.pk).select_related("department").first()
    return Actor(
        user.get_username(),
        roles,
        staff.department.name if staff and staff.department else "",
        tuple(staff.districts) if staff else (),
    )
