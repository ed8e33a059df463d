"""Counts the revisions of registers, and of what each audience sees of them.

A change that shows an audience nothing is no revision of what that audience sees: no cache
ends, no feed has an entry, no day is named.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from spatial.city import city
from spatial.versions.audiences import Audience, audiences_of, carried_on_sql, counted_as, shown_sql
from spatial.versions.models import (
    Change,
    ChangeDay,
    Revision,
    RevisionChange,
    VersionedFeature,
)
from spatial.versions.signals import revised
from spatial.versions.touched import copy_touched, record_touched

COUNTED = (
    f'INSERT INTO "{Revision._meta.db_table}" AS r (register, number) VALUES (%(name)s, 1)'
    " ON CONFLICT (register) DO UPDATE SET number = r.number + 1 RETURNING number"
)


def count_revision(register: str) -> int:
    """Count one more revision under this name; every cache over it ends. Returns the number.

    The row stays locked until the transaction ends, so revisions of one name follow each
    other in the order of their commits.
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, {"name": register})
        return cursor.fetchone()[0]


def count_change(
    change: Change,
    model: type[VersionedFeature],
    touched: str,
    codes: str,
    params: Mapping[str, Any],
) -> int:
    """One more revision of a register, which change made it, and where it touched the register.

    ``touched`` is a SELECT of the geometries, ``codes`` a FROM item ``s`` with the codes, and
    ``params`` the parameters of both. What the change shows an audience is a revision of what
    that sees. Returns the number of the register's.
    """
    register = model._meta.label_lower
    number = _count(change, register)
    record_touched(model, register, number, touched, params)
    for audience in audiences_of(model):
        _count_shown(change, model, audience, number, codes, params)
    revised.send(model, register=register)
    return number


def _count(change: Change, name: str) -> int:
    """Count one more revision under a name, with the change that made it and its day."""
    marks, days = (f'"{model._meta.db_table}"' for model in (RevisionChange, ChangeDay))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH counted AS ({COUNTED}), marked AS (INSERT INTO {marks}"
            " (register, number, change_id) SELECT %(name)s, number, %(change)s FROM counted),"
            f" dated AS (INSERT INTO {days} (register, day)"
            " SELECT %(name)s, (%(at)s AT TIME ZONE %(zone)s)::date ON CONFLICT DO NOTHING)"
            " SELECT number FROM counted",
            {"name": name, "change": change.pk, "at": change.at, "zone": city().time_zone},
        )
        return cursor.fetchone()[0]


def _count_shown(
    change: Change,
    model: type[VersionedFeature],
    audience: Audience,
    number: int,
    codes: str,
    params: Mapping[str, Any],
) -> None:
    """Count what an audience is shown of the register's revision ``number``, if anything."""
    register, table = model._meta.label_lower, f'"{model._meta.db_table}"'
    name, params = counted_as(register, audience), {**params, "change": change.pk}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({carried_on_sql(table, audience, codes)})", params)
        if not cursor.fetchone()[0]:
            copy_touched(register, number, name, _count(change, name))
            return
        cursor.execute(f"SELECT EXISTS ({shown_sql(table, audience, codes, '1')})", params)
        if cursor.fetchone()[0]:
            shown = shown_sql(table, audience, codes, "v.geom")
            record_touched(model, name, _count(change, name), shown, params)
