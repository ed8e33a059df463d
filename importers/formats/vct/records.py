"""Points, lines and polygons as they stand in a VCT file, one at a time.

3.0 (GB/T 17798-2007): identifier, feature code, style, kind, then the geometry, then 0.
2.0: the same without style's meaning (it is the layer's name) and without the 0. Where
writers differ (the closing 0, the count before a single point) both are taken. Polygons by
direct coordinates are read as: number of rings, then for each the number of its points and
the points (one reading of the standard; rare in exchange files).
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from importers.formats.vct.cursor import Cursor
from importers.formats.vct.head import VctHead

POLYLINE, BY_LINES, DIRECTED_POINT = 11, 21, 3


@dataclass
class VctRecord:
    """One object. ``parts`` are (n, 2) ordinates as written; ``edges`` the signed numbers
    of lines, 0 between rings; ``trouble`` why it cannot be used, or ''."""

    line: int
    id: int
    code: str
    parts: list[np.ndarray] = field(default_factory=list)
    edges: list[int] = field(default_factory=list)
    trouble: str = ""


def read_points(cursor: Cursor, head: VctHead) -> Iterator[VctRecord]:
    """The points up to PointEnd. Raises DeliveryRefused where the structure cannot be followed."""
    for record, kind in _records(cursor, head, "PointEnd"):
        line = cursor.next()
        count = 1
        if head.separator not in line:
            cursor.back(line)
            count = cursor.integer("点数")
        else:
            cursor.back(line)
        points = _coordinates(cursor, head, count)
        record.parts = [points[:1] if kind == DIRECTED_POINT else points]
        cursor.skip("0")
        yield record


def read_lines(cursor: Cursor, head: VctHead) -> Iterator[VctRecord]:
    """The lines up to LineEnd. Raises DeliveryRefused where the structure cannot be followed."""
    for record, _ in _records(cursor, head, "LineEnd"):
        if head.version == 2:
            record.parts = [_coordinates(cursor, head, cursor.integer("点数"))]
        else:
            _read_segments(cursor, head, record)
        yield record


def read_polygons(cursor: Cursor, head: VctHead) -> Iterator[VctRecord]:
    """The polygons up to PolygonEnd. Raises DeliveryRefused where the structure cannot be followed."""
    for record, kind in _records(cursor, head, "PolygonEnd", has_kind=head.version == 3):
        _coordinates(cursor, head, 1)  # where the label goes
        if head.version == 3 and kind == 1:
            record.parts = [
                _coordinates(cursor, head, cursor.integer("圈的点数"))
                for _ in range(cursor.integer("圈数"))
            ]
            cursor.skip("0")
        else:
            made_of = cursor.integer("面的构成类型") if head.version == 3 else BY_LINES
            record.edges = _references(cursor, head, cursor.integer("线的项数"))
            if made_of != BY_LINES:
                record.trouble = f"面的构成类型 {made_of} 不是“引用线”，不能读取"
        yield record


def _records(
    cursor: Cursor, head: VctHead, end: str, has_kind: bool = True
) -> Iterator[tuple[VctRecord, int]]:
    """What all objects begin with: identifier, code, style, kind."""
    for line in cursor.until(end):
        cursor.back(line)
        number = cursor.integer("标识码")
        record = VctRecord(cursor.number, number, cursor.next())
        cursor.next()
        yield record, cursor.integer("特征类型") if has_kind else 0


def _read_segments(cursor: Cursor, head: VctHead, record: VctRecord) -> None:
    for _ in range(cursor.integer("线段条数")):
        kind = cursor.integer("线段类型")
        if kind != POLYLINE:
            record.trouble = f"线段类型 {kind} 是曲线，不能读取；请在原软件中转为折线"
            record.parts = []
            while cursor.next() != "0":
                pass
            return
        record.parts.append(_coordinates(cursor, head, cursor.integer("点数")))
    cursor.skip("0")


def _coordinates(cursor: Cursor, head: VctHead, count: int) -> np.ndarray:
    """So many lines ``x,y``; nothing is set aside for a count that the file does not bear out."""
    values, separator, taken = array("d"), head.separator, 0
    while taken < count:
        line = cursor.next()
        parts = line.split(separator)
        try:
            values.append(float(parts[0]))
            values.append(float(parts[1]))
        except (ValueError, IndexError):
            raise cursor.wrong(f"应为坐标（写明 {count} 个点），却是“{line[:40]}”") from None
        taken += 1
    return np.array(values, float).reshape(-1, 2)


def _references(cursor: Cursor, head: VctHead, count: int) -> list[int]:
    """Signed numbers of lines over any number of text lines.

    Whether ``count`` counts the zeros between rings is not agreed among writers: both are
    taken. In 3.0 a line with 0 alone ends the object, once there are as many.
    """
    found: list[int] = []
    named = 0
    while True:
        if head.version == 2 and count in (named, len(found)):
            return found
        line = cursor.next()
        if line == "0" and count in (named, len(found)):
            return found
        try:
            numbers = [int(part) for part in line.split(head.separator) if part.strip()]
        except ValueError:
            raise cursor.wrong(f"应为线的标识码（写明 {count} 项），却是“{line[:40]}”") from None
        found += numbers
        named += sum(n != 0 for n in numbers)
        if named > count:
            raise cursor.wrong(f"线的标识码多于写明的 {count} 项")
