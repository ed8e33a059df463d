"""A file for a look: its beginning, placed as an import would place it, wherever it lies.

No register is asked and nothing is kept. What is refused and remarked is said for a page, which
has a field for the coordinate system where the command line has an option.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from importers.errors import DeliveryRefused
from importers.phases.placing import Placement
from importers.phases.reproject import check_crs
from importers.reading.apart import beginning_of
from importers.reading.placing import settle
from importers.values.columns import Register
from importers.values.issues import Issue
from importers.values.table import Table
from spatial.city import city
from spatial.crs import reproject
from spatial.geometry import shapes_of
from spatial.readings import Meaning, meaning_of

# A look has no register: whatever is in the file is shown.
ANYTHING = Register("", "", (), kinds=("Geometry",), reaches_out=True)
MODERN = ("", "cgcs2000", "wgs84")
ON_A_PAGE = (
    ("不对时用 --crs 指明", "不对时请另选坐标系"),
    ("请用 --crs 指明", "请另选坐标系"),
    ("核对后用 --crs ", "核对后选择 "),
)


@dataclass(frozen=True)
class Look:
    """What is shown of a file.

    ``shapes`` are in degrees, None for a row without one; ``rows`` their values; ``total`` is how
    many there are in the file, -1 where that is not known; ``reading`` says how the ordinates were
    read.
    """

    name: str
    shapes: np.ndarray
    rows: Sequence[dict[str, str]]
    total: int
    is_cut: bool
    reading: str
    remarks: Sequence[str]


def look_at(path: Path, name: str, epsg: int | None, most: int) -> Look:
    """The first shapes of a file that its sender calls ``name``, in degrees.

    Raises:
        DeliveryRefused: it cannot be read, has no shapes, or no reading fits them.
    """
    try:
        begun = beginning_of(path, name, most)
        shapes, reading, remarks = _placed(begun.table, epsg)
    except DeliveryRefused as error:
        raise DeliveryRefused(_plain(error.message), _plain(error.hint)) from error
    said = [*remarks, *map(_said, begun.table.remarks)]
    return Look(name, shapes, begun.rows, begun.total, begun.is_cut, reading, said)


def _placed(table: Table, epsg: int | None) -> tuple[np.ndarray, str, list[str]]:
    """The shapes in degrees, how they were read, and what is to be said of that."""
    shapes = shapes_of(_wkb(table))
    if not any(shape is not None and not shape.is_empty for shape in shapes):
        raise DeliveryRefused(f"{table.name} 里没有图形", "表格须有坐标列，如 X、Y 或经度、纬度")
    placement, remarks = _placement(table, epsg)
    plane = shapely.transform(shapely.force_2d(shapes), placement.apply)
    degrees = reproject(plane, city().projected, 4326)
    bad = np.array([one is not None and not _is_on_earth(one) for one in degrees])
    if bad.all():
        raise DeliveryRefused(
            f"{table.name} 的坐标与 {placement.words()} 不符", "请另选坐标系，或核对坐标"
        )
    degrees[bad] = None
    if bad.any():
        remarks.append(f"有 {int(bad.sum())} 个图形的坐标不在地球上，没有显示")
    return degrees, placement.words(), remarks


def _placement(table: Table, epsg: int | None) -> tuple[Placement, list[str]]:
    try:
        placement, issues = settle(table, ANYTHING, "", epsg, "none")
    except DeliveryRefused:
        if not epsg:
            guessed = None if table.crs or _is_old(table) else _guessed(table)
            if guessed is None:
                raise
            return guessed, [f"文件没有声明坐标系，按“{guessed.words()}”读取，请核对"]
        check_crs(epsg, table.name)  # it lies elsewhere: shown there all the same
        return Placement(Meaning(epsg)), []
    return placement, [_said(issue) for issue in issues]


def _is_old(table: Table) -> bool:
    """Whether the file says that it is in a datum that needs parameters."""
    return bool(table.claim and table.claim.datum not in MODERN)


def _guessed(table: Table) -> Placement | None:
    """The one reading by which nearly all of it lies in the city; None without one."""
    bounds = shapely.bounds(shapes_of(_wkb(table)))
    middles = (bounds[:, :2] + bounds[:, 2:]) / 2
    meaning = meaning_of(middles[:, 0], middles[:, 1], city())
    return Placement(meaning) if meaning else None


def _wkb(table: Table) -> np.ndarray:
    parts = [rows.wkb for rows in table.batches([]) if rows.wkb is not None]
    return np.concatenate(parts) if parts else np.empty(0, object)


def _is_on_earth(shape: shapely.Geometry) -> bool:
    if shape.is_empty:
        return True
    west, south, east, north = shape.bounds
    finite = all(map(math.isfinite, (west, south, east, north)))
    return finite and west >= -180 and east <= 180 and max(-south, north) <= 85


def _said(issue: Issue) -> str:
    return _plain(f"{issue.message}；{issue.hint}".strip("；"))


def _plain(text: str) -> str:
    """What is said of the command line, said of a form."""
    for told, instead in ON_A_PAGE:
        text = text.replace(told, instead)
    return text
