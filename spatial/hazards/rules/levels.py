"""The four levels of warning, and what stands while data are missing. Pure.

Levels are those of the joint geological and meteorological warnings: IV blue, III yellow,
II orange, I red; ``NONE`` says that data were whole and reached no threshold. How a level is
called and coloured, and what it asks for, are rows of a city.

What stands is decided by one law: a lower bound may raise a level and never lowers it, and
missing data never clear. They prolong what stood for so many hours (a row), then the level is
unknown, which is said aloud and is no level.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

import numpy as np
import numpy.typing as npt


class WarningLevel(IntEnum):
    """How grave; a greater number is graver."""

    NONE = 0
    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4

    @property
    def code(self) -> str:
        """As warnings write it: IV, III, II, I; empty for none.

        >>> WarningLevel.RED.code, WarningLevel.BLUE.code, WarningLevel.NONE.code
        ('I', 'IV', '')
        """
        return CODES[self]


CODES = {
    WarningLevel.NONE: "",
    WarningLevel.BLUE: "IV",
    WarningLevel.YELLOW: "III",
    WarningLevel.ORANGE: "II",
    WarningLevel.RED: "I",
}
BY_CODE = {code: level for level, code in CODES.items()}


@dataclass(frozen=True)
class Computed:
    """What an engine says at a moment: a level at least, and whether its data were whole."""

    level: WarningLevel
    is_whole: bool


@dataclass(frozen=True)
class LevelStanding:
    """What stands for a place: the level, or at least the level where it is not known.

    ``changed_at`` is when level or knowledge last changed, ``short_since`` since when it is
    only prolonged: the last moment at which data, with gaps, still reached it (None: whole).
    """

    level: WarningLevel
    is_known: bool
    changed_at: datetime
    short_since: datetime | None = None


def settle(
    before: LevelStanding | None, computed: Computed, at: datetime, prolonged: timedelta
) -> LevelStanding:
    """What stands after a cycle, from what stood and what an engine computed.

    Whole data decide alone, up and down. Data with gaps are a lower bound: they raise, or
    confirm what stood; else it is prolonged, and after ``prolonged`` it is unknown, "at least"
    what stood.

    >>> noon = datetime(2026, 6, 1, 12)
    >>> orange = LevelStanding(WarningLevel.ORANGE, True, noon)
    >>> short = Computed(WarningLevel.NONE, False)
    >>> settle(orange, short, noon, timedelta(hours=3)).level.name
    'ORANGE'
    >>> late = settle(settle(orange, short, noon, timedelta(hours=3)), short,
    ...               noon + timedelta(hours=4), timedelta(hours=3))
    >>> late.level.name, late.is_known
    ('ORANGE', False)
    """
    if computed.is_whole:
        return _changed(before, LevelStanding(computed.level, True, at))
    least = before.level if before else WarningLevel.NONE
    if computed.level >= max(least, WarningLevel.BLUE):
        # What was caught so far reaches the threshold: that much is certain.
        return _changed(before, LevelStanding(computed.level, True, at, at))
    short_since = at if before is None or before.short_since is None else before.short_since
    if before is None:
        return LevelStanding(computed.level, False, at, short_since)
    known = before.is_known and at - short_since <= prolonged
    return _changed(before, LevelStanding(before.level, known, at, short_since))


def _changed(before: LevelStanding | None, now: LevelStanding) -> LevelStanding:
    """The same moment of change where neither the level nor the knowledge changed."""
    if before and (before.level, before.is_known) == (now.level, now.is_known):
        return replace(now, changed_at=before.changed_at)
    return now


@dataclass(frozen=True)
class LevelMatrix:
    """Susceptibility × rain class → level; cells[s][r], both ascending."""

    cells: tuple[tuple[WarningLevel, ...], ...]

    def __post_init__(self) -> None:
        if not self.cells or len({len(row) for row in self.cells}) != 1:
            raise ValueError("a matrix has rows of one length")

    def is_monotone(self) -> bool:
        """Whether no step up in either class lowers the level."""
        grid = np.array(self.cells, dtype=np.int8)
        return bool((np.diff(grid, axis=0) >= 0).all() and (np.diff(grid, axis=1) >= 0).all())

    def levels(
        self, susceptibility: npt.NDArray[np.int8], rain_class: npt.NDArray[np.int8]
    ) -> npt.NDArray[np.int8]:
        """Levels of cells whose classes count from 0; -1 (no data) in either gives -1.

        A class beyond the matrix is an error, never the last class.
        """
        rows, columns = len(self.cells), len(self.cells[0])
        if susceptibility.size and (susceptibility.max() >= rows or rain_class.max() >= columns):
            raise ValueError(f"a class beyond the matrix of {rows} × {columns}")
        grid = np.array(self.cells, dtype=np.int8)
        known = (susceptibility >= 0) & (rain_class >= 0)
        looked_up = grid[np.where(known, susceptibility, 0), np.where(known, rain_class, 0)]
        return np.where(known, looked_up, np.int8(-1)).astype(np.int8)


def gravest(levels: Iterable[WarningLevel]) -> WarningLevel:
    """The gravest of some levels; none of none.

    >>> gravest([WarningLevel.BLUE, WarningLevel.ORANGE]).name, gravest([]).name
    ('ORANGE', 'NONE')
    """
    return max(levels, default=WarningLevel.NONE)
