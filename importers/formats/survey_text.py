"""勘测定界 TXT: the exchange text of land surveys, in the dialects that surveyors write.

A head of ``key=value`` lines, then blocks: a line that ends in ``@`` with 9 to 13 fields
(界址点数,面积(公顷),编号,名称,图形属性,图幅号,用途,地类编码 … @), and point lines
``点号,圈号,X(北),Y(东)``. The head and the counts are held against the data, and never
believed: a ring ends where its first point comes again, where 圈号 changes, or at the
next block. Rings nest by containment. Form and dialects: reference of the exchange
format as used for 建设用地报批, and samples from practice.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely

from importers.errors import DeliveryRefused
from importers.formats import texts
from importers.formats.rings import DegenerateRing, assemble
from importers.formats.survey_text_head import SurveyTextHead
from importers.values.cells import narrow
from importers.values.issues import Issue, Severity
from importers.values.table import Ask, Table, in_memory
from spatial.texts import whole_number

FIELDS = ("界址点数", "地块面积", "编号", "名称", "图形属性", "图幅号", "用途", "地类编码")
MORE = {9: ("备注",), 12: ("图斑类型", "地类名称", "前等别", "后等别")}
KINDS = {"点": "point", "线": "line", "面": "polygon", "": "polygon"}
AREA_SHARE = 0.005
SQUARE_METRES = 10_000.0  # in a hectare
_HEADING = re.compile(r"^[\[【]\s*(.+?)\s*[\]】]$")
_COMMA = re.compile("[,，]")
_PAIR = re.compile("^([^=＝]+)[=＝](.*)$")
_NUMBER = re.compile(r"^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")


@dataclass
class SurveyBlock:
    """One 地块: its fields as written, its rings as (point ids, (n, 2) x east, y north)."""

    line: int
    fields: list[str]
    ids: list[list[str]] = field(default_factory=list)
    rings: list[list[tuple[float, float]]] = field(default_factory=list)
    trouble: str = ""
    circle: str = ""
    points: int = 0
    is_open: bool = False
    unclosed: list[int] = field(default_factory=list)  # numbers of rings whose start never recurs

    def add(self, name: str, circle: str, x: float, y: float) -> None:
        """Take in a point; it may end the ring, or begin the next."""
        self.points += 1
        if not self.is_open or circle != self.circle:
            if self.is_open:
                self.unclosed.append(len(self.rings))
            self.ids.append([])
            self.rings.append([])
            self.is_open, self.circle = True, circle
        ids, ring = self.ids[-1], self.rings[-1]
        if len(ring) > 2 and (name == ids[0] or (x, y) == ring[0]):
            self.is_open = False
            if (x, y) != ring[0]:
                self.trouble = self.trouble or f"点 {name} 再次出现时坐标不同"
            return
        ids.append(name)
        ring.append((x, y))


@dataclass(frozen=True)
class _Facts:
    """What is kept of a block besides its shape."""

    line: int
    fields: list[str]
    ids: str


def open_survey_text(path: Path, ask: Ask) -> Table:
    """The blocks of a survey text as rows: geometry, and the block's fields as columns.

    Raises:
        DeliveryRefused: it is not a survey text, or holds no block.
    """
    pairs: dict[str, str] = {}
    facts: list[_Facts] = []
    shapes: list[bytes | None] = []
    remarks: list[Issue] = []
    places: list[tuple[float, float]] = []
    for row, block in enumerate(_blocks(path, ask.encoding, pairs), start=1):
        shape, found = _shape(path.name, row, block)
        shapes.append(shapely.to_wkb(shape))
        remarks += found
        places += [ring[0] for ring in block.rings]
        facts.append(_Facts(block.line, block.fields, ";".join(map(" ".join, block.ids))))
    if not facts:
        raise DeliveryRefused(
            f"{path.name} 里没有一个地块", "“[地块坐标]”之后应有以 @ 结尾的地块行"
        )
    head, xy = SurveyTextHead(pairs), np.array(places, float).reshape(-1, 2)
    return in_memory(
        path,
        path.stem,
        _columns(facts, head),
        wkb=shapes,
        claim=head.claim(xy),
        remarks=[*head.remarks(path.name, xy), *remarks],
    )


def _blocks(path: Path, encoding: str, pairs: dict[str, str]) -> Iterator[SurveyBlock]:
    """The blocks one by one; the head's pairs go into ``pairs``. Raises DeliveryRefused."""
    block = None
    for number, line, section in _sectioned(path, encoding):
        if line.endswith(("@", "＠")):
            if block:
                yield block
            cells = [cell.strip() for cell in _COMMA.split(line[:-1])]
            block = SurveyBlock(number, cells[:-1] if not cells[-1] else cells)
        elif block and "坐标" in section:
            _point(block, number, line)
        elif found := _PAIR.match(line):
            pairs[found.group(1).strip()] = found.group(2).strip()
    if block:
        yield block


def _sectioned(path: Path, encoding: str) -> Iterator[tuple[int, str, str]]:
    """The lines that say something, with their numbers and the section they stand in."""
    section = ""
    for number, raw in texts.lines(path, encoding):
        line = raw.strip()
        if heading := _HEADING.match(line):
            section = heading.group(1)
        elif line:
            section = section or ("地块坐标" if line.endswith(("@", "＠")) else "")
            if not section:
                break
            yield number, line, section
    if not section:
        raise DeliveryRefused(f"{path.name} 不是勘测定界文本", "应有“[属性描述]”“[地块坐标]”两段")


