"""DXF drawings, as CASS writes them: a table is a CAD layer, a row is one entity.

A layer whose entities are of several kinds can be narrowed by ``图层:点``, ``图层:线`` or
``图层:面``. Objects that CASS marks in extended data (``dxf_cass``) are tables too, whatever
layer they lie on: ``宗地``. Only the model space is read; blocks stay points. Geometries are
plane, arcs are chords (``dxf_curves``). Units are not converted, no CRS is declared; a zone
prefix of the eastings is claimed.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from importers.errors import DeliveryRefused
from importers.formats import dxf_cass, dxf_entities, dxf_file
from importers.formats.dxf_curves import CHORD_ERROR_M
from importers.formats.dxf_file import remark
from importers.formats.survey_text_head import zone_of
from importers.values.issues import Issue
from importers.values.table import Ask, Table, in_memory
from spatial.crs import Claim

FAMILIES = (dxf_entities.POINT, dxf_entities.LINE, dxf_entities.AREA)
OWN = ("图层", "实体类型", "句柄", "颜色", "高程", "文字", "块名", "圆弧")
METRES = (0, 6)  # $INSUNITS: not stated, metres (Autodesk DXF Reference, HEADER)
UNITS = {1: "英寸", 2: "英尺", 4: "毫米", 5: "厘米", 7: "千米"}
_UNSOUND = re.compile("[\x00\ud800-\udfff]")  # bytes that are no text, as ezdxf hands them on
MOST_LISTED = 40
MOST_REMARKS = 10_000
MOST_TAGS = 200  # of block attributes, as columns


@dataclass
class EntityGroup:
    """Entities that can be read as one table, by family; and those that cannot, by type."""

    name: str
    read: list[tuple[str, Any]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def only(self, family: str) -> "EntityGroup":
        """The same layer narrowed to points, lines or areas."""
        kept = [(kind, entity) for kind, entity in self.read if kind == family]
        return EntityGroup(f"{self.name}:{family}", kept)

    def words(self) -> str:
        """Name, meaning and counts, for a person to choose by."""
        counts = Counter(kind for kind, _ in self.read)
        meaning = dxf_cass.meaning(self.name)
        said = "、".join(f"{kind} {counts[kind]}" for kind in FAMILIES if counts[kind])
        return f"{self.name}（{meaning}，{said}）" if meaning else f"{self.name}（{said}）"


@dataclass
class _Sheet:
    """Rows as they are read: columns, shapes, findings, what is counted for the remarks."""

    file: str
    columns: dict[str, list]
    shapes: list[bytes | None] = field(default_factory=list)
    remarks: list[Issue] = field(default_factory=list)
    damaged: set[int] = field(default_factory=set)
    corners: list[tuple[float, float]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, values: Mapping[str, Any], shape: shapely.Geometry | None) -> None:
        """Take in a row; columns that came up later are empty in the rows before."""
        row = len(self.shapes) + 1
        for name in values.keys() - self.columns.keys():
            if len(self.columns) < MOST_TAGS:
                self.columns[name] = [None] * (row - 1)
            else:
                self.counts["tags"] += 1
        for name, column in self.columns.items():
            value = values.get(name)
            if isinstance(value, str) and not _is_sound(value):
                value = _plain(value)
                self.damaged.add(row)
            column.append(value)
        self.shapes.append(shapely.to_wkb(shape) if shape is not None else None)


def open_dxf(path: Path, ask: Ask) -> Table:
    """One CAD layer, or the objects of one CASS code, in the drawing's order.

    Raises:
        DeliveryRefused: not a whole DXF, damaged, too large, nothing in it, or none of several
            layers is asked for.
    """
    drawing, remarks = dxf_file.load(path, ask.encoding, ask.folder)
    layers, marked = _grouped(drawing)
    group = _chosen(layers, marked, ask, path.name)
    sheet = _sheet(path.name, group, drawing)
    zone = zone_of(np.array(sheet.corners, float).reshape(-1, 2))
    return in_memory(
        path,
        group.name,
        sheet.columns,
        wkb=sheet.shapes,
        claim=Claim(zone=zone) if zone else None,
        encoding=drawing.encoding,
        undecodable=frozenset(sheet.damaged),
        remarks=[*remarks, *_remarks(path.name, drawing, group, sheet), *sheet.remarks],
    )


def _grouped(drawing: Any) -> tuple[dict[str, EntityGroup], dict[str, EntityGroup]]:
    """The model space by layer, and by what CASS marks, names folded."""
    layers: dict[str, EntityGroup] = {}
    marked: dict[str, EntityGroup] = {}
    known = dxf_cass.kinds()
    for entity in drawing.modelspace():
        name = _layer(entity)
        group = layers.setdefault(name.casefold(), EntityGroup(name))
        try:
            family = dxf_entities.family(entity)
            kind = known.get(dxf_cass.code_of(entity))
        except dxf_file.TROUBLE:
            group.skipped[f"数据损坏的 {entity.dxftype()}"] += 1
            continue
        if not family:
            group.skipped[entity.dxftype()] += 1
            continue
        group.read.append((family, entity))
        if kind and kind.family == family:
            marked.setdefault(kind.name, EntityGroup(kind.name)).read.append((family, entity))
    return layers, marked


def _chosen(
    layers: Mapping[str, EntityGroup], marked: Mapping[str, EntityGroup], ask: Ask, file: str
) -> EntityGroup:
    """What is asked for: a marked kind comes before a layer of the same name."""
    filled = {name: group for name, group in layers.items() if group.read}
    if not filled:
        listed = _counted(sum((group.skipped for group in layers.values()), Counter()))
        raise DeliveryRefused(
            f"{file} 的模型空间里没有可读取的图形" + (f"，只有 {listed}" if listed else ""),
            "请核对图形是否画在模型空间",
        )
    for wanted in ask.wanted:
        name, _, family = wanted.casefold().replace("：", ":").rpartition(":")
        if found := marked.get(wanted) or filled.get(wanted.casefold()):
            return found
        if family in FAMILIES and name in filled and (narrowed := filled[name].only(family)).read:
            return narrowed
    if len(filled) == 1:
        return next(iter(filled.values()))
    known = [group.words() for group in (*marked.values(), *filled.values())]
    more = f"等 {len(known)} 个" if len(known) > MOST_LISTED else ""
    raise DeliveryRefused(
        f"{file} 内有多个图层：{'；'.join(known[:MOST_LISTED])}{more}",
        "请用 --table 指明，如 JMD 或 JMD:面",
        tables=[group.name for group in filled.values()],
    )


def _sheet(file: str, group: EntityGroup, drawing: Any) -> _Sheet:
    sheet = _Sheet(file, {name: [] for name in (*OWN, *dxf_cass.columns())})
    nested = _nesting(drawing)
    for family, entity in group.read:
        try:
            _add(sheet, family, entity, nested)
        except dxf_file.TROUBLE as error:
            why = str(error) if isinstance(error, dxf_entities.UnusableEntity) else "实体数据已损坏"
            _refuse(sheet, entity, why)
    return sheet


def _add(sheet: _Sheet, family: str, entity: Any, nested: set[str]) -> None:
    drawn = dxf_entities.draw(entity, family)
    values = {
        **_attributes(entity),
        **dxf_cass.values(entity),
        "图层": _layer(entity),
        "实体类型": entity.dxftype(),
        "句柄": entity.dxf.handle,
        "颜色": entity.dxf.get("color", 256),
        "高程": drawn.height,
        "文字": _text(entity),
        "块名": entity.dxf.name if entity.dxftype() == "INSERT" else None,
        "圆弧": drawn.arcs,
    }
    sheet.add(values, drawn.shape)
    sheet.corners.append(drawn.shape.bounds[:2])
    counts = sheet.counts
    counts["arcs"] += drawn.arcs
    counts["curved"] += bool(drawn.arcs)
    counts["heights"] += drawn.height is None
    if entity.dxftype() == "INSERT":
        counts["nested"] += entity.dxf.name in nested
        counts["arrays"] += entity.mcount > 1
    elif family == dxf_entities.AREA and entity.dxftype().endswith("POLYLINE"):
        counts["unflagged"] += dxf_entities.closes_itself(entity)


def _refuse(sheet: _Sheet, entity: Any, why: str) -> None:
    """A row without geometry, with what is wrong with it."""
    handle, layer = entity.dxf.get("handle", "?"), _layer(entity)
    sheet.add({"图层": layer, "实体类型": entity.dxftype(), "句柄": handle}, None)
    if len(sheet.remarks) < MOST_REMARKS:
        text = f"图层 {layer} 的 {entity.dxftype()}（句柄 {handle}）：{why}"
        row = len(sheet.shapes)
        hint = "请在 CAD 中按句柄查找并改正后重新另存"
        sheet.remarks.append(Issue(sheet.file, row, "entity-shape", text, "geom", hint))


def _attributes(entity: Any) -> dict[str, str | None]:
    """A block's attributes by tag; a tag named like a column of ours bears a mark."""
    if entity.dxftype() != "INSERT":
        return {}
    found: dict[str, str | None] = {}
    taken = {*OWN, *dxf_cass.columns()}
    for attribute in entity.attribs:
        tag = _plain(attribute.dxf.get("tag", "")).strip() or "?"
        tag = f"{tag}（块属性）" if tag in taken else tag
        text = attribute.plain_text().strip()
        found[tag] = "|".join(filter(None, (found.get(tag), text))) or None
    return found


