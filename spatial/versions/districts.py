"""In which districts each version lies: what a grant of districts is cut by.

A version keeps the codes of its districts at every level, written with it and renewed when
borders change; they are always today's districts, of old versions as well. A district that the
version names in its register's ``district_field`` is the truth; else it is in every district
into which its shape reaches by more than a hair, or, if that is none, that it touches.
A code of 6, 9 or 12 digits begins with those of the districts above (GB/T 10114).

Shapes are compared with small pieces of the districts. Each piece is of one district, less
what the districts within it cover, and bears the codes of those above it.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from django.db import connection, transaction
from django.db.utils import OperationalError

from spatial.errors import SpatialError
from spatial.versions.guards import registers
from spatial.versions.models import (
    DistrictOutline,
    DistrictPiece,
    MovedBorder,
    Revision,
    SpatialFeature,
    VersionedFeature,
)
from spatial.versions.queries import DISTRICTS
from spatial.versions.revisions import count_revision
from spatial.versions.upkeep import analyze

LENGTHS = (6, 9, 12)  # digits of a county, town, village
HAIR_M = 0.1  # outlines of different surveys differ by so much
CORNERS = 64  # of a piece, at most
EACH = 2_000  # versions in a transaction
MANY = 1_000  # edits of which the districts are looked up at once
LOCK_MS = 500  # less than the server takes to call two that wait a deadlock
TRIES, PAUSE_S = 60, 1.0
WRITERS_S = 900.0  # how long a writer who began before the borders moved is waited for

_PIECES, _MOVED, _OUTLINES = (
    f'"{model._meta.db_table}"' for model in (DistrictPiece, MovedBorder, DistrictOutline)
)


_LINKS = "array_agg(DISTINCT link ORDER BY link)"


class WritersBusy(SpatialError, RuntimeError):
    """Other writers were at a register for too long; what is missing is renewed the next time."""


def chain_sql(code: str) -> str:
    """The codes of a district and of those above it, as a text array.

    >>> chain_sql("s.code").startswith("(ARRAY[left(s.code, 6), left(s.code, 9), left(s.code, 12)])")
    True
    """
    county, town, _village = LENGTHS
    codes = ", ".join(f"left({code}, {length})" for length in LENGTHS)
    depth = (
        f"CASE WHEN length({code}) > {town} THEN 3 WHEN length({code}) > {county} THEN 2 ELSE 1 END"
    )
    return f"(ARRAY[{codes}])[1:{depth}]"


def districts_sql(model: type[VersionedFeature], alias: str, placed: str = "") -> str:
    """The codes of the districts of a row with the columns of a register; '{}' if it has none.

    ``placed``: those of its shape, where they have been looked up before.
    """
    reached, touched = (
        f"(SELECT {_LINKS} FROM {_PIECES} AS p CROSS JOIN unnest(p.chain) AS link"
        f" WHERE {condition} AND ST_Intersects(p.geom, {alias}.geom))"
        for condition in ("p.is_core", "NOT p.is_core")
    )
    named = ""
    if column := _district_column(model):
        named = f"CASE WHEN {alias}.{column} <> '' THEN {chain_sql(f'{alias}.{column}')} END, "
    by_place = placed or f"{reached}, {touched}"
    return f"COALESCE({named}{by_place}, '{{}}')"


def place_many(
    cursor: Any, model: type[VersionedFeature], source: str, params: Mapping[str, Any]
) -> str:
    """Look up the districts of many edits at once; the join ``placed`` (code, codes) with them.

    One by one the pieces are looked at for each shape; here the shapes for each piece, of which
    there are far fewer.
    """
    column = _district_column(model)
    unnamed = f" AND coalesce(s.{column}, '') = ''" if column else ""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.versions_shapes, pg_temp.versions_placed")
    cursor.execute(
        f"CREATE TEMP TABLE versions_shapes ON COMMIT DROP AS SELECT s.code, s.geom FROM {source}"
        f" WHERE s.action <> 'end' AND s.geom IS NOT NULL{unnamed}",
        params,
    )
    cursor.execute("CREATE INDEX ON pg_temp.versions_shapes USING gist (geom)")
    cursor.execute("ANALYZE pg_temp.versions_shapes")
    found = (
        f"SELECT s.code, {_LINKS} AS codes FROM {_PIECES} AS p JOIN pg_temp.versions_shapes s"
        " ON ST_Intersects(p.geom, s.geom) CROSS JOIN unnest(p.chain) AS link WHERE"
    )
    cursor.execute(
        f"CREATE TEMP TABLE versions_placed ON COMMIT DROP AS {found} p.is_core GROUP BY s.code"
    )
    cursor.execute(
        f"INSERT INTO pg_temp.versions_placed {found} NOT p.is_core AND NOT EXISTS"
        " (SELECT FROM pg_temp.versions_placed o WHERE o.code = s.code) GROUP BY s.code"
    )
    cursor.execute("ANALYZE pg_temp.versions_placed")
    return " LEFT JOIN pg_temp.versions_placed AS placed ON placed.code = s.code"


def knows_districts(model: type[VersionedFeature]) -> bool:
    """Whether the versions of a register keep their districts."""
    return issubclass(model, SpatialFeature)


def renewal_name(register: str) -> str:
    """The name under which renewals of the districts of a register's versions are counted.

    >>> renewal_name("base.road")
    'base.road@districts'
    """
    return f"{register}@districts"


def _district_column(model: type[VersionedFeature]) -> str:
    name = getattr(model, "district_field", "")
    fields = {field.name: str(field.column) for field in model._meta.concrete_fields}
    return f'"{fields[name]}"' if name in fields else ""


def renew_pieces(districts: type[VersionedFeature]) -> int:
    """Cut the pieces of the districts that have changed, and note where; returns how many changed.

    ``districts`` is their register. Writers of it take turns.
    """
    table = f'"{districts._meta.db_table}"'
    with transaction.atomic(), connection.cursor() as cursor:
        list(Revision.objects.select_for_update().filter(register=districts._meta.label_lower))
        cursor.execute(
            "SELECT coalesce(d.code, k.code), k.version, d.id, d.geom IS NOT DISTINCT FROM o.geom"
            f" FROM (SELECT * FROM {table} WHERE upper_inf(valid) AND geom IS NOT NULL) AS d"
            f" FULL JOIN {_OUTLINES} AS k ON k.code = d.code LEFT JOIN {table} o ON o.id = k.version"
            " WHERE d.id IS DISTINCT FROM k.version"
        )
        found = cursor.fetchall()
        cursor.execute(
            f"DELETE FROM {_OUTLINES} WHERE code = ANY(%s)", [[code for code, *_ in found]]
        )
        DistrictOutline.objects.bulk_create(
            DistrictOutline(code=code, version=new) for code, _old, new, _same in found if new
        )
        changed = [(code, old, new) for code, old, new, is_same in found if not is_same]
        if not changed:
            return 0
        for _code, old, new in changed:
            cursor.execute(_moved_sql(table), {"old": old, "new": new})
        codes = {code for code, *_ in changed}
        above = {code[:length] for code in codes for length in LENGTHS} | codes
        cursor.execute(f"DELETE FROM {_PIECES} WHERE code = ANY(%s)", [list(above)])
        cursor.execute(_pieces_sql(table), {"codes": list(above)})
        analyze(cursor, DistrictPiece._meta.db_table)
    return len(changed)


def _areas(geometry: str) -> str:
    """The areas of a geometry that may be faulty."""
    return f"ST_CollectionExtract(ST_MakeValid({geometry}), 3)"


def _moved_sql(table: str) -> str:
    """Note where a district has changed from one version to another, either of which may be none."""
    old, new = _areas("o.geom"), _areas("n.geom")
    return (
        f"INSERT INTO {_MOVED} (geom) SELECT piece FROM (SELECT ST_Subdivide(CASE"
        f" WHEN o.id IS NULL THEN {new} WHEN n.id IS NULL THEN {old}"
        f" ELSE ST_CollectionExtract(ST_SymDifference({old}, {new}), 3) END, {CORNERS}) AS piece"
        f" FROM (SELECT 1) AS one LEFT JOIN {table} o ON o.id = %(old)s"
        f" LEFT JOIN {table} n ON n.id = %(new)s) AS moved WHERE NOT ST_IsEmpty(piece)"
    )


def _pieces_sql(table: str) -> str:
    """Cut the pieces of the districts ``%(codes)s``."""
    return (
        f"WITH whole AS MATERIALIZED (SELECT code, {_areas('geom')} AS geom FROM {table}"
        " WHERE upper_inf(valid) AND geom IS NOT NULL AND (code = ANY(%(codes)s)"
        " OR left(code, -3) = ANY(%(codes)s))),"
        " rest AS MATERIALIZED (SELECT w.code, coalesce(ST_Difference(w.geom, ("
        " SELECT ST_Union(b.geom) FROM whole b WHERE left(b.code, -3) = w.code)), w.geom) AS geom"
        " FROM whole w WHERE w.code = ANY(%(codes)s)),"
        f" cut AS (SELECT code, true AS is_core, ST_Buffer(geom, -{HAIR_M}) AS geom FROM rest"
        " UNION ALL SELECT code, false, ST_CollectionExtract(geom, 3) FROM rest),"
        f" pieces AS (SELECT code, is_core, ST_Subdivide(geom, {CORNERS}) AS geom FROM cut"
        " WHERE NOT ST_IsEmpty(geom))"
        f" INSERT INTO {_PIECES} (code, chain, is_core, geom)"
        f" SELECT code, {chain_sql('code')}, is_core, geom FROM pieces"
    )


def places() -> list[type[VersionedFeature]]:
    """The registers whose versions keep their districts."""
    return [model for model in registers() if knows_districts(model)]


def pending() -> dict[str, int]:
    """How many versions of each register have not been looked up, of those with any."""
    found = {}
    for model in places():
        if number := model._default_manager.filter(**{f"{DISTRICTS}__isnull": True}).count():
            found[model._meta.label_lower] = number
    return found


def has_pending() -> bool:
    """Whether some version was never looked up."""
    return any(
        model._default_manager.filter(**{f"{DISTRICTS}__isnull": True}).exists()
        for model in places()
    )


def has_moved() -> bool:
    """Whether borders have moved since all versions were last looked up."""
    return MovedBorder.objects.exists()


def renew(
    districts: type[VersionedFeature], progress: Callable[[str, int, int], None] | None = None
) -> dict[str, int]:
    """Look up the districts of what lies near moved borders, and of what has none yet.

    Returns, by register, how many versions have changed. ``progress`` is told the register, how
    many are done and how many are due. It may be ended at any time and done again.

    Raises:
        WritersBusy: another writer was in the way for too long.
    """
    renew_pieces(districts)
    moved = list(MovedBorder.objects.values_list("pk", flat=True))
    found: dict[str, int] = {}
    for model in places():
        name = model._meta.label_lower
        due = _due(model, moved)
        for done, codes in _portions(due):
            found[name] = found.get(name, 0) + _renew(model, codes)
            if progress:
                progress(name, done, len(due))
    MovedBorder.objects.filter(pk__in=moved).delete()
    return {name: number for name, number in found.items() if number}


def _due(model: type[VersionedFeature], moved: Collection[int]) -> list[int]:
    """The ids of versions that may lie in other districts than they have noted."""
    table = f'"{model._meta.db_table}"'
    if moved:
        _wait_for_writers(table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {table} WHERE {DISTRICTS} IS NULL UNION"
            f" SELECT v.id FROM {_MOVED} m JOIN {table} v ON ST_DWithin(m.geom, v.geom, %s)"
            " WHERE m.id = ANY(%s) ORDER BY id",
            [2 * HAIR_M, list(moved)],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _portions(ids: list[int]) -> Iterator[tuple[int, list[int]]]:
    for start in range(0, len(ids), EACH):
        portion = ids[start : start + EACH]
        yield start + len(portion), portion


def _renew(model: type[VersionedFeature], ids: list[int]) -> int:
    """Write the districts of these versions that have changed; returns how many had.

    A writer at one of them is not waited for with locks held, and so never stopped as deadlocked.

    Raises:
        WritersBusy: one of them is at it for too long.
    """
    for _attempt in range(TRIES):
        try:
            return _write(model, ids)
        except OperationalError as error:
            if connection.in_atomic_block:
                raise
            busy = error
            time.sleep(PAUSE_S)
    raise WritersBusy(model._meta.label_lower) from busy


def _write(model: type[VersionedFeature], ids: list[int]) -> int:
    table = f'"{model._meta.db_table}"'
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {LOCK_MS}")
        cursor.execute(
            f"UPDATE {table} v SET {DISTRICTS} = n.codes FROM"
            f" (SELECT s.id, {districts_sql(model, 's')} AS codes FROM {table} s"
            "  WHERE s.id = ANY(%s)) AS n"
            f" WHERE v.id = n.id AND v.{DISTRICTS} IS DISTINCT FROM n.codes",
            [ids],
        )
        changed = cursor.rowcount
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")
        if changed:
            count_revision(renewal_name(model._meta.label_lower))
    return changed


def _wait_for_writers(table: str) -> None:
    """Wait for those who write a register now: they may have read the pieces of before.

    Raises:
        WritersBusy: one of them takes too long.
    """
    others: Any = None
    until = time.monotonic() + WRITERS_S
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT virtualtransaction FROM pg_locks WHERE relation = %s::regclass"
                " AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid() AND granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                [table],
            )
            now = {name for (name,) in cursor.fetchall()}
        others = now if others is None else others & now
        if not others:
            return
        if time.monotonic() > until:
            raise WritersBusy(table)
        time.sleep(PAUSE_S / 5)
