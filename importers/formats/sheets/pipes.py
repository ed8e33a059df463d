"""Tables of a pipe survey: points (管点表), and lines (管线表) that are joined with them.

Dialects and words: ``data/headers/pipe_points.csv`` and ``pipe_lines.csv``. Lines have
their ordinates beside the ends, or only the ends' numbers: then the table of points of
the same workbook, or of a file called alike, says where they are. A line without a code
of its own is called by its ends, ``起点点号-终点点号``.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from importers.formats.sheets.body import Body
from importers.formats.sheets.headings import columns_by_role
from importers.formats.sheets.ordinates import Axes, axes_of, claim_of, coordinates
from importers.values.cells import narrow
from importers.values.headings import plain
from spatial.codes import scheme
from spatial.crs import Claim

CODE_COLUMN = "管线编码"
NETWORK_COLUMN = "管线类别"
NETWORKS = "pipe_networks_cjj61_2017"  # data/codes
NETWORK_WORDS = ("管线类别", "管线种类", "管线类型", "管类", "类别", "network", "gxlb", "gxzl")
CODE_WORDS = ("管线编码", "管线编号", "管段编号", "管段编码", "管线号", "编码", "gxbm", "gdbh")
# What a table of points is called where the table of lines is called so.
COUNTERPARTS = (("line", "point"), ("管线", "管点"), ("线", "点"), ("管段", "管点"))
_PREFIX = re.compile(r"^([A-Z]{2})(?=[^A-Z]|POINT|LINE|GD|GX|$)")
_END = re.compile(r"(管[点线段]|POINT|LINE|[点线])", re.IGNORECASE)


@dataclass(frozen=True)
class Ends:
    """Columns of a table of lines; the axes are None where the ends' numbers must do."""

    start: str
    end: str
    start_axes: Axes | None
    end_axes: Axes | None


Points = Callable[[], Body | None]


def ends_of(headers: Sequence[str]) -> Ends | None:
    """The columns of a table of lines, if it is one."""
    roles = {role: found[0] for role, found in columns_by_role(headers, "pipe_lines").items()}
    if "start" not in roles or "end" not in roles:
        return None
    axes = []
    for side in ("start_", "end_"):
        own = {role.removeprefix(side): h for role, h in roles.items() if role.startswith(side)}
        axes.append(axes_of((), own) if own else None)
    both = all(axes) and axes[0].is_geographic == axes[1].is_geographic  # type: ignore[union-attr]
    return Ends(roles["start"], roles["end"], *(axes if both else (None, None)))


def is_points(headers: Sequence[str]) -> bool:
    """Whether a table is one of pipe points: their number, and what they are."""
    roles = columns_by_role(headers, "pipe_points")
    return ("code" in roles or "map_code" in roles) and bool(
        {"kind", "depth", "ground"} & set(roles)
    )


def network_of(names: Sequence[str]) -> str:
    """The network that the names of a table and its file begin with: code or name; or ''.

    >>> network_of(["JSPoint"]), network_of(["Sheet1", "污水管线成果表"]), network_of(["Sheet1"])
    ('JS', 'WS', '')
    """
    codes = scheme(NETWORKS).codes
    for name in names:
        text = unicodedata.normalize("NFKC", name).strip()
        found = _PREFIX.match(text.upper())
        if found and found[1] in codes and (_END.search(text) or len(text) == 2):
            return found[1]
        titles = [c.code for c in codes.values() if text.startswith(c.name)]
        if len(titles) == 1 and _END.search(text):
            return titles[0]
    return ""


def add_network(body: Body, names: Sequence[str]) -> None:
    """A column for the network, where the table has none and its name tells."""
    if any(plain(name) in NETWORK_WORDS for name in body.columns):
        return
    if network := network_of(names):
        body.columns[NETWORK_COLUMN] = [network] * len(body.numbers)


def add_codes(body: Body, ends: Ends) -> None:
    """A column for the lines' codes, where the table has none."""
    if any(plain(name) in CODE_WORDS for name in body.columns):
        return
    pairs = zip(body.columns[ends.start], body.columns[ends.end], strict=True)
    body.columns[CODE_COLUMN] = [
        f"{start}-{end}" if start is not None and end is not None else None for start, end in pairs
    ]


