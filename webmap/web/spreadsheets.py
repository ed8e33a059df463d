"""Tables as CSV, and what they must mind when a spreadsheet opens them."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import translation
from django.utils.translation import get_language

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet begins a formula by
MARK = "\ufeff"  # that spreadsheets know UTF-8 by


def csv_answer(
    name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """A table as a file of that name; the rows are sent as they come, in the reader's language."""
    lines = _in_language(get_language(), csv_lines(head, rows))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of the table; no cell begins a formula.

    >>> list(csv_lines(("名称", "数量"), [("=1+1", 2)]))
    ['\\ufeff名称,数量\\r\\n', "'=1+1,2\\r\\n"]
    """
    writer: Any = csv.writer(_Echo())
    yield MARK + writer.writerow(head)
    for row in rows:
        yield writer.writerow([plain_cell(cell) for cell in row])


def _in_language(language: str | None, lines: Iterator[str]) -> Iterator[str]:
    """The same lines, each made in a language: the request's own ends before it is sent."""
    while True:
        with translation.override(language):
            line = next(lines, None)
        if line is None:
            return
        yield line


def plain_cell(cell: Any) -> Any:
    """A cell that a spreadsheet does not take for a formula.

    >>> plain_cell("=1+1"), plain_cell("市政"), plain_cell(-1)
    ("'=1+1", '市政', -1)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text
