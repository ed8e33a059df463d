"""The roles that there are: each app declares its own as ``roles`` of its ``AppConfig``.

``layers.access.access`` knows roles as text only. What a layer names must be one of these, and
one text or one name means one role: groups are found by the text, an identity provider's
groups by either.
"""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error

from layers.declarations.registry import all_layers


def role_enums() -> list[type[StrEnum]]:
    """The enumerations of roles, in the order of the apps."""
    return [one for app in apps.get_app_configs() if (one := getattr(app, "roles", None))]


def known_roles() -> dict[str, StrEnum]:
    """Every role by its English name."""
    return {role.name: role for one in role_enums() for role in one}


def check_roles(**_: Any) -> list[CheckMessage]:
    """The system check: no role is declared twice, and none is named that is not declared."""
    named = {
        layer.id: {
            str(role)
            for roles in (layer.readers, layer.deliverers, layer.writers, layer.undoers)
            for role in roles
        }
        for layer in all_layers()
    }
    return role_faults(role_enums(), named)


def role_faults(enums: Iterable[type[StrEnum]], named: dict[str, set[str]]) -> list[CheckMessage]:
    """What is wrong with these roles and with those that the layers name, by layer."""
    roles = [role for one in enums for role in one]
    faults: list[CheckMessage] = []
    for words in (Counter(role.value for role in roles), Counter(role.name for role in roles)):
        faults += [
            Error(
                f"角色 {word} 声明了 {number} 次 / the role {word} is declared {number} times",
                id="layers.E003",
            )
            for word, number in words.items()
            if number > 1
        ]
    known = {role.value for role in roles}
    faults += [
        Error(
            f"图层 {layer} 授权给不存在的角色 {word}"
            f" / layer {layer} names {word}, which is no role",
            id="layers.E004",
        )
        for layer, words in named.items()
        for word in sorted(words - known)
    ]
    return faults
