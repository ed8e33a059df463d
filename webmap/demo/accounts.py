"""The demo accounts: one per role and an administrator, made with the sample city only.

They carry a mark in the database, so that they can be told from real accounts and
removed as one.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import ProtectedError

from grid.models import Staff
from grid.roles import GridRole
from grid.rules.models import Department
from layers.access.access import Role
from spatial.city import city
from spatial.hazards.roles import HazardRole
from spatial.housing.roles import HousingRole
from spatial.parcels.roles import LandRole
from spatial.pipes.roles import PipeRole
from spatial.planning.roles import PlanningRole

DEMO_MARK = "演示账号"
DEMO_PASSWORD = "tujing-demo"  # noqa: S105  (public on purpose)
DEMO_DEPARTMENT = "D04"
ADMINISTRATOR = "系统管理员"

DEMO_ROLES: dict[str, StrEnum | None] = {
    "planner": PlanningRole.PLANNER,
    "housing": HousingRole.HOUSING,
    "land": LandRole.LAND,
    "hazard": HazardRole.HAZARD,
    "inspector": GridRole.INSPECTOR,
    "intake": GridRole.INTAKE,
    "chief": GridRole.CHIEF,
    "dispatcher": GridRole.DISPATCHER,
    "handler": GridRole.HANDLER,
    "pipes": PipeRole.PIPES,
    "steward": Role.STEWARD,
    "auditor": Role.AUDITOR,
    "admin": None,
}


@dataclass(frozen=True)
class DemoAccount:
    """One demo account as it stands; ``password`` is '' when somebody has changed it."""

    username: str
    password: str
    role: str


def demo_users() -> list[User]:
    """The demo accounts that exist, in the order of the roles."""
    found = {
        user.username: user
        for user in User.objects.filter(
            last_name=DEMO_MARK, username__in=DEMO_ROLES, is_active=True
        )
    }
    return [found[name] for name in DEMO_ROLES if name in found]


def demo_accounts() -> list[DemoAccount]:
    """The demo accounts with their passwords, as one would print them."""
    users = demo_users()
    known = {user.password for user in users}
    ours = {encoded for encoded in known if check_password(DEMO_PASSWORD, encoded)}
    return [
        DemoAccount(
            user.username,
            DEMO_PASSWORD if user.password in ours else "",
            role_title(user.username),
        )
        for user in users
    ]


def role_title(username: str) -> str:
    """What a demo account is there for."""
    role = DEMO_ROLES[username]
    return role.value if role else ADMINISTRATOR


@transaction.atomic
def create_demo_accounts() -> list[str]:
    """Make what is missing; returns the names that real accounts already hold, left alone.

    All share one password hash, so that they are made and looked through quickly.
    """
    encoded = make_password(DEMO_PASSWORD)
    taken = []
    for username, role in DEMO_ROLES.items():
        user = User.objects.filter(username=username).first()
        if user is None:
            user = User(username=username, last_name=DEMO_MARK, password=encoded)
        elif user.last_name != DEMO_MARK:
            taken.append(username)
            continue
        user.first_name = role_title(username)
        user.is_active = True
        user.is_superuser = role is None
        user.is_staff = role in (None, Role.STEWARD)
        user.save()
        groups = [Group.objects.get_or_create(name=role.value)[0]] if role else []
        user.groups.set(groups)
        _assign(user, role)
    return taken


def _assign(user: User, role: StrEnum | None) -> None:
    """A department for the handler and an area for the inspector, so that cases reach them."""
    if role is GridRole.HANDLER:
        department = Department.objects.filter(code=DEMO_DEPARTMENT).first()
        Staff.objects.get_or_create(user=user, defaults={"department": department})
    if role is GridRole.INSPECTOR:
        Staff.objects.get_or_create(user=user, defaults={"districts": [f"{city().adcode}001"]})


def remove_demo_accounts() -> int:
    """Remove the demo accounts; one that records refer to is closed instead."""
    users = User.objects.filter(last_name=DEMO_MARK, username__in=DEMO_ROLES)
    for user in users:
        try:
            with transaction.atomic():
                user.delete()
        except ProtectedError:
            user.set_unusable_password()
            user.is_active = user.is_superuser = user.is_staff = False
            user.save()
    return len(users)
