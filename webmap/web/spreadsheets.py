"""What a table must mind that is opened in a spreadsheet."""

from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet begins a formula by


def plain_cell(cell: Any) -> Any:
    """A cell that a spreadsheet does not take for a formula.

    >>> plain_cell("=1+1"), plain_cell("市政"), plain_cell(-1)
    ("'=1+1", '市政', -1)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
