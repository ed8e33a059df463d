"""What administrators do is written to the audit: on their pages, and with roles anywhere."""

import json
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.models import Group, User
from django.db.models.signals import m2m_changed, post_save

from spatial.audit.actions import record_event
from spatial.audit.models import Kind
from spatial.audit.origins import current_actor

ACTS = {ADDITION: "added", CHANGE: "changed", DELETION: "deleted"}
ROLES = {"post_add": "given", "post_remove": "taken", "pre_clear": "taken"}
USERS = User._meta.db_table


def listen() -> None:
    """Hear of every entry that the administrator pages log, and of every role."""
    post_save.connect(_administered, sender=LogEntry, dispatch_uid="audit-administration")
    m2m_changed.connect(_roles, sender=User.groups.through, dispatch_uid="audit-roles")


def _administered(instance: LogEntry, created: bool, **_: Any) -> None:
    """An entry holds names of fields, and the name of the thing, which may be a person's."""
    model = instance.content_type.model_class() if instance.content_type else None
    details = {
        "act": ACTS.get(instance.action_flag, ""),
        "fields": _fields(instance.change_message),
    }
    who, table = instance.user.get_username(), model._meta.db_table if model else ""
    record_event(
        Kind.ADMINISTRATION, who, subject=table, code=instance.object_id or "", details=details
    )


def _fields(message: str) -> list[str]:
    """The names of the changed fields in the message of an entry."""
    try:
        parts = json.loads(message)
    except ValueError:
        return []
    return sorted(
        {str(name) for part in parts for one in part.values() for name in one.get("fields", ())}
    )


def _roles(instance: Any, action: str, pk_set: set[int] | None, reverse: bool, **_: Any) -> None:
    if action not in ROLES:
        return
    if reverse:  # the members of a role
        people = (
            User.objects.filter(pk__in=pk_set) if pk_set is not None else instance.user_set.all()
        )
        pairs = [(person.get_username(), [instance.name]) for person in people]
    else:
        roles = Group.objects.filter(pk__in=pk_set) if pk_set is not None else instance.groups.all()
        pairs = [(instance.get_username(), sorted(roles.values_list("name", flat=True)))]
    for name, roles in pairs:
        if roles:
            details = {ROLES[action]: roles}
            record_event(
                Kind.ROLES_CHANGED, current_actor(), subject=USERS, code=name, details=details
            )
