"""Where a table begins in a sheet, and what its columns are called.

Above the header surveyors write titles and particulars; the header itself may take two
rows (起点 over X, Y, 埋深), and units or column numbers may stand below it.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from importers.errors import DeliveryRefused
from importers.formats.sheets.grid import Merge, SheetGrid
from importers.formats.sheets.headings import folded, vocabulary

SEARCHED = 40  # rows from the top
LONGEST = 40  # characters of a header; what is longer is a sentence
FILLED = 0.6  # share of the table's columns that a header names
TITLE = 0.8  # a merged cell over this share of the columns is a title, not a group
_NUMBER = re.compile(r"^[+-]?[\d.,]+(e[+-]?\d+)?$", re.IGNORECASE)
_PARTICULAR = re.compile(r"[:：].")
_GAP = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")  # 点 号, set apart for the looks of it
_UNIT = re.compile(
    r"^[(\[]?(m|cm|mm|km|米|厘米|毫米|公里|m2|㎡|平方米|亩|公顷|ha|度|°|%|‰|年|个|层|元|万元)[)\]]?$"
)


@dataclass(frozen=True)
class Heading:
    """Names by column (None: nothing there), and the row number of the first row of data.

    ``position`` is the index in the grid's rows of that row; ``source`` are the cells of
    the header's last row, by which a repeated header is known.
    """

    names: tuple[str | None, ...]
    position: int
    source: tuple[Any, ...]


def find_heading(grid: SheetGrid, file: str) -> Heading:
    """The header of a sheet.

    Raises:
        DeliveryRefused: the sheet is empty, or no row looks like a header.
    """
    if not grid.rows:
        raise DeliveryRefused(f"{file} 的表“{grid.name}”是空的", "请核对后重新导出")
    width = _usual_width(grid)
    tops = [_spread(grid, at) for at in range(min(SEARCHED, len(grid.rows)))]
    fit = [at for at, cells in enumerate(tops) if _may_be_header(cells, width)]
    if not fit:
        raise DeliveryRefused(
            f"{file} 的表“{grid.name}”前 {len(tops)} 行里没有表头", "请在数据上方写一行列名"
        )
    # A cell of data may happen to be a known word; two more than the first row has do not.
    better = [i for i in fit if _known(tops[i]) >= _known(tops[fit[0]]) + 2]
    at = max(better or fit[:1], key=lambda i: (_known(tops[i]), -i))
    first, last = _extent(grid, tops, at)
    names = _joined(tops[first], tops[last], grid, first, last) if first < last else tops[at]
    names = [_name(cell) for cell in names]
    position = last + 1
    while position < len(grid.rows) and (extra := _below(grid.rows[position][1])):
        if extra == "units":
            names = _with_units(names, grid.rows[position][1])
        position += 1
    return Heading(tuple(names), position, tuple(grid.rows[last][1]))


def _usual_width(grid: SheetGrid) -> int:
    """The median of how many cells the first rows fill; titles and notes fill few."""
    filled = sorted(sum(c is not None for c in cells) for _, cells in grid.rows[:200])
    return filled[len(filled) // 2]


def _spread(grid: SheetGrid, at: int) -> list[Any]:
    """A row with the cells that are merged sideways filled, unless they are a title."""
    number, cells = grid.rows[at]
    cells = [*cells, *[None] * (grid.width - len(cells))]
    for merge in grid.merges:
        if merge.top == number and merge.right > merge.left and not _is_title(merge, grid):
            for column in range(merge.left, min(merge.right + 1, len(cells))):
                cells[column] = cells[merge.left]
    return cells


def _is_title(merge: Merge, grid: SheetGrid) -> bool:
    return merge.right - merge.left + 1 >= max(2, TITLE * grid.width)


def _may_be_header(cells: Sequence[Any], width: int) -> bool:
    filled = [cell for cell in cells if cell is not None]
    texts = [cell for cell in filled if is_word(cell)]
    if len(filled) < max(1, FILLED * width) or len(texts) < 0.8 * len(filled):
        return False
    return len(set(texts)) >= min(2, width)


def is_word(cell: Any) -> bool:
    """Whether a cell may name a column: a short text that is no number and no particular.

    >>> is_word("埋深"), is_word("12.5"), is_word("测绘单位：某院")
    (True, False, False)
    """
    if not isinstance(cell, str) or len(cell) > LONGEST:
        return False
    text = unicodedata.normalize("NFKC", cell).strip()
    return bool(text) and not _NUMBER.match(text) and not _PARTICULAR.search(text)


def _known(cells: Sequence[Any]) -> int:
    return sum(isinstance(c, str) and folded(c) in vocabulary() for c in cells)


def _extent(grid: SheetGrid, tops: Sequence[Sequence[Any]], at: int) -> tuple[int, int]:
    """The first and last row of the header that row ``at`` belongs to."""
    if at + 1 < len(tops) and _is_second(grid, tops, at):
        return at, at + 1
    if at and _is_second(grid, tops, at - 1) and not all(c is None for c in tops[at - 1]):
        return at - 1, at
    return at, at


def _is_second(grid: SheetGrid, tops: Sequence[Sequence[Any]], at: int) -> bool:
    """Whether the row below row ``at`` divides its columns."""
    (number, upper), (next_number, lower) = grid.rows[at], grid.rows[at + 1]
    under = [column for column, cell in enumerate(lower) if cell is not None]
    if next_number != number + 1 or not under or not all(is_word(lower[c]) for c in under):
        return False
    groups = [m for m in grid.merges if m.top == number and m.right > m.left]
    if any(_is_title(m, grid) for m in groups):
        return False
    if groups:
        return all(
            any(m.left <= c <= m.right for m in groups) or c >= len(upper) or upper[c] is None
            for c in under
        )
    return _divides(upper, lower, under)


def _divides(upper: Sequence[Any], lower: Sequence[Any], under: Sequence[int]) -> bool:
    """Without merged cells to tell: gaps above are filled below, by words that are known."""

    def above(column: int) -> Any:
        return upper[column] if column < len(upper) else None

    if sum(cell is not None for cell in upper) < 2 or not all(
        cell is None or is_word(cell) for cell in upper
    ):
        return False
    gaps = [c for c in under if above(c) is None]
    under_gap = set(gaps) | {c - 1 for c in gaps}
    # One short row of particulars above an ordinary header has gaps, too: it has no words.
    known = sum(folded(lower[c]) in vocabulary() for c in under)
    grouped = sum(folded(str(above(c)) + lower[c]) in vocabulary() for c in under if above(c))
    return bool(gaps) and set(under) <= under_gap and max(known, grouped) * 2 >= len(under) > 1


def _joined(
    upper: Sequence[Any], lower: Sequence[Any], grid: SheetGrid, first: int, last: int
) -> list[Any]:
    """One name a column: the group's and its own, or the one there is."""
    names: list[Any] = []
    group: Any = None
    raw = grid.rows[last][1]
    for column, top in enumerate(upper):
        own = raw[column] if column < len(raw) else None
        group = top if top is not None else (group if own is not None else None)
        head = top if top is not None else (None if grid.merges else group)
        names.append("".join(str(part) for part in (head, own) if part is not None) or None)
    return names


def _name(cell: Any) -> str | None:
    if cell is None:
        return None
    text = _GAP.sub("", re.sub(r"\s+", " ", str(cell)).strip())
    return text or None


def _below(cells: Sequence[Any]) -> str:
    """What a row right below the header is, if no data: units or numbers of columns."""
    filled = [unicodedata.normalize("NFKC", str(c)).strip() for c in cells if c is not None]
    if filled and all(_UNIT.match(text) for text in filled):
        return "units"
    plain = [text.strip("()<>[]") for text in filled]
    if len(plain) >= 4 and all(text.isdecimal() for text in plain):
        numbers = [int(text) for text in plain]
        if numbers[0] == 1 and all(b - a == 1 for a, b in pairwise(numbers)):
            return "numbers"
    return ""


def _with_units(names: Sequence[str | None], units: Sequence[Any]) -> list[str | None]:
    bare = [str(unit).strip("()（）[] ") if unit is not None else "" for unit in units]
    bare += [""] * (len(names) - len(bare))
    return [f"{n}（{u}）" if n and u else n for n, u in zip(names, bare, strict=False)]