def _layer(entity: Any) -> str:
    """The layer's name; an entity without one, or of no known type, lies on 0."""
    return _plain(entity.dxf.layer) if entity.dxf.hasattr("layer") else "0"


def _text(entity: Any) -> str | None:
    if entity.dxftype() not in ("TEXT", "MTEXT"):
        return None
    return entity.plain_text().strip() or None


def _nesting(drawing: Any) -> set[str]:
    """The names of blocks that hold other blocks."""
    return {block.name for block in drawing.blocks if any(e.dxftype() == "INSERT" for e in block)}


def _remarks(file: str, drawing: Any, group: EntityGroup, sheet: _Sheet) -> Iterator[Issue]:
    """What is to say of the drawing and the table as a whole."""
    yield from _of_units(file, drawing)
    if group.skipped:
        text = f"图层 {group.name} 里有不读取的实体：{_counted(group.skipped)}"
        yield remark(file, "entity-skipped", text, "需要的请在 CAD 中转为多段线、点或文字")
    elsewhere = sum(_drawn_on(layout) for layout in drawing.layouts if layout.name != "Model")
    if elsewhere:
        text = f"布局（图纸空间）里有 {elsewhere} 个实体，没有读取"
        yield remark(file, "paperspace-skipped", text, "需要的请移到模型空间")
    counts = sheet.counts
    said = {
        "curved": f"{counts['curved']} 个实体含 {counts['arcs']} 段圆弧或曲线，"
        f"按弦高不超过 {CHORD_ERROR_M:g} 米化为折线，原文件照原样存档",
        "heights": f"{counts['heights']} 个实体的高程逐点不同，图形只取平面，高程列为空",
        "unflagged": f"{counts['unflagged']} 条多段线没有“闭合”标记而首尾重合，按面读取",
        "nested": f"{counts['nested']} 个块内还有块，只取插入点，块内图形没有展开",
        "arrays": f"{counts['arrays']} 个块是阵列，只取第一个插入点",
        "tags": f"块属性超过 {MOST_TAGS} 种，多出的没有读取（{counts['tags']} 处）",
    }
    codes = {
        "curved": "arcs-flattened", "heights": "heights-dropped", "unflagged": "closed-unflagged",
        "nested": "insert-nested", "arrays": "insert-array", "tags": "attributes-dropped",
    }  # fmt: skip
    for key, text in said.items():
        if counts[key]:
            yield remark(file, codes[key], text)


def _of_units(file: str, drawing: Any) -> Iterator[Issue]:
    units = drawing.header.get("$INSUNITS", 0)
    if units not in METRES:
        name = UNITS.get(units, f"代号 {units}")
        text = f"图形单位（$INSUNITS）写的是{name}，坐标按所写的数读取，没有换算"
        yield remark(file, "units", text, "请核对坐标是否以米为单位")


def _drawn_on(layout: Iterable[Any]) -> int:
    return sum(entity.dxftype() != "VIEWPORT" for entity in layout)


def _counted(counts: Mapping[str, int]) -> str:
    return "、".join(f"{_plain(name)} {count} 个" for name, count in sorted(counts.items()))


def _plain(text: str) -> str:
    """A text that can be shown and stored, whatever bytes it came from."""
    return text if _is_sound(text) else _UNSOUND.sub("\ufffd", text)


def _is_sound(text: str) -> bool:
    return not _UNSOUND.search(text)
