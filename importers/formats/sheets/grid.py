"""Cells as they stand in a sheet, before anyone says what they mean."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from importers.values.issues import Issue


@dataclass(frozen=True)
class Merge:
    """A merged range, inclusive; rows count from 1 as a spreadsheet shows them, columns from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class SheetGrid:
    """One sheet: rows that are not empty, as (row number in the sheet from 1, cells).

    A cell is None, str, int, float, bool, date or datetime; rows may differ in length.
    ``damaged`` are row numbers whose texts cannot be decoded; ``knows_merges`` tells
    whether the format says which cells are merged.
    """

    name: str
    rows: Sequence[tuple[int, list[Any]]]
    merges: Sequence[Merge] = ()
    knows_merges: bool = False
    encoding: str = ""
    delimiter: str = ""
    damaged: frozenset[int] = frozenset()
    remarks: Sequence[Issue] = field(default_factory=tuple)

    @cached_property
    def width(self) -> int:
        """How many columns the longest row has."""
        return max((len(cells) for _, cells in self.rows), default=0)
