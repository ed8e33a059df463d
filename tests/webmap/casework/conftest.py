"""People of the centre, signed in, on ground of their own."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from grid.models import Staff
from grid.roles import GridRole
from spatial.parties.models import Department, Member
from tests.grid.people import COMMUNITY, STREETS, make_ground


def make_staff(name: str, *roles: GridRole, department: str = "", districts=()) -> User:
    """A user of the centre; the password is the name."""
    user = User.objects.create_user(name, password=name)
    user.groups.set([Group.objects.get_or_create(name=role.value)[0] for role in roles])
    found = Department.objects.get(name=department) if department else None
    Staff.objects.create(user=user, districts=list(districts))
    if found:
        Member.objects.create(user=user, department=found, valid_from=found.valid_from)
    return user


@pytest.fixture
def ground(db, settings, tmp_path):
    settings.CASE_FILES = tmp_path / "cases"
    make_ground()


@pytest.fixture
def people(ground) -> dict[str, Client]:
    """A client for each role, by its name."""
    makers = {
        "inspector": ((GridRole.INSPECTOR,), {"districts": (COMMUNITY[:9],)}),
        "intake": ((GridRole.INTAKE,), {}),
        "chief": ((GridRole.CHIEF,), {}),
        "dispatcher": ((GridRole.DISPATCHER,), {}),
        "handler": ((GridRole.HANDLER,), {"department": STREETS}),
        "cleaner": ((GridRole.HANDLER,), {"department": "环境卫生服务中心"}),
    }
    found = {}
    for name, (roles, more) in makers.items():
        found[name] = Client()
        found[name].force_login(make_staff(name, *roles, **more))
    return found
