"""Figures of a register that are kept with each change instead of counted after it.

How many versions stand, in all and by the tallies that the register declares, since when
it is known and the box around what stands. The figures are exact (``versions.keeping``).

A tally is kept by days of the city: starts and ends of versions on each. What stood at the
end of a day is a sum over one row for each earlier day on which a value changed.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from spatial.city import city
from spatial.versions.guards import registers
from spatial.versions.models import KeptFigures, Revision, TallyDay, VersionedFeature
from spatial.versions.tallies import ALL, Tally

REVISIONS = f'"{Revision._meta.db_table}"'
DAYS, KEPT = f'"{TallyDay._meta.db_table}"', f'"{KeptFigures._meta.db_table}"'
CURRENT = f"{KEPT} k JOIN {REVISIONS} r ON r.register = k.register AND r.number = k.number"
Box = tuple[float, float, float, float]  # west, south, east, north in the city's projected CRS


def tallies_of(model: type[VersionedFeature]) -> tuple[Tally, ...]:
    """The tallies of a register: of all, and those that it declares."""
    return (ALL, *model.tallies)


def definition(model: type[VersionedFeature]) -> str:
    """What is kept of a register, as a text; figures kept under another one are counted anew."""
    return f"{city().time_zone} {tallies_of(model)!r}"


def standing(as_of_day: date | None = None) -> dict[str, int]:
    """By register, how many versions stand now or stood at the end of a day.

    A register of which nothing is kept is left out.
    """
    until, params = ("", []) if as_of_day is None else ("AND day <= %s", [as_of_day])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT k.register, k.definition, coalesce(sum(d.opened - d.ended), 0)::bigint"
            f" FROM {CURRENT} LEFT JOIN {DAYS} d ON d.register = k.register AND d.name = ''"
            f" {until} GROUP BY k.register",
            params,
        )
        current = definitions()
        return {name: n for name, text, n in cursor.fetchall() if text == current.get(name)}


class Tallied(NamedTuple):
    """How many versions with these values stand, and their total."""

    values: tuple[Any, ...]
    number: int
    total: float


def tallied(
    model: type[VersionedFeature], name: str, as_of_day: date | None = None
) -> list[Tallied] | None:
    """A tally of a register now or at the end of a day; None if it is not kept."""
    until, params = ("", []) if as_of_day is None else ("AND day <= %s", [as_of_day])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT k.definition, d.key::jsonb, d.number, d.total FROM {CURRENT} LEFT JOIN"
            " (SELECT register, key, sum(opened - ended)::bigint AS number, sum(total) AS total"
            f" FROM {DAYS} WHERE register = %s AND name = %s {until} GROUP BY register, key"
            " HAVING sum(opened - ended) <> 0) AS d ON d.register = k.register WHERE k.register = %s",
            [model._meta.label_lower, name, *params, model._meta.label_lower],
        )
        rows = cursor.fetchall()
    if not rows or rows[0][0] != definition(model):
        return None
    return [Tallied(tuple(_values(k)), n, float(t)) for _text, k, n, t in rows if k is not None]


def ever_schematic() -> dict[str, bool]:
    """By register of which figures are kept, whether it has ever held schematic data."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT k.register, k.definition, EXISTS (SELECT FROM {DAYS} d"
            " WHERE d.register = k.register AND d.name = '' AND d.key = '[true]'"
            f" AND d.opened > 0) FROM {CURRENT}"
        )
        current = definitions()
        return {name: has for name, text, has in cursor.fetchall() if text == current.get(name)}


class Kept(NamedTuple):
    """A register's figures: how much stands, since when it is known, the box around it."""

    number: int
    since: datetime | None
    box: Box | None


def kept() -> dict[str, Kept]:
    """The figures of every register of which any are kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT k.register, k.definition, coalesce((SELECT sum(opened - ended) FROM"
            f" {DAYS} d WHERE d.register = k.register AND d.name = ''), 0)::bigint,"
            f" since, west, south, east, north FROM {CURRENT}"
        )
        current = definitions()
        return {
            name: Kept(number, since, None if west is None else (west, south, east, north))
            for name, text, number, since, west, south, east, north in cursor.fetchall()
            if text == current.get(name)
        }


def whole_day(moment: datetime) -> date | None:
    """The city's day of which a moment is the last one; None if it is of none.

    >>> from datetime import UTC
    >>> whole_day(datetime(2020, 5, 1, 12, tzinfo=UTC)) is None
    True
    """
    try:
        after = (moment + timedelta(microseconds=1)).astimezone(ZoneInfo(city().time_zone))
    except OverflowError:
        return None
    is_midnight = after.hour == after.minute == after.second == after.microsecond == 0
    return after.date() - timedelta(days=1) if is_midnight else None


def has_geometry(model: type[VersionedFeature]) -> bool:
    """Whether a register's things have a place."""
    return any(column.name == "geom" for column in model._meta.concrete_fields)


def definitions() -> Mapping[str, str]:
    """What is to be kept, by register."""
    return {model._meta.label_lower: definition(model) for model in registers()}


def _values(key: Any) -> list[Any]:
    return json.loads(key) if isinstance(key, str) else key