def write_survey_text(path: Path, head: dict[str, str], blocks: Iterable[SurveyBlock]) -> None:
    """Write a survey text in the standard form, GB18030, rings closed."""
    out = ["[属性描述]", *(f"{key}={value}" for key, value in head.items()), "[地块坐标]"]
    for block in blocks:
        out.append(",".join([*block.fields, "@"]))
        for number, (ids, ring) in enumerate(zip(block.ids, block.rings, strict=True), start=1):
            closed = zip([*ids, ids[0]], [*ring, ring[0]], strict=True)
            out += [f"{name},{number},{y:.3f},{x:.3f}" for name, (x, y) in closed]
    path.write_text("\r\n".join(out) + "\r\n", encoding="gb18030", newline="")


def _point(block: SurveyBlock, number: int, line: str) -> None:
    cells = [cell.strip() for cell in _COMMA.split(narrow(line))]
    try:
        name, circle, north, east = cells[:4]
        x, y = float(east), float(north)
        if not (np.isfinite(x) and np.isfinite(y)):
            raise ValueError
    except ValueError:
        block.trouble = block.trouble or f"第 {number} 行不是“点号,圈号,X,Y”：{line[:40]}"
        return
    block.add(name, circle, x, y)


def _shape(file: str, row: int, block: SurveyBlock) -> tuple[shapely.Geometry | None, list[Issue]]:
    found: list[Issue] = []

    def say(code: str, text: str, hint: str = "", severity: Severity = Severity.WARNING) -> None:
        text = f"第 {block.line} 行的地块：{text}"
        found.append(Issue(file, row, code, text, "geom", hint, severity))

    if block.trouble:
        say("point-line", block.trouble, "请改正后重交", Severity.ERROR)
        return None, found
    try:
        shape = _geometry(block)
    except (DegenerateRing, ValueError):
        text = "有一圈不足三个不同的点（线为两个）"
        say("ring-degenerate", text, "请核对界址点", Severity.ERROR)
        return None, found
    open_rings = [*block.unclosed, *([len(block.rings)] if block.is_open else [])]
    if open_rings and shapely.get_dimensions(shape) == 2:
        listed = "、".join(str(number) for number in open_rings[:8])
        say("ring-closed", f"第 {listed} 圈末尾没有重复首点，按闭合读入", "请核对是否缺点")
    stated = whole_number(narrow(_cell(block, 0)))
    if stated is not None and stated not in (block.points, sum(map(len, block.rings))):
        say("point-count", f"写明 {stated} 个界址点，实有 {block.points} 行")
    hectares = _leading_number(_cell(block, 1))
    if hectares is not None and shapely.get_dimensions(shape) == 2:
        written = narrow(_cell(block, 1))
        decimals = len(written.partition(".")[2].rstrip("公顷haHA "))
        slack = max(AREA_SHARE * hectares, 0.5 * 10.0**-decimals)
        if abs(shape.area / SQUARE_METRES - hectares) > slack:
            say(
                "stated-area",
                f"写明 {hectares:g} 公顷，图形为 {shape.area / SQUARE_METRES:.4f} 公顷",
            )
    return shape, found


def _geometry(block: SurveyBlock) -> shapely.Geometry:
    kind = KINDS.get(_cell(block, 4), "polygon")
    if kind == "polygon":
        return assemble([np.array(ring) for ring in block.rings])
    coordinates = [point for ring in block.rings for point in ring]
    if kind == "point":
        points = [shapely.Point(p) for p in coordinates]
        return points[0] if len(points) == 1 else shapely.MultiPoint(points)
    for number, part in enumerate(block.rings, 1):
        if len(set(part)) < 2:
            raise DegenerateRing(number)
    lines = [shapely.LineString(part) for part in block.rings]
    return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)


def _columns(blocks: list[_Facts], head: SurveyTextHead) -> dict[str, list]:
    width = max(len(block.fields) for block in blocks)
    more = MORE.get(width, ())
    names = [*FIELDS, *more, *(f"字段{n}" for n in range(len(FIELDS) + len(more) + 1, width + 1))]
    columns: dict[str, list] = {
        name: [_cell(block, i) or None for block in blocks] for i, name in enumerate(names[:width])
    }
    if "地块面积" in columns:
        columns["地块面积"] = [_leading_number(cell or "") for cell in columns["地块面积"]]
    columns["界址点号"] = [block.ids for block in blocks]
    columns["文件行号"] = [block.line for block in blocks]
    for key in ("数据产生单位", "数据产生日期"):
        if head.pairs.get(key):
            columns[key] = [head.pairs[key]] * len(blocks)
    return columns


def _cell(block: SurveyBlock | _Facts, position: int) -> str:
    return block.fields[position] if position < len(block.fields) else ""


def _leading_number(text: str) -> float | None:
    """The number at the beginning: 公顷 may be glued to it."""
    found = _NUMBER.match(narrow(text))
    return float(found.group()) if found else None
