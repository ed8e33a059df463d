"""What a staged delivery changes: set-based, against the current versions.

Compared exactly: attributes as stored, geometry vertex for vertex in order (PostGIS
compares with ``=`` the serialised bytes). A column that the files do not carry keeps
what it has. Afterwards the staging table holds only what is to be done.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from importers.staging.staging import HELD, Stage
from importers.values.columns import GEOMETRY, Column, Register
from importers.values.issues import Issue
from spatial.city import city
from spatial.versions.models import VersionedFeature
from spatial.versions.queries import attribute_fields

MAX_ENDING_SHARE = 1 / 3
ENDING_UNSUSPICIOUS = 10
# What stands as a multipolygon of one part is the polygon that it would be taken in as now.
SINGLE = (
    "CASE WHEN GeometryType(v.geom) = 'MULTIPOLYGON' AND ST_NumGeometries(v.geom) = 1"
    " THEN ST_GeometryN(v.geom, 1) ELSE v.geom END"
)


@dataclass
class StagedDifference:
    """How many features a delivery adds, changes, ends or leaves; and how many rows it rejects.

    ``standing`` counts the current features in the delivery's own area; ``lone`` those of
    the ended that nothing replaces, ``held`` those that stay because of rejected rows.
    """

    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0
    rejected: int = 0
    standing: int = 0
    lone: int = 0
    held: int = 0

    @property
    def ends_suspiciously_many(self) -> bool:
        """Whether so much would end that the delivery is more likely a part than the whole."""
        return ends_many(self.ended, self.lone, self.standing)


def ends_many(ended: int, lone: int, standing: int) -> bool:
    """Whether more than a third of what stands would end: of what nothing replaces, or,
    where it is more than a handful, of all."""  # fmt: skip
    most = standing * MAX_ENDING_SHARE
    return lone > most or (ended > ENDING_UNSUSPICIOUS and ended > most)


def reject_duplicates(cursor: Any, stage: Stage, files: list[str], has_place: bool) -> list[Issue]:
    """Take out every row whose code the delivery has more than once: none is known right."""
    place = GEOMETRY if has_place else "NULL::geometry"
    cursor.execute(
        f"WITH twice AS (SELECT code FROM {stage.table} GROUP BY code HAVING count(*) > 1),"
        f" gone AS (DELETE FROM {stage.table} s USING twice t WHERE s.code = t.code"
        f" RETURNING s.*), held AS (INSERT INTO {HELD}"
        f" SELECT code, {place}, file_number, row_number FROM gone)"
        " SELECT file_number, row_number, code, count(*) OVER (PARTITION BY code) FROM gone"
        " ORDER BY code, file_number, row_number"
    )
    return [
        Issue(
            files[file],
            row,
            "duplicate-code",
            f"编码 {code} 在本次交付中出现 {times} 次",
            "code",
            "请保留正确的一条后重交",
        )
        for file, row, code, times in cursor.fetchall()
    ]


def compare(
    cursor: Any,
    stage: Stage,
    model: type[VersionedFeature],
    carried: set[str],
    ended: list[str] | None,
    whole: bool,
) -> StagedDifference:
    """Decide for every staged row what it does; add rows for what has ended.

    ``ended`` names the codes that cease; else, when ``whole``, those current features
    cease that are absent from the delivery and lie within its bounding rectangle.
    """  # fmt: skip
    found = StagedDifference()
    table = f'"{model._meta.db_table}"'
    if ended:
        _end_named(cursor, stage, table, ended)
    elif ended is None and whole and GEOMETRY in carried:
        _end_absent(cursor, stage, table)
    if _is_empty(cursor, table):
        return _counted(cursor, stage, found)
    names = [str(field.column) for field in attribute_fields(model)]
    said = [name for name in names if name in carried]
    found.unchanged = _drop_unchanged(cursor, stage, table, said)
    mark_changed(cursor, stage, table, [name for name in names if name not in carried])
    return _counted(cursor, stage, found)


def reject_incomplete(
    cursor: Any, stage: Stage, register: Register, carried: set[str], files: list[str]
) -> list[Issue]:
    """Take out new features of which the files leave unsaid what the register requires."""
    lacking: list[Column] = [c for c in register.columns if c.required and c.name not in carried]
    titles = [f"“{column.title}”" for column in lacking]
    if register.needs_geometry and GEOMETRY not in carried:
        titles.append("图形")
    if not titles:
        return []
    place = GEOMETRY if register.kinds else "NULL::geometry"
    cursor.execute(
        f"WITH gone AS (DELETE FROM {stage.table} WHERE action IN ('open', 'repair') RETURNING *),"
        f" held AS (INSERT INTO {HELD} SELECT code, {place}, file_number, row_number FROM gone)"
        " SELECT file_number, row_number FROM gone ORDER BY 1, 2"
    )
    message = f"新要素缺少必需的{'、'.join(titles)}，文件没有这些列"
    name = lacking[0].name if lacking else GEOMETRY
    hint = f"请补上该列，或用 --set {name}=值" if lacking else "请提交带图形的文件"
    return [Issue(files[f], r, "required", message, name, hint) for f, r in cursor.fetchall()]


def reject_rows(
    cursor: Any, stage: Stage, rows: Collection[tuple[int, int]], has_place: bool
) -> int:
    """Take out rows by number of the file and row; returns how many were there."""
    if not rows:
        return 0
    place = f"s.{GEOMETRY}" if has_place else "NULL::geometry"
    numbers = [list(column) for column in zip(*rows, strict=True)]
    cursor.execute(
        f"WITH gone AS (DELETE FROM {stage.table} s"
        " USING unnest(%s::int[], %s::int[]) AS bad(file_number, row_number)"
        " WHERE (s.file_number, s.row_number) = (bad.file_number, bad.row_number)"
        f" AND s.action IN ('open', 'replace') RETURNING s.code, {place}, s.file_number, s.row_number)"
        f" INSERT INTO {HELD} SELECT * FROM gone",
        numbers,
    )
    return cursor.rowcount


def count_again(cursor: Any, stage: Stage, found: StagedDifference) -> None:
    """What the stage holds and how many rows were rejected, once nothing more will be."""
    cursor.execute(f"SELECT action, count(*) FROM {stage.table} GROUP BY action")
    counts = dict(cursor.fetchall())
    found.added = counts.get("open", 0)
    found.changed = counts.get("replace", 0)
    found.ended = counts.get("end", 0)
    cursor.execute(f"SELECT count(DISTINCT (file_number, row_number)) FROM {HELD}")
    found.rejected = cursor.fetchone()[0]


def _is_empty(cursor: Any, table: str) -> bool:
    cursor.execute(f"SELECT NOT EXISTS (SELECT FROM {table} WHERE upper_inf(valid))")
    return cursor.fetchone()[0]


def _end_named(cursor: Any, stage: Stage, table: str, codes: list[str]) -> None:
    cursor.execute(
        f"INSERT INTO {stage.table} (action, code, expected) SELECT 'end', e.code, v.id"
        f" FROM unnest(%s::text[]) AS e(code)"
        f" LEFT JOIN {table} v ON v.code = e.code AND upper_inf(v.valid)",
        [codes],
    )


def _end_absent(cursor: Any, stage: Stage, table: str) -> None:
    """A feature lies where a point on its surface lies; one that a rejected row names stays."""
    cursor.execute(
        f"INSERT INTO {stage.table} (action, code, expected)"
        f" WITH area AS (SELECT ST_SetSRID(ST_Extent(geom)::geometry, %s) AS box FROM {stage.table}),"
        f" absent AS MATERIALIZED (SELECT v.id, v.code, ST_PointOnSurface(v.geom) AS at"
        f" FROM area, {table} v WHERE upper_inf(v.valid) AND v.geom && area.box"
        f" AND NOT EXISTS (SELECT FROM {stage.table} s WHERE s.code = v.code)"
        f" AND NOT EXISTS (SELECT FROM {HELD} h WHERE h.code = v.code))"
        " SELECT 'end', code, id FROM absent, area"
        " WHERE ST_X(at) BETWEEN ST_XMin(box) AND ST_XMax(box)"
        " AND ST_Y(at) BETWEEN ST_YMin(box) AND ST_YMax(box)",
        [city().projected],
    )


def _drop_unchanged(cursor: Any, stage: Stage, table: str, said: list[str]) -> int:
    pairs = ((name, SINGLE if name == GEOMETRY else f'v."{name}"') for name in said)
    differs = " OR ".join(f's."{name}" IS DISTINCT FROM {held}' for name, held in pairs) or "false"
    cursor.execute(
        f"DELETE FROM {stage.table} s USING {table} v WHERE v.code = s.code"
        f" AND upper_inf(v.valid) AND s.action = 'open' AND NOT ({differs})"
    )
    return cursor.rowcount


def mark_changed(cursor: Any, stage: Stage, table: str, unsaid: list[str]) -> None:
    """Opened rows whose feature stands already replace it; what is unsaid is kept."""
    kept = "".join(f', "{name}" = v."{name}"' for name in unsaid)
    cursor.execute(
        f"UPDATE {stage.table} s SET action = 'replace', expected = v.id{kept} FROM {table} v"
        " WHERE v.code = s.code AND upper_inf(v.valid) AND s.action = 'open'"
    )


def _counted(cursor: Any, stage: Stage, found: StagedDifference) -> StagedDifference:
    count_again(cursor, stage, found)
    found.standing = found.unchanged + found.changed + found.ended
    return found
