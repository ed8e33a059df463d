"""Keeps the figures of a register with each change: the one place that writes them.

``apply`` and ``undo`` call ``keep`` with the difference that their own statements made, in
their transaction and after they have locked the register's revision, so writers take
turns and nobody's difference is lost. Whoever first changes a register of which nothing is
kept yet, or other tallies than are declared now, counts it once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from spatial.city import city
from spatial.versions.figures import (
    DAYS,
    KEPT,
    Box,
    definition,
    has_geometry,
    kept,
    tallies_of,
)
from spatial.versions.models import VersionedFeature
from spatial.versions.tallies import ALL, Tally

Key = tuple[str, str, date]  # tally, values as a JSON array, day
ZERO = Decimal(0)


class Sum(NamedTuple):
    """Starts and ends of versions on a day, and by how much the total grew."""

    opened: int
    ended: int
    total: Decimal


@dataclass
class Difference:
    """What statements changed: by tally, values and day; and the boxes of what came and went."""

    sums: dict[Key, Sum] = field(default_factory=dict)
    came: Box | None = None
    went: Box | None = None

    def add(self, key: Key, found: Sum, sign: int = 1) -> None:
        """Add to one sum, or take away from it."""
        old = self.sums.get(key, Sum(0, 0, Decimal(0)))
        self.sums[key] = Sum(
            old.opened + sign * found.opened,
            old.ended + sign * found.ended,
            old.total + sign * found.total,
        )

    def include(self, other: "Difference", sign: int = 1) -> None:
        """Add another difference, or take it away."""
        for key, found in other.sums.items():
            self.add(key, found, sign)
        self.came = joined(self.came, other.came) if other.came else self.came
        self.went = joined(self.went, other.went) if other.went else self.went

    def number(self, which: str) -> int:
        """How many versions were ``opened`` or ``ended``."""
        return sum(getattr(s, which) for key, s in self.sums.items() if key[0] == ALL.name)


def returned_columns(model: type[VersionedFeature]) -> str:
    """What a statement over versions ``v`` returns, for ``difference_sql``."""
    names = dict.fromkeys(column for tally in tallies_of(model) for column in tally.columns)
    totals = (f"round(({t.sql_total})::numeric, 6) AS total{n}" for n, t in _numbered(model))
    box = "v.geom::box3d" if has_geometry(model) else "NULL::box3d"
    return ", ".join([*(f'v."{name}"' for name in names), *totals, f"{box} AS box"])


def difference_sql(model: type[VersionedFeature], events: str) -> str:
    """The sums over starts and ends of versions, each with ``at, opened, ended``."""
    day = f"(at AT TIME ZONE '{city().time_zone}')::date"
    parts = []
    for number, tally in _numbered(model):
        key = ", ".join(f'"{column}"' for column in tally.columns)
        box = "min(ST_XMin(box)), min(ST_YMin(box)), max(ST_XMax(box)), max(ST_YMax(box))"
        parts.append(
            f"SELECT '{tally.name}' AS name, jsonb_build_array({key})::text AS key, {day} AS day,"
            " sum(opened)::bigint AS opened, sum(ended)::bigint AS ended,"
            f" coalesce(sum((opened - ended) * total{number}), 0) AS total,"
            f" {box if tally is ALL else 'NULL, NULL, NULL, NULL'} FROM events GROUP BY {key}, {day}"
        )
    return f"events AS MATERIALIZED ({events}) {' UNION ALL '.join(parts)}"


def written(
    cursor: Any,
    model: type[VersionedFeature],
    statement: str,
    params: Mapping[str, Any],
    *,
    ends: bool = False,
) -> Difference:
    """Run a statement that ends or begins versions ``v`` at ``%(at)s``; the difference it made."""
    events = (
        f"SELECT %(at)s::timestamptz AS at, {1 - ends} AS opened, {ends:d} AS ended, w.* FROM w"
    )
    sql = f"w AS ({statement} RETURNING {returned_columns(model)}), {difference_sql(model, events)}"
    return _fetch(cursor, sql, params)


def events_of(cursor: Any, model: type[VersionedFeature], among: str = "") -> Difference:
    """The starts and ends of all versions ``v``, or of those that a join leaves."""
    events = (
        f'SELECT at, opened, ended, {returned_columns(model)} FROM "{model._meta.db_table}" v'
        f" {among} CROSS JOIN LATERAL"
        " (VALUES (lower(v.valid), 1, 0), (upper(v.valid), 0, 1)) AS e(at, opened, ended)"
        " WHERE at IS NOT NULL"  # an end that is open, or a version that is void
    )
    return _fetch(cursor, difference_sql(model, events), {})


def _fetch(cursor: Any, statement: str, params: Mapping[str, Any]) -> Difference:
    """Run ``WITH {statement}``, which ends in ``difference_sql``."""
    cursor.execute(f"WITH {statement}", params)
    found = Difference()
    for name, key, day, opened, ended, total, *corners in cursor.fetchall():
        found.add((name, key, day), Sum(opened, ended, total))
        if corners[0] is not None:
            box: Box = (corners[0], corners[1], corners[2], corners[3])
            if opened:
                found.came = joined(found.came, box)
            else:
                found.went = joined(found.went, box)
    return found


def keep(
    model: type[VersionedFeature], number: int, found: Difference, *, at: datetime | None = None
) -> None:
    """Add a difference to the figures, which makes them those of revision ``number``.

    The caller holds the lock of the register's revision. ``at``: when what was opened
    began; None: something was voided, and since when the register is known is looked up
    again, as is the box.
    """
    register = model._meta.label_lower
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT since, west, south, east, north FROM {KEPT}"
            " WHERE register = %s AND definition = %s AND number = %s",
            [register, definition(model), number - 1],
        )
        row = cursor.fetchone()
        if row is None:
            recount(model, number)
            return
        _write(cursor, register, found.sums)
        since, box = row[0], None if row[1] is None else row[1:]
        if at is None or shrinks(box, found):
            _survey(cursor, model, number)
            return
        if found.number("opened") and (since is None or at < since):
            since = at
        box = joined(box, found.came) if found.came else box
        cursor.execute(
            f"UPDATE {KEPT} SET number = %s, since = %s, west = %s, south = %s, east = %s,"
            " north = %s WHERE register = %s",
            [number, since, *(box or [None] * 4), register],
        )


def recount(model: type[VersionedFeature], number: int) -> None:
    """Count all figures of a register anew, as those of revision ``number``.

    The caller holds the lock of the register's revision.
    """
    register = model._meta.label_lower
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {DAYS} WHERE register = %s", [register])
        _write(cursor, register, events_of(cursor, model).sums)
        cursor.execute(
            f"INSERT INTO {KEPT} (register, definition, number) VALUES (%s, %s, %s)"
            " ON CONFLICT (register) DO UPDATE SET definition = excluded.definition",
            [register, definition(model), number],
        )
        _survey(cursor, model, number)


def faults_of(model: type[VersionedFeature]) -> list[str]:
    """Where what is kept of a register differs from what it holds; [] if nothing is kept."""
    register = model._meta.label_lower
    known = kept().get(register)
    if known is None:
        return []
    with connection.cursor() as cursor:
        counted = events_of(cursor, model).sums
        cursor.execute(
            f"SELECT name, key, day, opened, ended, total FROM {DAYS} WHERE register = %s",
            [register],
        )
        written_down = {(n, k, d): Sum(o, e, t) for n, k, d, o, e, t in cursor.fetchall()}
        zero = Sum(0, 0, Decimal(0))
        found = [
            f"{register} {' '.join(map(str, key))}: {tuple(map(str, written_down.get(key, zero)))}"
            f" ≠ {tuple(map(str, counted.get(key, zero)))}"
            for key in sorted(written_down.keys() | counted.keys())
            if written_down.get(key, zero) != counted.get(key, zero)
        ]
        cursor.execute(_survey_sql(model))
        since, *corners = cursor.fetchone()
    real = (since, None if corners[0] is None else tuple(corners))
    if known[1:] != real:
        found.append(f"{register}: {known[1:]} ≠ {real}")
    return found


def joined(one: Box | None, other: Box) -> Box:
    """The box around two.

    >>> joined((0, 0, 1, 1), (2, -1, 3, 0))
    (0, -1, 3, 1)
    """
    if one is None:
        return other
    low = [min(a, b) for a, b in zip(one[:2], other[:2], strict=True)]
    high = [max(a, b) for a, b in zip(one[2:], other[2:], strict=True)]
    return (low[0], low[1], high[0], high[1])


def shrinks(box: Box | None, found: Difference) -> bool:
    """Whether what went may have held a side of the box that what came does not hold.

    >>> edge, middle = (0, 0, 1, 1), (4, 4, 5, 5)
    >>> shrinks((0, 0, 9, 9), Difference(went=edge)), shrinks((0, 0, 9, 9), Difference(went=middle))
    (True, False)
    >>> shrinks((0, 0, 9, 9), Difference(went=edge, came=edge))
    False
    """
    if box is None or found.went is None:
        return False
    inward = (1, 1, -1, -1)
    return any(
        (gone - side) * way <= 0 and (there is None or (there - side) * way > 0)
        for side, gone, there, way in zip(
            box, found.went, found.came or (None,) * 4, inward, strict=True
        )
    )


def _numbered(model: type[VersionedFeature]) -> list[tuple[int, Tally]]:
    return list(enumerate(tallies_of(model)))


def _write(cursor: Any, register: str, sums: Mapping[Key, Sum]) -> None:
    rows = [(*key, *found) for key, found in sums.items() if any(found)]
    if not rows:
        return
    cursor.execute(
        f"INSERT INTO {DAYS} AS d (register, name, key, day, opened, ended, total)"
        " SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::date[], %s::bigint[], %s::bigint[],"
        " %s::numeric[]) ON CONFLICT (register, name, key, day) DO UPDATE SET"
        " opened = d.opened + excluded.opened, ended = d.ended + excluded.ended,"
        " total = d.total + excluded.total",
        [register, *map(list, zip(*rows, strict=True))],
    )


def _survey(cursor: Any, model: type[VersionedFeature], number: int) -> None:
    """Look up since when a register is known, and the box around what stands."""
    cursor.execute(
        f"UPDATE {KEPT} SET (since, west, south, east, north) = ({_survey_sql(model)}),"
        " number = %s WHERE register = %s",
        [number, model._meta.label_lower],
    )


def _survey_sql(model: type[VersionedFeature]) -> str:
    table = f'"{model._meta.db_table}"'
    since = f"(SELECT min(lower(valid)) FROM {table})"
    if not has_geometry(model):
        return f"SELECT {since}, NULL::float8, NULL::float8, NULL::float8, NULL::float8"
    return (
        f"SELECT {since}, ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)"
        f" FROM (SELECT ST_Extent(geom)::box3d AS box FROM {table} WHERE upper_inf(valid)) AS b"
    )
