import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command

from layers.declarations.known_roles import known_roles
from layers.roles import Role

pytestmark = pytest.mark.django_db


def test_every_role_is_a_group():
    assert set(Group.objects.values_list("name", flat=True)) >= {
        role.value for role in known_roles().values()
    }


def test_only_stewards_may_undo():
    may = {
        group.name
        for group in Group.objects.all()
        if group.permissions.filter(codename="undo_change").exists()
    }
    assert may == {Role.STEWARD.value}


def test_a_migrate_puts_back_what_is_missing(owner):
    Group.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert Group.objects.count() == len(known_roles())


def test_a_steward_may_read_changes():
    user = User.objects.create_user("s")
    user.groups.add(Group.objects.get(name=Role.STEWARD.value))
    assert user.has_perms(["versions.view_change", "versions.undo_change"])
