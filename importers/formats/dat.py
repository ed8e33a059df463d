"""DAT points as CASS writes them: ``点号,编码,E,N,H``, one a line; the code may be empty."""

import unicodedata
from pathlib import Path

import numpy as np
import shapely

from importers.errors import Refused
from importers.formats import texts
from importers.formats.survey_text_head import is_geographic, zone_of
from importers.formats.table import Ask, Table, in_memory
from importers.issues import Issue
from spatial.crs import Claim

CELLS = 5


def open_dat(path: Path, ask: Ask) -> Table:
    """The points with 点号, 编码, 高程.

    Raises:
        Refused: not a text, or no line is a point.
    """
    names: list = []
    codes: list = []
    heights: list = []
    places: list = []
    shapes: list = []
    remarks: list[Issue] = []
    for number, raw in texts.lines(path, ask.encoding):
        line = unicodedata.normalize("NFKC", raw).strip()
        if not line:
            continue
        cells = [cell.strip() for cell in line.split(",")]
        point = _point(cells)
        if point is None:
            text = f"第 {number} 行不是“点号,编码,E,N,H”：{line[:40]}"
            remarks.append(Issue(path.name, len(names) + 1, "point-line", text, "geom"))
        else:
            places.append(point[:2])
        names.append(cells[0] or None)
        codes.append(cells[1] if len(cells) > 1 and cells[1] else None)
        heights.append(point[2] if point else None)
        shapes.append(shapely.Point(point[:2]) if point else None)
    if not places:
        raise Refused(f"{path.name} 里没有一个点", "每行应为“点号,编码,E,N,H”")
    xy = np.array(places)
    return in_memory(
        path,
        path.stem,
        {"点号": names, "编码": codes, "高程": heights},
        shapes,
        claim=Claim(zone=zone_of(xy), is_geographic=is_geographic(xy)),
        remarks=remarks,
    )


def _point(cells: list[str]) -> tuple[float, float, float | None] | None:
    """East, north and height, or None where the line has none."""
    if len(cells) < CELLS - 1:
        return None
    try:
        east, north = float(cells[2]), float(cells[3])
        height = float(cells[4]) if len(cells) > 4 and cells[4] else None
    except ValueError:
        return None
    finite = np.isfinite([east, north, height or 0.0]).all()
    return (east, north, height) if finite else None
