"""Roles as groups: one group per role of a profession, made after every migrate."""

from typing import Any

from django.apps import AppConfig
from django.db import connections

from layers.access.access import Role
from webmap.web.professions import roles

UNDO = "undo_change"
NEEDED = {"auth_group", "auth_permission", "django_content_type", "versions_change"}
READ_BY_STEWARDS = ("versions", "importers", "layers")


def make_roles(sender: AppConfig, using: str = "default", **_: Any) -> None:
    """Make the groups, and let data stewards read the changes and undo them.

    Which registers a role sees is not decided here but in ``layers.access.access``.
    """
    if (
        sender.label != "webmap"
        or not set(connections[using].introspection.table_names()) >= NEEDED
    ):
        return
    from django.contrib.auth.models import Group, Permission
    from django.contrib.contenttypes.models import ContentType

    from spatial.versions.models import Change

    groups = {role: Group.objects.using(using).get_or_create(name=str(role))[0] for role in roles()}
    content_type = ContentType.objects.db_manager(using).get_for_model(Change)
    undo, _created = Permission.objects.using(using).get_or_create(
        content_type=content_type, codename=UNDO, defaults={"name": "可以撤销变更"}
    )
    reading = Permission.objects.using(using).filter(
        content_type__app_label__in=READ_BY_STEWARDS, codename__startswith="view_"
    )
    groups[Role.STEWARD].permissions.add(undo, *reading)
