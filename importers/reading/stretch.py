"""A stretch of a file through all phases: pure, on whatever machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from importers.checks.rows import check_rows
from importers.phases.check_geometry import check_geometry, locate
from importers.phases.check_schemes import check_schemes
from importers.phases.parse import NUMBERS, parse
from importers.phases.placing import Placement, explain_outside, place
from importers.sources.declarations import Source
from importers.values.batch import Batch, is_none
from importers.values.columns import GEOMETRY, Register
from importers.values.issues import Issue, Severity
from importers.values.table import Rows, Table
from spatial.geometry import shapes_of

MULTIPOLYGON = 6  # in GEOS


@dataclass(frozen=True)
class Opened:
    """One file, ready: field → header, constants, how to place it (None: no geometry)."""

    table: Table
    headers: Mapping[str, str]
    constants: Mapping[str, Any]
    source: Source | None
    placement: Placement | None
    remarks: tuple[Issue, ...] = ()

    @property
    def carried(self) -> set[str]:
        """The register fields that this file says something about."""
        own = set(self.headers) | set(self.constants)
        return own | ({GEOMETRY} if self.placement else set())

    @property
    def wanted(self) -> list[str]:
        """The file's columns that are read."""
        return list(dict.fromkeys(self.headers.values()))

    @property
    def ignored(self) -> list[str]:
        """The file's columns that mean nothing here."""
        return [name for name in self.table.fields if name not in self.headers.values()]

    def writes_commas(self, register: Register) -> bool:
        """Whether a column of numbers is known to have commas for decimal points."""
        kinds = {column.name: column.kind for column in register.columns}
        return any(
            kinds.get(field) in NUMBERS and header in self.table.decimal_commas
            for field, header in self.headers.items()
        )


def checked(rows: Rows, opened: Opened, register: Register) -> Batch:
    """Some rows of a file through all phases: pure, on whatever machine."""
    batch, present = _batch(opened, rows, register)
    batch.decimal_commas = opened.writes_commas(register)
    for code, text in rows.notes:
        batch.note(code, text, Severity.WARNING)
    if opened.placement:
        place(batch, opened.placement)
        check_geometry(batch, register, present, rows.wkb)
        explain_outside(batch, rows.wkb)
    parse(batch, register)
    check_schemes(batch, register)
    check_rows(batch, register)
    _flag_refused(batch, opened.table.refused_rows)
    _flag_damaged(batch, opened.table.undecodable)
    batch.issues.sort(key=lambda issue: issue.row)  # the same for stretches of any length
    return locate(batch)


def _batch(opened: Opened, rows: Rows, register: Register) -> tuple[Batch, np.ndarray]:
    columns = {field: rows.columns[header] for field, header in opened.headers.items()}
    for name, value in opened.constants.items():
        columns[name] = np.full(len(rows.numbers), value, object)
    if rows.wkb is None or not opened.placement:
        return Batch(opened.table.name, rows.numbers, columns), np.zeros(len(rows.numbers), bool)
    shapes = _unwrapped(shapes_of(rows.wkb), register)
    return Batch(opened.table.name, rows.numbers, columns, shapes), ~is_none(rows.wkb)


def _unwrapped(shapes: np.ndarray, register: Register) -> np.ndarray:
    """A multipolygon of one part is that polygon: some formats know no other type.

    So the same ground is the same figure whatever file it came in.
    """
    if "Polygon" not in register.kinds:
        return shapes
    single = (shapely.get_type_id(shapes) == MULTIPOLYGON) & (
        shapely.get_num_geometries(shapes) == 1
    )
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return shapes


def _flag_damaged(batch: Batch, undecodable: frozenset[int]) -> None:
    if undecodable:
        batch.flag(
            np.isin(batch.rows, list(undecodable)),
            "encoding",
            "文字无法解码，可能在截断处损坏",
            hint="请改正该行文字后重新导出",
        )


def _flag_refused(batch: Batch, refused: frozenset[int]) -> None:
    """What the format itself found wrong stands alone: that there is no geometry follows."""
    if refused:
        batch.rejected |= np.isin(batch.rows, list(refused))
        batch.issues = [
            issue
            for issue in batch.issues
            if not (issue.row in refused and issue.code.startswith("geometry-"))
        ]
