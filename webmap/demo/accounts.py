"""The demo accounts: one per role and an administrator, made with the sample city only.

They carry a mark in the database, so that they can be told from real accounts and
removed as one.
"""

from dataclasses import dataclass

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import ProtectedError

from layers.roles import Role
from webmap.web.obligations import ADMINISTRATOR
from webmap.web.professions import DemoUser, professions

DEMO_MARK = "演示账号"
DEMO_PASSWORD = "tujing-demo"  # noqa: S105  (public on purpose)

ADMIN = "admin"


def demo_roles() -> dict[str, DemoUser | None]:
    """The names of the demo accounts with what each profession says of them; the administrator."""
    found: dict[str, DemoUser | None] = {
        user.username: user for one in professions() for user in one.demo
    }
    return {**found, ADMIN: None}


@dataclass(frozen=True)
class DemoAccount:
    """One demo account as it stands; ``password`` is '' when somebody has changed it."""

    username: str
    password: str
    role: str


def demo_users() -> list[User]:
    """The demo accounts that exist, in the order of the roles."""
    names = demo_roles()
    marked = User.objects.filter(last_name=DEMO_MARK, username__in=names, is_active=True)
    found = {user.username: user for user in marked}
    return [found[name] for name in names if name in found]


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
    kept = demo_roles()[username]
    return str(kept.role) if kept else ADMINISTRATOR


@transaction.atomic
def create_demo_accounts() -> list[str]:
    """Make what is missing; returns the names that real accounts already hold, left alone.

    All share one password hash, so that they are made and looked through quickly.
    """
    encoded = make_password(DEMO_PASSWORD)
    taken = []
    for username, kept in demo_roles().items():
        user = User.objects.filter(username=username).first()
        if user is None:
            user = User(username=username, last_name=DEMO_MARK, password=encoded)
        elif user.last_name != DEMO_MARK:
            taken.append(username)
            continue
        user.first_name = role_title(username)
        user.is_active = True
        user.is_superuser = kept is None
        user.is_staff = kept is None or kept.role == Role.STEWARD
        user.save()
        user.groups.set([Group.objects.get_or_create(name=str(kept.role))[0]] if kept else [])
        if kept and kept.prepare:
            kept.prepare(user)
    return taken


def remove_demo_accounts() -> int:
    """Remove the demo accounts; one that records refer to is closed instead."""
    users = User.objects.filter(last_name=DEMO_MARK, username__in=demo_roles())
    for user in users:
        try:
            with transaction.atomic():
                user.delete()
        except ProtectedError:
            user.set_unusable_password()
            user.is_active = user.is_superuser = user.is_staff = False
            user.save()
    return len(users)
