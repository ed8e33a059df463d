"""DAT points as CASS writes them: ``点号,编码,E,N,H``, one a line; the code may be empty."""

from array import array
from collections.abc import Iterator, Sequence
from math import isfinite
from pathlib import Path

import numpy as np
import shapely

from importers.errors import DeliveryRefused
from importers.formats import texts
from importers.formats.survey_text_head import is_geographic, zone_of
from importers.values.cells import narrow
from importers.values.issues import Issue
from importers.values.table import Ask, Rows, Table
from spatial.crs import Claim

CELLS = 5
FIELDS = ("点号", "编码", "高程")
MOST_REMARKS = 10_000
Point = tuple[float, float, float | None]


def open_dat(path: Path, ask: Ask) -> Table:
    """The points with 点号, 编码, 高程; the file is gone through twice, never held.

    Raises:
        DeliveryRefused: not a text, or no line is a point.
    """
    ordinates, count = array("d"), 0
    remarks: list[Issue] = []
    for number, line in _lines(path, ask.encoding):
        count += 1
        point = _point(line)
        if point:
            ordinates.extend(point[:2])
        elif len(remarks) < MOST_REMARKS:
            text = f"第 {number} 行不是“点号,编码,E,N,H”：{line[:40]}"
            remarks.append(Issue(path.name, count, "point-line", text, "geom"))
    xy = np.frombuffer(ordinates).reshape(-1, 2)
    if not len(xy):
        raise DeliveryRefused(f"{path.name} 里没有一个点", "每行应为“点号,编码,E,N,H”")
    return Table(
        path=path,
        name=path.name,
        layer=path.stem,
        fields=FIELDS,
        features=count,
        has_geometry=True,
        read=lambda fields, size: _read(path, ask.encoding, fields, size),
        claim=Claim(zone=zone_of(xy), is_geographic=is_geographic(xy)),
        remarks=tuple(remarks),
    )


def _read(path: Path, encoding: str, fields: Sequence[str], size: int) -> Iterator[Rows]:
    start, lines = 1, []
    for _, line in _lines(path, encoding):
        lines.append(line)
        if len(lines) == size:
            yield _rows(lines, fields, start)
            start, lines = start + len(lines), []
    if lines:
        yield _rows(lines, fields, start)


def _rows(lines: list[str], fields: Sequence[str], start: int) -> Rows:
    cells = [line.split(",") for line in lines]
    points = [_point(line) for line in lines]
    found = {
        "点号": [c[0].strip() or None for c in cells],
        "编码": [c[1].strip() or None if len(c) > 1 else None for c in cells],
        "高程": [p[2] if p else None for p in points],
    }
    shapes = np.full(len(lines), None, object)
    placed = np.array([p is not None for p in points])
    if placed.any():
        shapes[placed] = shapely.points([p[:2] for p in points if p])
    return Rows(
        np.arange(start, start + len(lines)),
        {name: np.array(found[name], object) for name in fields},
        shapely.to_wkb(shapes),
    )


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, with their numbers, full-width characters narrowed."""
    for number, raw in texts.lines(path, encoding):
        line = narrow(raw)
        if line:
            yield number, line


def _point(line: str) -> Point | None:
    """East, north and height, or None where the line has none."""
    cells = line.split(",")
    if len(cells) < CELLS - 1:
        return None
    try:
        east, north = float(cells[2]), float(cells[3])
        height = float(cells[4]) if len(cells) > 4 and cells[4].strip() else None
    except ValueError:
        return None
    finite = all(map(isfinite, (east, north, height or 0.0)))
    return (east, north, height) if finite else None
