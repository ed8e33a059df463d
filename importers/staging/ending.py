"""What ends is decided last: nothing whose replacement was rejected or is not taken in.

Two figures are on the same ground where they share a good part of the smaller one.
Lines and points have the ground about them.
"""

from collections.abc import Sequence
from typing import Any

from importers.staging.staging import HELD, Stage
from importers.values.columns import Register
from importers.values.issues import Issue, Severity

ABOUT_M = 1.0  # the ground of a line or point, to either side
SAME = 0.1  # share of the smaller figure; seams that a new survey moves are far below
REPLACED = 0.5  # share of what stood that must be covered again for it to be replaced
FRESH = "s.action IN ('open', 'replace')"


class Grounds:
    """The ended rows of a stage and the ground that they stood on, over one cursor."""

    def __init__(self, cursor: Any, stage: Stage, table: str, register: Register) -> None:
        self.cursor, self.stage, self.table = cursor, stage.table, table
        self.has_place = bool(register.kinds)
        self.areal = any("Polygon" in kind for kind in register.kinds)

    def is_ending(self) -> bool:
        """Whether anything would end."""
        self.cursor.execute(f"SELECT EXISTS (SELECT FROM {self.stage} WHERE action = 'end')")
        return self.cursor.fetchone()[0]

    def hold(
        self, files: Sequence[str], links: Sequence[tuple[str, str]] = (), named: bool = False
    ) -> list[Issue]:
        """Have stand what rejected rows speak of: their code, their ground, their parents.

        Returns what is to be said of each feature that stays. ``links`` are (parent, child);
        what was ``named`` as ended is not doubtful because some row has no known place.
        """
        if not self.is_ending():
            return []
        told = self._hold_named(links)
        if self.has_place:
            told += self._hold_covered()
        if self.has_place and not named:
            told += self._hold_doubtful()
        return [_held(files, *row) for row in told]

    def mark_lone(self) -> int:
        """Leave to a person what ends and is not replaced; returns how many."""
        self.cursor.execute(
            f"UPDATE {self.stage} SET accepted = false"
            f" WHERE action = 'end' AND expected IN ({self._lone()})"
        )
        return self.cursor.rowcount

    def count_lone(self) -> int:
        """How many of the accepted ends nothing that is accepted replaces."""
        if not self.has_place or not self.is_ending():
            return 0
        self.cursor.execute(
            f"SELECT count(*) FROM {self.stage} WHERE action = 'end' AND accepted"
            f" AND expected IN ({self._lone()})"
        )
        return self.cursor.fetchone()[0]

    def keep_unreplaced(self) -> int:
        """What a row that is left out would have replaced does not end; returns how many."""
        if not self.has_place or not self.is_ending():
            return 0
        left_out = (
            f"SELECT s.code, s.geom AS area, s.file_number, s.row_number FROM {self.stage} s"
            f" WHERE {FRESH} AND NOT s.accepted AND s.geom IS NOT NULL"
        )
        self.cursor.execute(
            f"WITH held AS MATERIALIZED ({left_out}) UPDATE {self.stage} e SET accepted = false"
            " WHERE e.action = 'end' AND e.accepted"
            f" AND e.expected IN (SELECT expected FROM ({self._on('held')}) AS same)"
        )
        return self.cursor.rowcount

    def end_replaced(self, which: str, params: Sequence[Any]) -> None:
        """End with the rows of a condition on ``s``, now accepted, what they replace."""
        if not self.has_place or not self.is_ending():
            return
        fresh = (
            f"SELECT s.code, s.geom AS area, s.file_number, s.row_number FROM {self.stage} s"
            f" WHERE {FRESH} AND s.accepted AND s.geom IS NOT NULL AND {which}"
        )
        self.cursor.execute(
            f"WITH fresh AS MATERIALIZED ({fresh}), lone AS MATERIALIZED ({self._lone()}),"
            f" met AS MATERIALIZED (SELECT DISTINCT expected FROM ({self._on('fresh')}) AS same"
            " EXCEPT SELECT expected FROM lone)"
            f" UPDATE {self.stage} e SET accepted = true FROM met"
            " WHERE e.action = 'end' AND NOT e.accepted AND e.expected = met.expected",
            list(params),
        )

    def _hold_named(self, links: Sequence[tuple[str, str]]) -> list[tuple[Any, ...]]:
        """What rejected rows name, themselves or as what they came from."""
        self.cursor.execute(
            f"WITH said AS (SELECT h.code AS parent, h.code, file_number, row_number FROM {HELD} h"
            " UNION ALL SELECT l.parent, h.code, file_number, row_number"
            f" FROM unnest(%s::text[], %s::text[]) AS l(parent, child) JOIN {HELD} h"
            " ON h.code = l.child), first AS (SELECT DISTINCT ON (parent) * FROM said"
            " ORDER BY parent, file_number, row_number),"
            f" gone AS (DELETE FROM {self.stage} s USING first f"
            " WHERE s.action = 'end' AND s.code = f.parent RETURNING s.code, f.file_number, f.row_number)"
            " SELECT * FROM gone ORDER BY 1",
            [[parent for parent, _ in links], [child for _, child in links]],
        )
        return [(*row, "有关") for row in self.cursor.fetchall()]

    def _hold_covered(self) -> list[tuple[Any, ...]]:
        """What stands on the ground of rejected rows."""
        self.cursor.execute(
            f"WITH first AS (SELECT DISTINCT ON (expected) * FROM ({self._on(HELD)}) AS same"
            " ORDER BY expected, file_number, row_number),"
            f" gone AS (DELETE FROM {self.stage} s USING first f WHERE s.action = 'end'"
            " AND s.expected = f.expected RETURNING s.code, f.file_number, f.row_number)"
            " SELECT * FROM gone ORDER BY 1"
        )
        return [(*row, "占着它的位置") for row in self.cursor.fetchall()]

    def _hold_doubtful(self) -> list[tuple[Any, ...]]:
        """What a rejected row of no known place might replace: all that nothing else does."""
        self.cursor.execute(
            f"SELECT h.file_number, h.row_number FROM {HELD} h WHERE h.area IS NULL"
            f" AND NOT EXISTS (SELECT FROM {self.table} v WHERE v.code = h.code"
            " AND upper_inf(v.valid)) ORDER BY 1, 2 LIMIT 1"
        )
        if not (row := self.cursor.fetchone()):
            return []
        self.cursor.execute(
            f"DELETE FROM {self.stage} WHERE action = 'end' AND expected IN ({self._lone()})"
            " RETURNING code"
        )
        codes = sorted(code for (code,) in self.cursor.fetchall())
        return [(code, *row, "没有位置，也许替换它") for code in codes]

    def _on(self, held: str) -> str:
        """Ended versions on the ground of the rows of a relation (code, area, …).

        LATERAL with OFFSET 0 has the spatial index asked for each row, here as below: the
        planner, who knows nothing of how many there are, would else try every pair.
        """
        old, new = self._ground("p.geom"), self._ground("p.area")
        near = (
            f"SELECT h.*, v.id, v.geom FROM {held} h, LATERAL (SELECT n.id, n.geom"
            f" FROM {self.table} n WHERE upper_inf(n.valid)"
            f" AND n.geom && ST_Expand(h.area, {ABOUT_M}) OFFSET 0) v OFFSET 0"
        )
        return (
            "SELECT expected, file_number, row_number FROM (SELECT e.expected, p.file_number,"
            f" p.row_number, {old} AS old, {new} AS new FROM ({near}) AS p"
            f" JOIN {self.stage} e ON e.expected = p.id AND e.action = 'end' OFFSET 0) AS pairs"
            " WHERE ST_Intersects(old, new)"
            f" AND ST_Area(ST_Intersection(old, new)) >= {SAME} * least(ST_Area(old), ST_Area(new))"
        )

    def _lone(self) -> str:
        """The ended versions whose ground the accepted rows do not cover again."""
        old, new = self._ground("v.geom"), self._ground("s.geom")
        return (
            f"WITH ends AS MATERIALIZED (SELECT e.expected, {old} AS old FROM {self.stage} e"
            f" JOIN {self.table} v ON v.id = e.expected WHERE e.action = 'end'),"
            f" again AS (SELECT d.expected, sum(ST_Area(ST_Intersection(d.old, {new}))) AS area"
            f" FROM ends d, LATERAL (SELECT s.geom FROM {self.stage} s WHERE s.geom && d.old"
            f" AND {FRESH} AND s.accepted OFFSET 0) s GROUP BY 1)"
            " SELECT d.expected FROM ends d LEFT JOIN again USING (expected)"
            f" WHERE coalesce(area, 0) < {REPLACED} * ST_Area(d.old)"
        )

    def _ground(self, shape: str) -> str:
        """SQL for the area that a figure takes up; in a register of areas, a line's inside."""
        if not self.areal:
            return f"ST_Buffer({shape}, {ABOUT_M})"
        valid = f"CASE WHEN ST_IsValid({shape}) THEN {shape} ELSE ST_MakeValid({shape}) END"
        return (
            f"CASE WHEN ST_Dimension({shape}) = 2 THEN ST_CollectionExtract({valid}, 3)"
            f" ELSE ST_Buffer(ST_ConvexHull({shape}), {ABOUT_M} / 100) END"
        )


def _held(files: Sequence[str], code: str, file: int, row: int, how: str) -> Issue:
    text = f"{code} 不在文件中，但这一行被拒收而{how}，所以 {code} 不终止，仍然有效"
    hint = "改正这一行后重交，届时再决定是否终止"
    return Issue(files[file], row, "end-held", text, "code", hint, Severity.WARNING)
