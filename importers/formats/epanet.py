"""EPANET networks (.inp): tables ``nodes`` and ``links`` of a hydraulic model.

The format is as the EPANET 2.2 user manual gives it (US EPA, appendix C, "Input File
Format"): sections in any order, known by their first four letters in any case; ``;``
begins a comment; tokens stand between blanks, tabs or commas. Without UNITS in [OPTIONS]
flows are GPM. US flow units go with feet and inches, metric ones with metres and
millimetres. Coordinates are of whatever plane the modeller drew in: no CRS is claimed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

import shapely

from importers.errors import DeliveryRefused
from importers.formats import texts
from importers.values.issues import Issue, Severity
from importers.values.table import Ask, Table, in_memory, pick

NODES, LINKS = "nodes", "links"
MOST_LINES = 5_000_000
MOST_REMARKS = 10_000
US_UNITS = ("CFS", "GPM", "MGD", "IMGD", "AFD")
SI_UNITS = ("LPS", "LPM", "MLD", "CMH", "CMD", "CMS", "SI")  # CMS since 2.3; SI means LPS
DEFAULT_UNITS = "GPM"
INCH_MM, FOOT_M = 25.4, 0.3048
NODE_KINDS = {"JUNC": "junction", "RESE": "reservoir", "TANK": "tank"}
FEATURES = {"junction": "节点"}  # a point of the register is a feature or a fitting
FITTINGS = {"reservoir": "水源", "tank": "水池"}
LINK_KINDS = {"PIPE": "pipe", "PUMP": "pump", "VALV": "valve"}
PIPE_STATES = ("OPEN", "CLOSED", "CV")
# What only the other program of that family, SWMM, has under the same ending.
SWMM = ("COND", "SUBC", "OUTF")
_HEADING = re.compile(r"^\[\s*([^\]\s]+)")
_BLANKS = re.compile(r"[\s,]+")
Entry = tuple[int, list[str]]  # line number, tokens
Place = tuple[float, float]


@dataclass
class Model:
    """The sections by the first four letters of their names, as lines of tokens."""

    file: str
    sections: dict[str, list[Entry]] = field(default_factory=dict)
    remarks: list[Issue] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    units: str = DEFAULT_UNITS

    def of(self, name: str) -> list[Entry]:
        """The lines of one section, none where it is missing."""
        return self.sections.get(name, [])

    @property
    def is_us(self) -> bool:
        """Whether lengths are feet and diameters inches."""
        return self.units in US_UNITS

    def say(
        self,
        row: int,
        code: str,
        text: str,
        column: str = "",
        hint: str = "请在水力模型中改正后重新导出",
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note a finding; their number is bounded, file-wide ones always come."""
        if row and severity is Severity.ERROR:
            self.refused.add(row)
        if row == 0 or len(self.remarks) < MOST_REMARKS:
            self.remarks.append(Issue(self.file, row, code, text, column, hint, severity))

    def warn(self, code: str, text: str, hint: str = "") -> None:
        """Note something about the file as a whole."""
        self.say(0, code, text, hint=hint, severity=Severity.WARNING)


def open_epanet(path: Path, ask: Ask) -> Table:
    """The nodes or the links of an EPANET network, in file order.

    Numbers stay as stated; ``height_m``, ``length_m`` and ``diameter_mm`` are the same in
    metres and millimetres. CRS: none.

    Raises:
        DeliveryRefused: it is no EPANET network, or neither table is asked for.
    """
    model = Model(path.name)
    _read(path, ask.encoding, model)
    name = pick((NODES, LINKS), ask, path.name)
    model.units = _units(model)
    places = _places(model)
    columns, shapes = _nodes(model, places) if name == NODES else _links(model, places)
    if not shapes:
        raise DeliveryRefused(f"{path.name} 的表 {name} 里没有一行", "请核对导出的管网")
    return in_memory(
        path, name, columns, shapes, remarks=model.remarks, refused=frozenset(model.refused)
    )


def _read(path: Path, encoding: str, model: Model) -> None:
    """Sort the file's lines by section. Raises DeliveryRefused."""
    section, found = "", model.sections
    for number, raw in texts.lines(path, encoding):
        if number > MOST_LINES:
            raise DeliveryRefused(f"{path.name} 超过 {MOST_LINES} 行", "请按片区分开导出")
        line = raw.partition(";")[0].strip()
        if heading := _HEADING.match(line):
            section = heading.group(1).upper()[:4]
            if section == "END":
                break
            found.setdefault(section, [])
        elif section and section != "TITL" and (tokens := [t for t in _BLANKS.split(line) if t]):
            found[section].append((number, tokens))
    if any(name in found for name in SWMM):
        raise DeliveryRefused(
            f"{path.name} 是 SWMM 排水模型，不是 EPANET 管网", "请提交 EPANET 的 INP 文件"
        )
    if "PIPE" not in found or not any(name in found for name in NODE_KINDS):
        raise DeliveryRefused(
            f"{path.name} 不是 EPANET 管网文件，没有 [JUNCTIONS] 与 [PIPES] 两段",
            "请在 EPANET 中用“导出—管网”另存为 INP 文件",
        )


