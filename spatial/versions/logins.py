"""The logins of the database: who owns it, who works in it (docs/adr/0010-logins.md).

``tujing_owner`` owns everything and migrates. ``tujing_site`` owns nothing but the stages of
imports: it reads and writes rows as ``grants`` says, and calls functions of the owner's
(SECURITY DEFINER) for the little that needs more. ``as_owner`` is for commands alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connections

from spatial.errors import SpatialError

OWNER, SITE = "tujing_owner", "tujing_site"
LOGIN_KEYS = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")


class OwnerNeeded(SpatialError):
    """Something that only the owner of the database may do was begun inside a transaction."""


@contextmanager
def as_owner(using: str = "default") -> Iterator[None]:
    """Work as the owner of the database for a while, on a connection of its own.

    Where the city has one login for both, nothing changes.

    Raises:
        OwnerNeeded: a transaction of the site's is open, which cannot change its login.
    """
    connection, login = connections[using], settings.OWNER_DATABASE()
    if login is None or connection.settings_dict["USER"] == login["USER"]:
        yield
        return
    if connection.in_atomic_block:
        raise OwnerNeeded("a transaction is open: it began as the site's")
    before = connection.settings_dict
    connection.close()
    connection.settings_dict = {**before, **{key: login[key] for key in LOGIN_KEYS}}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before


def has_site(cursor: Any) -> bool:
    """Whether the site has a login apart from the one at work, to whom rights are granted."""
    cursor.execute(
        "SELECT current_user <> %s AND EXISTS (SELECT FROM pg_roles WHERE rolname = %s)",
        [SITE, SITE],
    )
    return bool(cursor.fetchone()[0])
