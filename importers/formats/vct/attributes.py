"""The attribute rows of one VCT table, by the identifier of their object."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from importers.formats.vct.cursor import Cursor
from importers.formats.vct.head import Structure

NUMBERS = {"int": int, "integer": int, "int1": int, "int2": int, "int4": int, "int8": int,
           "float": float, "double": float, "number": float, "decimal": float}  # fmt: skip
EXACT_DIGITS = 15


class Attributes:
    """Rows of texts. ``bad`` tells of identifiers whose row does not fit the structure."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.bad: dict[int, str] = {}
        self._rows: dict[int, list[str]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, number: int) -> bool:
        return number in self._rows

    @property
    def ids(self) -> list[int]:
        """The identifiers in the order of the file."""
        return list(self._rows)

    def read(self, cursor: Cursor, separator: str) -> None:
        """Take in the rows up to TableEnd: the identifier, then the values.

        Some writers leave the identifier out where the first field is the identifier
        itself; then all rows are as short. Raises DeliveryRefused where a row has no identifier.
        """
        read = list(self._cells(cursor, separator))
        width = len(self.structure.fields)
        skipped = 0 if read and all(len(cells) == width for _, _, cells in read) else 1
        for line, number, cells in read:
            if len(cells) != width + skipped:
                text = f"第 {line} 行有 {len(cells) - skipped} 个属性值，应为 {width} 个"
                self.bad.setdefault(number, text)
            if number in self._rows:
                self.bad.setdefault(number, f"第 {line} 行：标识码 {number} 的属性重复")
            self._rows[number] = (cells[skipped:] + [""] * width)[:width]

    def _cells(self, cursor: Cursor, separator: str) -> Iterator[tuple[int, int, list[str]]]:
        for line in cursor.until("TableEnd"):
            cells = [cell.strip() for cell in line.split(separator)]
            try:
                number = int(cells[0])
            except ValueError:
                raise cursor.wrong(f"应以标识码开头，却是“{line[:40]}”") from None
            yield cursor.number, number, cells

    def columns(self, numbers: Sequence[int]) -> dict[str, np.ndarray]:
        """The values of some objects; None where an object has none."""
        rows = [self._rows.get(number) for number in numbers]
        found = {}
        for at, (name, kind) in enumerate(self.structure.fields):
            found[name] = _typed([row[at] if row else "" for row in rows], kind)
        return found


def _typed(texts: list[str], kind: str) -> np.ndarray:
    """Numbers where the structure says so; what is none stays the text it is.

    So does a number of more digits than a float holds, for a code may be one.
    """
    number = NUMBERS.get(kind)
    values: list[Any] = []
    for text in texts:
        value: Any = text or None
        if number and text and "_" not in text and (number is int or len(text) <= EXACT_DIGITS):
            try:
                value = number(text)
            except ValueError:
                value = text
        values.append(value)
    return np.array([*values, None], object)[:-1]
