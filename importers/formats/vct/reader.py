"""VCT 2.0 and 3.0, the exchange format of land surveys (GB/T 17798); no library reads it.

The file is gone through twice, line by line. First head, structures, the shared lines (as
one array of numbers) and the attributes of the wanted table; then the objects of that
table, polygons put together from lines. Memory is that of the shared lines and of one table.

A structure that cannot be followed refuses the file with the number of the line. An object
that cannot be drawn (a line is missing, lines do not meet) is an error of its row.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from importers.errors import DeliveryRefused
from importers.formats.rings import DegenerateRing, assemble
from importers.formats.survey_text_head import zone_of
from importers.formats.vct.attributes import Attributes
from importers.formats.vct.cursor import HINT, Cursor
from importers.formats.vct.edges import MET, MET_DEGREES, BrokenRing, Edges
from importers.formats.vct.head import (
    Feature,
    Structure,
    VctHead,
    read_features,
    read_head,
    read_structures,
)
from importers.formats.vct.records import VctRecord, read_lines, read_points, read_polygons
from importers.values.issues import Issue, Severity
from importers.values.table import Ask, Table, in_memory, pick
from spatial.crs import Claim

ID, CODE = "标识码", "要素代码"
MOST = 1_000  # findings of one kind that are told one by one
Section = Callable[[Cursor, VctHead], Iterator[VctRecord]]
SECTIONS: dict[str, tuple[str, Section]] = {
    "pointbegin": ("point", read_points),
    "linebegin": ("line", read_lines),
    "polygonbegin": ("polygon", read_polygons),
}
HARMLESS = frozenset({"annotationbegin", "stylebegin", "topologybegin"})


@dataclass
class _File:
    """What the first reading keeps of a file."""

    path: Path
    encoding: str
    head: VctHead = field(default_factory=lambda: VctHead({}))
    features: list[Feature] = field(default_factory=list)
    chosen: str = ""
    codes: frozenset[str] = frozenset()
    attributes: Attributes = field(default_factory=lambda: Attributes(Structure("", ())))
    edges: Edges = field(default_factory=Edges)
    places: list[np.ndarray] = field(default_factory=list)
    annotations: int = 0

    @property
    def kind(self) -> str:
        """Geometry of the chosen table: point, line, polygon, or ''."""
        own = (f.kind for f in self.features if f.table.lower() == self.chosen.lower())
        return next(filter(None, own), "")


@dataclass
class _Objects:
    """Identifier and feature code of every object, in the order of the file."""

    ids: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)


def open_vct(path: Path, ask: Ask) -> Table:
    """One attribute table of a VCT file with its geometry.

    Columns are 标识码, 要素代码 and the table's fields. Tables are asked for by their name,
    by the feature's name or its code. CRS: none is declared in a form that is a code;
    ``Table.claim`` is what the head says.

    Raises:
        DeliveryRefused: not VCT, cut short, a structure that cannot be followed, no such table.
    """
    file = _File(path, ask.encoding)
    _first_reading(file, ask)
    objects, shapes, found = _second_reading(file)
    bad = file.attributes.bad.keys()
    drawn = set(objects.ids)
    lone = [number for number in file.attributes.ids if number not in drawn]
    remarks = [*_remarks(file, objects.ids, lone), *found]
    objects.ids += lone
    objects.codes += [next(iter(file.codes)) if len(file.codes) == 1 else ""] * len(lone)
    columns: dict[str, Any] = {
        ID: np.array(objects.ids, object),
        CODE: np.array(objects.codes, object),
    }
    columns |= file.attributes.columns(objects.ids)
    return in_memory(
        path,
        file.chosen,
        columns,
        wkb=[*shapes, *[None] * len(lone)] if file.kind else None,
        claim=_claim(file),
        remarks=remarks,
        refused=frozenset(row for row, number in enumerate(objects.ids, start=1) if number in bad),
    )


def _claim(file: _File) -> Claim:
    head, xy = file.head, np.array(file.places, float).reshape(-1, 2)
    return Claim(head.datum, zone_of(xy), head.degrees, head.meridian, head.is_geographic)


def _first_reading(file: _File, ask: Ask) -> None:
    cursor = Cursor(file.path, file.encoding)
    seen: set[str] = set()
    while (line := cursor.maybe()) is not None:
        word = line.lower()
        if "headbegin" not in {*seen, word}:
            break
        seen.add(word)
        _section(file, cursor, ask, line)
    if "headbegin" not in seen or not file.features:
        raise DeliveryRefused(
            f"{file.path.name} 不是 VCT 文件：没有 HeadBegin 或 FeatureCodeBegin", HINT
        )
    if file.attributes.structure.fields and "attributebegin" not in seen:
        raise DeliveryRefused(f"{file.path.name} 不完整：没有属性段 AttributeBegin", "请重新传送")


def _section(file: _File, cursor: Cursor, ask: Ask, line: str) -> None:
    word = line.lower()
    if word == "headbegin":
        file.head = read_head(cursor)
    elif word == "featurecodebegin":
        file.features = read_features(cursor, file.head.separator)
        _choose(file, ask)
    elif word == "tablestructurebegin":
        structures = read_structures(cursor, file.head.separator)
        if file.chosen.lower() in structures:
            file.attributes = Attributes(structures[file.chosen.lower()])
    elif word in SECTIONS:
        _look_through(file, cursor, *SECTIONS[word])
    elif word == "attributebegin":
        _read_attributes(file, cursor)
    elif word in HARMLESS:
        count = sum(1 for _ in cursor.until(line[:-5] + "End"))
        file.annotations += count if word == "annotationbegin" else 0
    else:
        raise cursor.wrong(f"应为一段的开头，却是“{line[:40]}”")


def _choose(file: _File, ask: Ask) -> None:
    """Settle which table is read; feature names and codes lead to their tables."""
    tables = {f.table.lower(): f.table for f in file.features if f.table}
    by_word = {f.name.lower(): f.table for f in file.features} | {
        f.code: f.table for f in file.features
    }
    wanted = tuple(by_word.get(word.lower(), word) for word in ask.wanted)
    file.chosen = pick(sorted(tables.values()), replace(ask, wanted=wanted), file.path.name)
    file.codes = frozenset(f.code for f in file.features if f.table.lower() == file.chosen.lower())


def _look_through(file: _File, cursor: Cursor, kind: str, read: Section) -> None:
    """One section for the first time: shared lines are kept."""
    for record in read(cursor, file.head):
        if kind == "line" and file.kind == "polygon":
            file.edges.add(record.id, record.parts, record.trouble)
        if record.parts and len(record.parts[0]) and len(file.places) < MOST:
            file.places.append(record.parts[0][0])


def _read_attributes(file: _File, cursor: Cursor) -> None:
    for line in cursor.until("AttributeEnd"):
        if line.lower() == file.chosen.lower():
            file.attributes.read(cursor, file.head.separator)
        else:
            for _ in cursor.until("TableEnd"):
                pass


def _second_reading(file: _File) -> tuple[_Objects, list[bytes | None], list[Issue]]:
    """The chosen objects drawn, and what is wrong with them: of each kind the first."""
    objects, shapes, remarks = _Objects(), [], []
    told: Counter[str] = Counter()
    for row, record in enumerate(_chosen(file), start=1):
        objects.ids.append(record.id)
        objects.codes.append(record.code)
        shape, trouble = _drawn(file, record)
        shapes.append(shape)
        for code, text, severity in _wrong(file, record, trouble):
            told[code] += 1
            if told[code] <= MOST:
                where = f"第 {record.line} 行的要素 {record.id}：{text}"
                remarks.append(Issue(file.path.name, row, code, where, "", HINT, severity))
    for code, count in told.items():
        if count > MOST:
            text = f"这类问题（{code}）共 {count} 处，只列出 {MOST} 处"
            remarks.append(Issue(file.path.name, 0, "more-errors", text, severity=Severity.WARNING))
    return objects, shapes, remarks


def _chosen(file: _File) -> Iterator[VctRecord]:
    """The wanted objects, read once more."""
    if not file.kind:
        return
    cursor = Cursor(file.path, file.encoding)
    while (line := cursor.maybe()) is not None:
        kind, read = SECTIONS.get(line.lower(), ("", None))
        if read is None:
            continue
        for record in read(cursor, file.head):
            if kind == file.kind and record.code in file.codes:
                yield record


def _drawn(file: _File, record: VctRecord) -> tuple[bytes | None, str]:
    """WKB, or why there is none."""
    try:
        return shapely.to_wkb(_shape(file, record)), ""
    except DegenerateRing:
        return None, "有一圈不足三个不同的点"
    except ValueError as error:
        return None, str(error)


def _shape(file: _File, record: VctRecord) -> shapely.Geometry:
    """Raises BrokenRing, Degenerate or ValueError with what is wrong."""
    if record.trouble:
        raise BrokenRing(record.trouble)
    head = file.head
    parts = record.parts
    if record.edges:
        parts = file.edges.rings(record.edges, MET_DEGREES if head.is_geographic else MET)
    if not parts or not all(len(part) and np.isfinite(part).all() for part in parts):
        raise BrokenRing("没有坐标，或坐标不是有限数")
    if head.is_north_first:
        parts = [part[:, ::-1] for part in parts]
    if any(head.offset):
        parts = [part + head.offset for part in parts]
    return DRAWN[file.kind](parts)


def _points(parts: list[np.ndarray]) -> shapely.Geometry:
    xy = np.concatenate(parts)
    return shapely.Point(xy[0]) if len(xy) == 1 else shapely.MultiPoint(xy)


def _lines(parts: list[np.ndarray]) -> shapely.Geometry:
    """Segments that follow each other are one line."""
    joined = [parts[0]]
    for part in parts[1:]:
        if len(part) and len(joined[-1]) and (part[0] == joined[-1][-1]).all():
            joined[-1] = np.concatenate([joined[-1], part[1:]])
        else:
            joined.append(part)
    if any(len(part) < 2 or (part == part[0]).all() for part in joined):
        raise BrokenRing("线不足两个不同的点")
    lines = [shapely.LineString(part) for part in joined]
    return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)


DRAWN = {"point": _points, "line": _lines, "polygon": assemble}


def _remarks(file: _File, ids: list[int], lone: list[int]) -> Iterator[Issue]:
    name = file.path.name
    if file.annotations:
        text = "文件中的注记没有读入"
        yield Issue(name, 0, "vct-annotation", text, severity=Severity.WARNING)
    if file.head.is_north_first:
        text = "文件头写明先北后东，已按先东后北读取"
        yield Issue(name, 0, "vct-axes", text, severity=Severity.WARNING)
    twice = [number for number, count in Counter(ids).items() if count > 1]
    if twice:
        text = f"标识码 {'、'.join(map(str, twice[:8]))} 等 {len(twice)} 个各有多个图形"
        yield Issue(name, 0, "vct-repeated", text, hint=HINT, severity=Severity.WARNING)
    if lone and file.kind:
        text = f"{len(lone)} 条属性没有图形：标识码 {'、'.join(map(str, lone[:8]))}"
        yield Issue(name, 0, "vct-no-geometry", text, hint=HINT, severity=Severity.WARNING)


def _wrong(file: _File, record: VctRecord, trouble: str) -> Iterator[tuple[str, str, Severity]]:
    if trouble:
        yield "vct-shape", trouble, Severity.ERROR
    if record.id in file.attributes.bad:
        yield "vct-attributes", file.attributes.bad[record.id], Severity.ERROR
    elif file.attributes.structure.fields and record.id not in file.attributes:
        yield "vct-attributes", "没有属性", Severity.WARNING