def lines(body: Body, ends: Ends, points: Points) -> tuple[list[Any] | None, Claim | None]:
    """The lines' shapes, one a row, and what is said of their CRS; None where nothing is.

    A line whose end is not known is flagged, and has no shape.
    """
    if ends.start_axes and ends.end_axes:
        start = coordinates(body, ends.start_axes)
        finish = coordinates(body, ends.end_axes)
        return _strings(body, start, finish), claim_of(start, ends.start_axes, body)
    source = points()
    axes = axes_of(list(source.columns)) if source else None
    if source is None or axes is None:
        body.warn(
            "points-missing", "没有端点坐标，也找不到同批的管点表，管线没有图形",
            "请把管点表放在同一工作簿，或与管线表同名（如 JSPoint、JSLine）一并提交",
        )  # fmt: skip
        return None, None
    xy = coordinates(source, axes)
    claim = claim_of(xy, axes, source)
    body.remarks += _of_points(source)
    places = _places(source, body, ends, xy)
    start, finish = (_looked_up(body, name, places, source) for name in (ends.start, ends.end))
    return _strings(body, start, finish), claim


def _strings(body: Body, start: np.ndarray, finish: np.ndarray) -> list[Any]:
    shapes = np.full(len(start), None, object)
    both = np.stack([start, finish], axis=1)
    good = np.isfinite(both).all(axis=(1, 2))
    for index in np.flatnonzero(good & (start == finish).all(axis=1)):
        body.flag(int(index), "line-zero", "起点与终点坐标相同")
    good &= ~(start == finish).all(axis=1)
    shapes[good] = shapely.linestrings(both[good])
    return list(shapes)


def _of_points(source: Body) -> Iterator[Any]:
    """Remarks on the table of points belong to no row of the lines."""
    for remark in source.said():
        remark.row = 0
        yield remark


def _places(source: Body, body: Body, ends: Ends, xy: np.ndarray) -> dict[str, np.ndarray]:
    """Number → place, by the numbers that most of the lines' ends are given in."""
    roles = columns_by_role(list(source.columns), "pipe_points")
    wanted = {key(cell) for name in (ends.start, ends.end) for cell in body.columns[name]}
    names = [*roles.get("code", []), *roles.get("map_code", [])]
    if not names:
        return {}
    name = max(names, key=lambda n: len(wanted & {key(c) for c in source.columns[n]} - {""}))
    places: dict[str, np.ndarray] = {}
    for index, cell in enumerate(source.columns[name]):
        code = key(cell)
        if not code:
            continue
        if code in places and not np.array_equal(places[code], xy[index], equal_nan=True):
            body.warn(
                "point-ambiguous", f"用到的管点表“{source.name}”中管点 {code} 有两处坐标",
                "请核对管点号", ends.start,
            )  # fmt: skip
            places[code] = np.array([np.nan, np.nan])
            continue
        places[code] = xy[index]
    return places


def key(cell: Any) -> str:
    """A point's number for comparison: width, case and spaces do not matter."""
    if cell is None:
        return ""
    return narrow(cell).replace(" ", "").upper()


def _looked_up(body: Body, name: str, places: Mapping[str, np.ndarray], source: Body) -> np.ndarray:
    found = np.full((len(body.numbers), 2), np.nan)
    for index, cell in enumerate(body.columns[name]):
        code = key(cell)
        if not code:
            body.flag(index, "end-missing", f"“{name}”是空的", name, "请补填点号")
        elif code not in places:
            text = f"管点表“{source.name}”里没有管点 {cell}"
            body.flag(index, "point-unknown", text, name, "请补测该点，或改正点号")
        elif not np.isfinite(places[code]).all():
            body.flag(index, "point-unplaced", f"管点 {cell} 没有可用的坐标", name, "请改正管点表")
        else:
            found[index] = places[code]
    return found


def counterparts(name: str) -> list[str]:
    """What the table of points may be called, in lower case; none for other names.

    >>> counterparts("JSLine")
    ['jspoint']
    """
    text = name.casefold()
    return [text.replace(line, point) for line, point in COUNTERPARTS if line in text][:1]