def _units(model: Model) -> str:
    """The flow units in force; that they are unsaid is told. Raises DeliveryRefused on unknown ones."""
    stated = ""
    for _, tokens in model.of("OPTI"):
        if tokens[0].upper() == "UNITS" and len(tokens) > 1:
            stated = tokens[1].upper()
    if not stated:
        text = f"[OPTIONS] 没有写 UNITS，按 EPANET 的规定作 {DEFAULT_UNITS}（英尺、英寸）"
        model.warn("units-default", text, "请核对流量单位")
        return DEFAULT_UNITS
    if stated not in US_UNITS + SI_UNITS:
        raise DeliveryRefused(
            f"{model.file} 的流量单位 {stated[:20]} 不是 EPANET 的单位",
            f"可用：{'、'.join(US_UNITS + SI_UNITS)}",
        )
    return stated


def _places(model: Model) -> dict[str, Place]:
    """Where each node lies: node → (x, y); the last line counts, as in EPANET."""
    found: dict[str, Place] = {}
    for number, tokens in model.of("COOR"):
        if place := _place(tokens[1:3]):
            found[tokens[0]] = place
        else:
            model.warn("coordinate-line", f"第 {number} 行的坐标不是两个数：{_shown(tokens)}")
    return found


def _vertices(model: Model) -> dict[str, list[Place]]:
    """The bends of each link in file order: link → [(x, y)]."""
    found: dict[str, list[Place]] = {}
    for number, tokens in model.of("VERT"):
        if place := _place(tokens[1:3]):
            found.setdefault(tokens[0], []).append(place)
        else:
            model.warn("coordinate-line", f"第 {number} 行的折点不是两个数：{_shown(tokens)}")
    return found


def _nodes(model: Model, places: Mapping[str, Place]) -> tuple[dict[str, list], list]:
    demands = _demands(model)
    rows: list[dict[str, Any]] = []
    shapes: list[shapely.Geometry | None] = []
    for row, (kind, number, tokens) in enumerate(_entries(model, NODE_KINDS), start=1):
        name = tokens[0]
        height = _number(model, row, number, tokens, 1, "elevation")
        is_junction = kind == "junction"
        stated = _number(model, row, number, tokens, 2, "demand") if is_junction else None
        place = places.get(name)
        if place is None:
            text = f"第 {number} 行的节点 {name} 在 [COORDINATES] 里没有坐标"
            model.say(row, "coordinate-missing", text, "geom", "请补上坐标后重新导出")
        shapes.append(shapely.Point(place) if place else None)
        rows.append(
            {
                "id": name,
                "kind": kind,
                "特征": FEATURES.get(kind),
                "附属物": FITTINGS.get(kind),
                "elevation": height,
                "demand": demands.get(name, stated),
                # a reservoir's is a head, not a height of the ground
                "height_m": None if kind == "reservoir" else _metres(model, height),
                "单位": model.units,
                "文件行号": number,
            }
        )
    _check_unique(model, [row["id"] for row in rows])
    return _by_column(rows), shapes


def _links(model: Model, places: Mapping[str, Place]) -> tuple[dict[str, list], list]:
    known = {tokens[0] for name in NODE_KINDS for _, tokens in model.of(name)}
    states = {t[0]: t[1].upper() for _, t in model.of("STAT") if len(t) > 1}
    bends = _vertices(model)
    rows: list[dict[str, Any]] = []
    shapes: list[shapely.Geometry | None] = []
    for row, (kind, number, tokens) in enumerate(_entries(model, LINK_KINDS), start=1):
        values = _link(model, row, number, kind, tokens)
        values["status"] = states.get(tokens[0], values["status"])
        shapes.append(_line(model, row, values, known, places, bends.get(tokens[0], [])))
        rows.append(values)
    _check_unique(model, [row["id"] for row in rows])
    return _by_column(rows), shapes


