"""Tables as surveyors send them: CSV, XLSX, XLSM, XLS, XLSB and ODS.

Rows are numbered from 1 as everywhere; the column 表内行号 gives the number that a
spreadsheet shows. CRS: none is declared; ``Table.claim`` is what headers and prefixes say.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from importers.formats.sheets import pipes
from importers.formats.sheets.body import Body, read_body
from importers.formats.sheets.book import Book
from importers.formats.sheets.boundary import boundary_of, polygons
from importers.formats.sheets.delimited import read_delimited
from importers.formats.sheets.header import find_heading
from importers.formats.sheets.ordinates import axes_of, claim_of, coordinates, points
from importers.values.table import Ask, Table, in_memory
from spatial.crs import Claim

DELIMITED = (".csv", ".tsv", ".txt")
SEMICOLONS = (";", "；")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")


def open_csv(path: Path, ask: Ask) -> Table:
    """A CSV file. Encoding and delimiter are found; ``ask.encoding`` goes before.

    Raises:
        DeliveryRefused: no text, no header, no rows, too large.
    """
    body, encoding = _csv_body(path, ask.encoding)
    return _table(path, body, [path.stem], lambda: _beside(path, ask), encoding)


def open_sheet(path: Path, ask: Ask) -> Table:
    """One sheet of a workbook. Sheets that are hidden or no tables do not count.

    Raises:
        DeliveryRefused: password, damaged, too large, several sheets and none of them wanted.
    """
    book = Book(path)
    sheet = book.chosen(ask)
    body = book.body(sheet)
    others = [s.name for s in book.sheets if s.number != sheet.number and not s.visible]
    if others:
        body.warn("sheet-hidden", f"之外还有隐藏的表 {'、'.join(others)}，没有读入")

    def refer() -> Body | None:
        other = book.points_for(sheet)
        return book.body(other) if other else _beside(path, ask)

    return _table(path, body, [sheet.name, path.stem], refer, "")


def _csv_body(path: Path, asked: str) -> tuple[Body, str]:
    grid = read_delimited(path, asked)
    body = read_body(grid, find_heading(grid, path.name), path.name)
    if grid.delimiter in SEMICOLONS:  # taken since commas are wanted for something else
        body.decimal_commas.update(body.columns)
    return body, grid.encoding


def _beside(path: Path, ask: Ask) -> Body | None:
    """The table of points in a file that is called like this one of lines."""
    wanted = pipes.counterparts(path.stem)
    for other in sorted(path.parent.iterdir()):
        suffix = other.suffix.lower()
        if other.stem.casefold() not in wanted or not other.is_file():
            continue
        if suffix in DELIMITED:
            return _csv_body(other, ask.encoding)[0]
        if suffix in WORKBOOKS:
            book = Book(other)
            return book.body(book.chosen(Ask(ask.folder, ("pipe-points",))))
    return None


def _table(path: Path, body: Body, names: list[str], refer: pipes.Points, encoding: str) -> Table:
    layer = body.name
    body, shapes, claim = _shaped(body, names, refer)
    table = in_memory(
        path, layer, body.columns, shapes,
        claim=claim, encoding=encoding, remarks=body.said(), undecodable=body.damaged,
        refused=frozenset(body.refused),
    )  # fmt: skip
    return replace(table, decimal_commas=frozenset(body.decimal_commas))


def _shaped(body: Body, names: list[str], refer: pipes.Points) -> tuple[Body, Any, Claim | None]:
    """The table with its geometry, whichever kind of table it is."""
    headers = list(body.columns)
    if ends := pipes.ends_of(headers):
        pipes.add_network(body, names)
        pipes.add_codes(body, ends)
        return body, *pipes.lines(body, ends, refer)
    axes = axes_of(headers)
    if pipes.is_points(headers):
        pipes.add_network(body, names)
    if axes is None:
        return body, None, None
    xy = coordinates(body, axes)
    claim = claim_of(xy, axes, body)
    if boundary := boundary_of(body, axes):
        return *polygons(body, boundary, xy), claim
    return body, points(xy), claim
