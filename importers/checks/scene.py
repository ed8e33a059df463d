"""What rules between features look at: the staged rows, and what will stand beside them.

Fresh are the staged rows that open or replace a version and are accepted; standing are
the current versions that the stage neither replaces nor ends. Geometry is in the city's
projected CRS. Figures are fetched stretch by stretch, so memory stays bounded.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from importers.checks.coverage import AreaCoverage
from layers.declarations.registry import layer_of
from spatial.city import city
from spatial.versions.models import VersionedFeature

FRESH = "s.action IN ('open', 'replace') AND s.accepted"
INDEX_FROM = 1_000
STRETCH = 250_000  # figures at a time: some 300 MB
DENSE = 10


def _numbers(text: str) -> np.ndarray:
    return np.array(text.split(","), "S").astype(int)


def table_of(model: type[VersionedFeature]) -> str:
    """The quoted table of a register."""
    return f'"{model._meta.db_table}"'


class Scene:
    """The staged rows of one layer and the registers around them, over one cursor."""

    def __init__(self, cursor: Any, stage: str, layer: str) -> None:
        self.cursor, self.stage, self.layer = cursor, stage, layer_of(layer)
        self.table = table_of(self.layer.model)
        self._filled: dict[type[VersionedFeature], bool] = {}
        cursor.execute(f"SELECT * FROM {stage} LIMIT 0")
        self.columns = frozenset(column[0] for column in cursor.description)

    def prepare(self) -> int:
        """Index and analyse the stage when it is large; returns how many rows are fresh."""
        number = self.rows(f"SELECT count(*) FROM {self.stage} s WHERE {FRESH}")[0][0]
        apart = number <= STRETCH and not self.is_filled(self.layer.model)  # looked at all at once
        if number >= INDEX_FROM and not apart and not self._is_indexed():
            if "geom" in self.columns:
                self.cursor.execute(f"CREATE INDEX ON {self.stage} USING gist (geom)")
            self.cursor.execute(f"CREATE INDEX ON {self.stage} (code)")
        self.cursor.execute("SET LOCAL default_statistics_target = 10")  # enough here, and quick
        self.cursor.execute(f"ANALYZE {self.stage}")
        self.cursor.execute("SET LOCAL default_statistics_target = DEFAULT")
        return number

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        self.cursor.execute(sql, list(params))
        return self.cursor.fetchall()

    def is_filled(self, model: type[VersionedFeature]) -> bool:
        """Whether a register holds anything now."""
        if model not in self._filled:
            sql = f"SELECT EXISTS (SELECT FROM {table_of(model)} WHERE upper_inf(valid))"
            self._filled[model] = self.rows(sql)[0][0]
        return self._filled[model]

    def standing(self, alias: str = "v") -> str:
        """The condition that a version of this register will still stand after the stage."""
        return (
            f"upper_inf({alias}.valid) AND NOT EXISTS (SELECT FROM {self.stage} gone"
            f" WHERE gone.code = {alias}.code AND gone.accepted AND gone.action <> 'repair')"
        )

    def stretches(self) -> Iterator[tuple[str, list[float]]]:
        """SQL conditions on ``s`` that take the fresh figures from west to east in turn."""
        number = self.rows(
            f"SELECT count(*) FROM {self.stage} s WHERE {FRESH} AND s.geom IS NOT NULL"
        )[0][0]
        pieces = max(1, -(-number // STRETCH))
        if not number:
            return
        if pieces == 1:
            yield f"{FRESH} AND s.geom IS NOT NULL", []
            return
        shares = [k / pieces for k in range(1, pieces)]
        cuts = self.rows(
            "SELECT percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY ST_XMin(s.geom))"
            f" FROM {self.stage} s WHERE {FRESH} AND s.geom IS NOT NULL",
            [shares],
        )[0][0]
        edges = [float("-inf"), *cuts, float("inf")]
        for low, high in zip(edges[:-1], edges[1:], strict=True):
            where = f"{FRESH} AND ST_XMin(s.geom) >= %s AND ST_XMin(s.geom) < %s"
            yield where, [low, high]

    def neighbourhoods(self, reach: float, group: str = "''") -> Iterator[AreaCoverage]:
        """The fresh figures and all within ``reach`` metres of them, stretch by stretch.

        ``group`` is a column: figures of different groups are no neighbours.
        """
        for where, params in self.stretches():
            whole = not params
            sql, reaches = self._neighbours(where, group, whole, reach)
            self.cursor.execute("SET LOCAL enable_seqscan = off" if reaches else "SELECT 1")
            every, groups = self._figures(sql, [*params, *reaches])
            self.cursor.execute("SET LOCAL enable_seqscan = on")
            for one in sorted(set(groups.tolist())):
                chosen = groups == one
                if every.own[chosen].any():
                    yield AreaCoverage(*(part[chosen] for part in vars(every).values()))

    def _figures(self, sql: str, params: list[float]) -> tuple[AreaCoverage, np.ndarray]:
        """The figures of a statement (code, f, r, own, geom, grp), and their groups.

        Each column comes as one value: handing rows over one by one costs twice as much.
        """
        code, f, r, own, sizes, wkb, grp = self.rows(
            "SELECT json_agg(code), string_agg(f::text, ','), string_agg(r::text, ','),"
            " string_agg(own::int::text, ','), string_agg(length(geom)::text, ','),"
            " string_agg(geom, ''), json_agg(grp)"
            f" FROM ({sql}) AS q (code, f, r, own, geom, grp)",
            params,
        )[0]
        if code is None:
            return AreaCoverage(*(np.empty(0, object) for _ in range(5))), np.empty(0, object)
        ends = np.cumsum(_numbers(sizes))
        raw = bytes(wkb)
        pieces = [raw[a:b] for a, b in pairwise([0, *ends.tolist()])]
        figures = AreaCoverage(
            np.array(code, object),
            _numbers(f),
            _numbers(r),
            _numbers(own).astype(bool),
            shapely.from_wkb(pieces),
        )
        return figures, np.array(grp, object)

    def _neighbours(
        self, where: str, group: str, whole: bool, reach: float
    ) -> tuple[str, list[float]]:
        """Own rows, then the staged and standing ones whose boxes come within reach.

        Returns the statement and its parameters after those of ``where``.
        """
        said = group if group == "''" else f's."{group}"'
        stood = group if group == "''" else f'v."{group}"'
        sql = (
            "WITH own AS MATERIALIZED (SELECT s.code, s.file_number f, s.row_number r, s.geom,"
            f" {said} AS grp FROM {self.stage} s WHERE {where})"
            " SELECT code, f, r, true, geom::bytea, grp FROM own"
        )
        reaches: list[float] = []
        if not whole:  # a whole stage has no other rows
            sql += f" UNION ALL SELECT s.code, s.file_number, s.row_number, false, s.geom::bytea, {said}"
            sql += f" FROM {self.stage} s WHERE {FRESH} AND s.code IN ({self._near(self.stage, 'code')})"
            sql += " AND (s.file_number, s.row_number) NOT IN (SELECT f, r FROM own)"
            reaches.append(reach)
        if self.is_filled(self.layer.model):
            sql += f" UNION ALL SELECT v.code, -1, 0, false, v.geom::bytea, {stood} FROM {self.table} v"
            sql += f" WHERE {self._near_standing(whole)} AND {self.standing()}"
            reaches.append(reach)
        return sql, reaches

    def _near_standing(self, whole: bool) -> str:
        """Versions near the own rows: all within their box, or one by one where they are few.

        A delivery of a whole area meets most of what stands there; asking the index
        for each of its rows would cost more than to look at all once.
        """
        if whole and self._is_dense():
            return (
                "upper_inf(v.valid) AND v.geom &&"
                f" (SELECT ST_SetSRID(ST_Expand(ST_Extent(geom), %s), {city().projected}) FROM own)"
            )
        return f"v.id IN ({self._near(self.table, 'id', ' AND upper_inf(n.valid)')})"

    def _near(self, table: str, key: str, condition: str = "") -> str:
        """LATERAL with OFFSET 0 has the spatial index asked for each own row: the planner,
        who knows nothing of how many there are, would else try every pair."""
        return (
            f"SELECT near.{key} FROM own, LATERAL (SELECT {key} FROM {table} n"
            f" WHERE n.geom && ST_Expand(own.geom, %s){condition} OFFSET 0) near"
        )

    def _is_dense(self) -> bool:
        """Whether the fresh rows are more than a tenth of what stands within their box."""
        fresh, standing = self.rows(
            f"WITH fresh AS (SELECT s.geom FROM {self.stage} s WHERE {FRESH})"
            f" SELECT (SELECT count(*) FROM fresh), (SELECT count(*) FROM {self.table} v"
            " WHERE upper_inf(v.valid) AND v.geom &&"
            f" (SELECT ST_SetSRID(ST_Extent(geom)::geometry, {city().projected}) FROM fresh))"
        )[0]
        return DENSE * fresh >= standing

    def _is_indexed(self) -> bool:
        return self.rows(
            "SELECT relhasindex FROM pg_class WHERE oid = to_regclass(%s)", [self.stage]
        )[0][0]
