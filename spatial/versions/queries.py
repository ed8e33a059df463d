"""Reads of the store: columns, ancestry, revisions, and why an edit does not fit."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Field, Min

from spatial.periods import AsOf
from spatial.versions.models import (
    Ancestry,
    Change,
    ChangeDay,
    Revision,
    RevisionChange,
    VersionedFeature,
)

SPANS = (
    "public_valid",
    "public_first",
    "public_carried",
    "shared_valid",
    "shared_first",
    "shared_carried",
)
DISTRICTS = "in_districts"  # kept with each version (``versions.districts``)
BOOKKEEPING = frozenset(
    {"id", "code", "valid", "opened_by", "closed_by", "voided_by", DISTRICTS, *SPANS}
)


def attribute_fields(model: type[VersionedFeature]) -> list[Field]:
    """The register's own columns: all but the code and the bookkeeping of versions."""
    return [field for field in model._meta.concrete_fields if field.name not in BOOKKEEPING]


def as_of_sql(moment: AsOf, column: str = "valid") -> tuple[str, list[Any]]:
    """A SQL condition, and its parameters, that selects the versions of a moment."""
    if moment.is_now:
        return f"upper_inf({column})", []
    if moment.instant:
        return f"{column} @> %s::timestamptz", [moment.instant]
    return f"{column} && tstzrange(%s, %s, '[]')", [moment.start, moment.end]


def parents_of(register: str, code: str) -> list[Ancestry]:
    """The links to what a thing came from."""
    return list(Ancestry.objects.filter(register=register, child_code=code, closed_by=None))


def children_of(register: str, code: str) -> list[Ancestry]:
    """The links to what a thing became."""
    return list(Ancestry.objects.filter(register=register, parent_code=code, closed_by=None))


def revision_of(model: type[VersionedFeature]) -> int:
    """How many changes the register has seen, read at this moment.

    For writers, tokens and tags, which must not be a moment old; caches are keyed by
    ``layers.reading.revisions``, which has all of them in memory.
    """
    return revision_named(model._meta.label_lower)


def revision_named(name: str) -> int:
    """As ``revision_of``, by the name of a register or of what an audience sees of it."""
    row = Revision.objects.filter(register=name).first()
    return row.number if row else 0


def names_counted(changes: Collection[int]) -> dict[int, set[str]]:
    """By the ids of changes, the names under which each was counted.

    They are of the registers that it touched, and of their audiences that it showed something.
    """
    found: dict[int, set[str]] = {change: set() for change in changes}
    marks = RevisionChange.objects.filter(change__in=found)
    for change, name in marks.values_list("change", "register"):
        found[change].add(name)
    return found


def days_of_change(names: Collection[str], most: int) -> list[str]:
    """The first day of the city on which one of these changed, and the latest others, in order.

    ``names``: under which revisions are counted, of registers or of their audiences; ``most``
    bounds the latest.
    """
    days = ChangeDay.objects.filter(register__in=names).order_by("-day")
    latest = list(days.values_list("day", flat=True).distinct()[:most])
    first = days.aggregate(first=Min("day"))["first"]
    return sorted({day.isoformat() for day in (*latest, first) if day})


def later_changes(
    model: type[VersionedFeature], change: Change, codes: str
) -> list[tuple[str, int]]:
    """(code, change id) pairs of later changes that still stand on those codes; at most 20.

    A change and its undo, both later, cancel out and do not count; nor does a redo
    undone: what counts is an odd number of later links in a chain of reversals.
    ``codes`` is the SQL name of a table of codes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT DISTINCT ON (c) v.code, c FROM "{model._meta.db_table}" v'
            f" JOIN {codes} USING (code),"
            " unnest(ARRAY[v.opened_by_id, v.closed_by_id, v.voided_by_id]) c"
            " WHERE c > %s ORDER BY c, v.code",
            [change.pk],
        )
        code_of = {pk: code for code, pk in cursor.fetchall()}
    chains: dict[int, list[int]] = defaultdict(list)
    for pk in code_of:
        chains[_root(pk)].append(pk)
    standing = [links[-1] for links in chains.values() if len(links) % 2]
    return [(code_of[pk], pk) for pk in sorted(standing)[:20]]


def _root(pk: int) -> int:
    """The change at the beginning of a chain of undos."""
    while reverses := Change.objects.values_list("reverses_id", flat=True).get(pk=pk):
        pk = reverses
    return pk


def conflicts_in(
    table: str, source: str, params: Mapping[str, Any], at: datetime
) -> list[tuple[str, str]]:
    """Why edits do not fit the register: (code, reason) pairs, at most 20."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.code, CASE"
            " WHEN s.action = 'open' AND v.id IS NOT NULL THEN '已经存在'"
            " WHEN s.action <> 'open' AND v.id IS NULL THEN '不存在或已经终止'"
            " WHEN s.expected <> v.id THEN '已被变更 ' || v.opened_by_id || ' 改动，请核对后重试'"
            " WHEN lower(v.valid) > %(at)s THEN '现有版本自 '"
            " || to_char(lower(v.valid), 'YYYY-MM-DD') || ' 起生效，晚于本次变更'"
            " ELSE '在该时间已有其他版本' END"
            f" FROM {source} LEFT JOIN {table} v ON v.code = s.code AND upper_inf(v.valid)"
            " WHERE (s.action = 'open') = (v.id IS NOT NULL) OR s.expected <> v.id"
            " OR lower(v.valid) > %(at)s"
            f" OR EXISTS (SELECT FROM {table} o WHERE o.code = s.code"
            " AND o.valid && tstzrange(%(at)s, NULL) AND o.id IS DISTINCT FROM v.id) LIMIT 20",
            {**params, "at": at},
        )
        found = cursor.fetchall()
        cursor.execute(
            f"SELECT s.code, '在本次变更中出现多次' FROM {source} GROUP BY s.code"
            " HAVING count(*) > 1 LIMIT 20",
            params,
        )
        return (cursor.fetchall() + found)[:20]
