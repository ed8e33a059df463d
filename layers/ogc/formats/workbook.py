"""An Excel workbook from rows: one sheet, headed by titles, texts never taken for formulas."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from layers.ogc.formats.messages import FileTable

MOST_CELL = 32_767  # characters that Excel keeps in a cell
SHEET = 31  # characters of a sheet's name
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
WIDTHS = {"string": 22, "date": 12, "date-time": 18}
FORBIDDEN = dict.fromkeys(map(ord, "[]:*?/\\"), " ")  # in the name of a sheet


def write_workbook(table: FileTable, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write the file; returns the number of rows. Moments are in the table's time zone.

    Raises:
        ValueError: a text is longer than a cell may be: it would be cut.
    """
    zone, number = ZoneInfo(table.time_zone), 0
    with xlsxwriter.Workbook(table.path, OPTIONS) as book:
        sheet = book.add_worksheet(table.title.translate(FORBIDDEN)[:SHEET])
        bold = book.add_format({"bold": True, "bg_color": "#F3EEE1", "bottom": 1})
        forms = {
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "date-time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        for at, (_name, kind, title, _length) in enumerate(table.columns):
            moment = f"（{table.time_zone}）" if kind == "date-time" else ""
            sheet.set_column(at, at, WIDTHS.get(kind, 12), forms.get(kind))
            sheet.write_string(0, at, title + moment, bold)
        sheet.freeze_panes(1, 1)
        for number, row in enumerate(rows, 1):
            for at, (name, kind, _title, _length) in enumerate(table.columns):
                _write(sheet, number, at, row[name], forms.get(kind), zone)
        if number:
            sheet.autofilter(0, 0, number, len(table.columns) - 1)
    return number


def _write(sheet: Any, row: int, at: int, value: Any, form: Any, zone: ZoneInfo) -> None:
    if value is None:
        return
    if isinstance(value, str):
        if len(value) > MOST_CELL:
            raise ValueError(f"row {row}, column {at + 1}: {len(value)} characters")
        sheet.write_string(row, at, value)
    elif isinstance(value, bool):
        sheet.write_boolean(row, at, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, at, value.astimezone(zone).replace(tzinfo=None), form)
    elif isinstance(value, date):
        sheet.write_datetime(row, at, datetime.combine(value, time.min), form)
    else:
        sheet.write_number(row, at, value)
