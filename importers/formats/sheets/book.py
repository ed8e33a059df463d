"""Which sheet of a workbook is wanted, and which other one it refers to."""

from functools import cached_property
from pathlib import Path

from importers.errors import DeliveryRefused
from importers.formats.sheets.body import Body, read_body
from importers.formats.sheets.header import SEARCHED, Heading, find_heading
from importers.formats.sheets.pipes import counterparts, ends_of, is_points
from importers.formats.sheets.workbook import Worksheet, read_sheet, sheets_of
from importers.values.table import Ask, pick

LINES_LAYER, POINTS_LAYER = "pipe-lines", "pipe-points"  # the registers' names
MOST_SHEETS = 60


class Book:
    """A workbook's sheets, looked into as far as is needed."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises DeliveryRefused, see ``workbook.sheets_of``."""
        self.path = path
        self.sheets = sheets_of(path)
        if not self.sheets:
            raise DeliveryRefused(f"{path.name} 内没有工作表")
        if len(self.sheets) > MOST_SHEETS:
            raise DeliveryRefused(
                f"{path.name} 内有 {len(self.sheets)} 张工作表，最多 {MOST_SHEETS} 张", "请分开提交"
            )

    def chosen(self, ask: Ask) -> Worksheet:
        """The sheet that is wanted: by name, or the only table, or the only one of its kind.

        Raises:
            DeliveryRefused: there is none, or several and none of the wanted names.
        """
        named = {sheet.name.casefold(): sheet for sheet in self.sheets}
        for name in ask.wanted:
            if name.casefold() in named:
                return named[name.casefold()]
        seen = [sheet for sheet in self.sheets if sheet.visible] or self.sheets
        if len(seen) == 1:
            return seen[0]
        tables = [sheet for sheet in seen if sheet.number in self.headings]
        if LINES_LAYER in ask.wanted or POINTS_LAYER in ask.wanted:
            tables = self._of_kind(tables, LINES_LAYER in ask.wanted) or tables
        if not tables:
            return seen[0]  # and reading it says what is wrong
        name = pick([sheet.name for sheet in tables], ask, self.path.name)
        return next(sheet for sheet in tables if sheet.name == name)

    def points_for(self, sheet: Worksheet) -> Worksheet | None:
        """The table of points that a table of lines refers to, if that is certain."""
        wanted = counterparts(sheet.name)
        for other in self.sheets:
            if other.number != sheet.number and other.name.casefold() in wanted:
                return other
        others = [s for s in self.sheets if s.number in self.headings and s.number != sheet.number]
        found = self._of_kind(others, False)
        return found[0] if len(found) == 1 else None

    def body(self, sheet: Worksheet) -> Body:
        """The rows of a sheet. Raises DeliveryRefused: no header, no rows."""
        grid = read_sheet(self.path, sheet)
        return read_body(grid, find_heading(grid, self.path.name), self.path.name)

    @cached_property
    def headings(self) -> dict[int, Heading]:
        """The headers of those sheets that have one, by the sheets' numbers."""
        found = {}
        for sheet in self.sheets:
            grid = read_sheet(self.path, sheet, 2 * SEARCHED)
            try:
                heading = find_heading(grid, self.path.name)
            except DeliveryRefused:
                continue
            if heading.position < len(grid.rows):
                found[sheet.number] = heading
        return found

    def _of_kind(self, sheets: list[Worksheet], lines: bool) -> list[Worksheet]:
        found = []
        for sheet in sheets:
            names = [name for name in self.headings[sheet.number].names if name]
            is_lines = ends_of(names) is not None
            if is_lines if lines else (is_points(names) and not is_lines):
                found.append(sheet)
        return found