def _link(model: Model, row: int, number: int, kind: str, tokens: list[str]) -> dict[str, Any]:
    """One link's values: pipes are id, nodes, length, diameter, roughness, loss, status."""
    padded = [*tokens, *[""] * 3]
    if len(tokens) < 3:
        model.say(row, "link-short", f"第 {number} 行缺少起点或终点节点：{_shown(tokens)}")
    at = {"pipe": (3, 4, 5), "valve": (None, 3, None), "pump": (None, None, None)}[kind]
    length, diameter, roughness = (
        _number(model, row, number, tokens, position, column) if position else None
        for position, column in zip(at, ("length", "diameter", "roughness"), strict=True)
    )
    return {
        "id": tokens[0],
        "kind": kind,
        "node1": padded[1] or None,
        "node2": padded[2] or None,
        "length": length,
        "diameter": diameter,
        "roughness": roughness,
        "status": _stated_status(kind, tokens),
        "valve_type": tokens[4].upper() if kind == "valve" and len(tokens) > 4 else None,
        "length_m": _metres(model, length),
        "diameter_mm": (section := _millimetres(model, diameter)),
        "管径": None if section is None else f"{section:.10g}",
        "单位": model.units,
        "文件行号": number,
    }


def _line(
    model: Model,
    row: int,
    link: Mapping[str, Any],
    known: set[str],
    places: Mapping[str, Place],
    bends: list[Place],
) -> shapely.Geometry | None:
    """The link from node to node over its bends, or None with the reason noted."""
    number = link["文件行号"]
    for column in ("node1", "node2"):
        name = link[column]
        if name is None:
            return None
        if name not in known:
            text = f"第 {number} 行的管段 {link['id']} 所连节点 {name} 不存在"
            model.say(row, "node-unknown", text, column)
            return None
        if name not in places:
            text = f"第 {number} 行的管段 {link['id']} 所连节点 {name} 没有坐标"
            model.say(row, "coordinate-missing", text, column, "请补上坐标后重新导出")
            return None
    if link["node1"] == link["node2"]:
        text = f"第 {number} 行的管段 {link['id']} 起点与终点是同一节点 {link['node1']}"
        model.say(row, "link-loop", text, "node2")
        return None
    return shapely.LineString([places[link["node1"]], *bends, places[link["node2"]]])


def _entries(model: Model, kinds: Mapping[str, str]) -> Iterator[tuple[str, int, list[str]]]:
    for section, kind in kinds.items():
        for number, tokens in model.of(section):
            # EPANET takes a tank line of at most three tokens for a reservoir
            is_bare = section == "TANK" and len(tokens) <= 3
            yield ("reservoir" if is_bare else kind), number, tokens


def _demands(model: Model) -> dict[str, float]:
    """Demands by category, summed: they stand in place of the junction's own."""
    found: dict[str, float] = {}
    for _, tokens in model.of("DEMA"):
        if len(tokens) > 1 and tokens[0].upper() != "MULTIPLY":
            value = _float(tokens[1])
            if value is None:
                model.warn("demand-line", f"[DEMANDS] 的 {_shown(tokens)} 不是数，没有计入")
            else:
                found[tokens[0]] = found.get(tokens[0], 0.0) + value
    return found


def _stated_status(kind: str, tokens: Sequence[str]) -> str | None:
    """OPEN, CLOSED or CV of a pipe, which may leave out the minor loss; OPEN is the default."""
    if kind == "pump":
        return "OPEN"
    if kind == "valve":
        return None  # it works at its setting unless [STATUS] says otherwise
    last = tokens[-1].upper() if len(tokens) > 6 else ""
    return last if last in PIPE_STATES else "OPEN"


def _number(
    model: Model, row: int, line: int, tokens: Sequence[str], position: int, column: str
) -> float | None:
    """A number at its place, None where it is left out; anything else is an error."""
    if position >= len(tokens):
        return None
    value = _float(tokens[position])
    if value is None:
        text = f"第 {line} 行 {tokens[0][:40]} 的 {column} 不是数：{tokens[position][:40]}"
        model.say(row, "not-a-number", text, column)
    return value


def _check_unique(model: Model, names: Sequence[str]) -> None:
    first: dict[str, int] = {}
    for row, name in enumerate(names, start=1):
        if first.setdefault(name, row) != row:
            text = f"编号 {name[:40]} 与第 {first[name]} 条重复"
            model.say(row, "duplicate-id", text, "id")


def _place(tokens: Sequence[str]) -> Place | None:
    values = [_float(token) for token in tokens]
    if len(values) != 2 or values[0] is None or values[1] is None:
        return None
    return values[0], values[1]


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _metres(model: Model, value: float | None) -> float | None:
    return _converted(value, FOOT_M if model.is_us else 1.0)


def _millimetres(model: Model, value: float | None) -> float | None:
    return _converted(value, INCH_MM if model.is_us else 1.0)


def _converted(value: float | None, factor: float) -> float | None:
    return None if value is None else round(value * factor, 6)


def _by_column(rows: Sequence[Mapping[str, Any]]) -> dict[str, list]:
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def _shown(tokens: Sequence[str]) -> str:
    return " ".join(tokens)[:40]
