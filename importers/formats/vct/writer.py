"""Writes VCT 2.0 and 3.0: for round trips, and for systems that take nothing else.

Polygons of one table share lines as the format wants it: boundaries are cut where more
than two directions meet, each piece is written once, and the neighbour refers to it
reversed. The pieces bear the feature code of plain lines without meaning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

EDGE_CODE = "1099000000"  # 仅用于构面的线, as exchange files have it
PER_LINE = 8  # references in one line
Vertex = tuple[float, float]
TITLES = {"point": "Point", "line": "Line", "polygon": "Polygon", "": "NoneGeometry"}


@dataclass(frozen=True)
class VctTable:
    """One feature class. ``fields`` are (name, type as in ``Char,10``); rows go with shapes."""

    code: str
    name: str
    kind: str
    table: str
    fields: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Any]]
    shapes: Sequence[shapely.Geometry | None] = ()


def write_vct(
    path: Path, tables: Sequence[VctTable], version: str = "3.0", head: Mapping[str, str] = {}
) -> None:
    """Write tables as GB18030 text. Coordinates are written so that they read back equal.

    Raises:
        ValueError: a value that holds the separator or a line break, or a shape of another
            kind than its table.
    """
    out = ["HeadBegin", "Datamark:LANDUSE-VCT", f"Version:{version}"]
    out += [f"{key}:{value}" for key, value in head.items() if key != "Version"]
    out += ["Separator:,", "HeadEnd", "FeatureCodeBegin"]
    out += [f"{t.code},{t.name},{TITLES[t.kind]},{t.table}" for t in tables]
    out += ["FeatureCodeEnd", "TableStructureBegin"]
    for t in tables:
        out += [f"{t.table},{len(t.fields)}", *(f"{name},{kind}" for name, kind in t.fields)]
    out += ["TableStructureEnd"]
    body = _Body(version.startswith("3"))
    rows = [line for t in tables for line in body.take(t)]
    for kind in ("point", "line", "polygon"):
        word = TITLES[kind]
        out += [f"{word}Begin", *body.sections[kind], f"{word}End"]
    out += ["AttributeBegin", *rows, "AttributeEnd"]
    path.write_text("\r\n".join(out) + "\r\n", encoding="gb18030", newline="")


class _Body:
    """The sections of objects as they grow; identifiers run through all of them."""

    def __init__(self, is_third: bool) -> None:
        self.is_third = is_third
        self.last = 0
        self.sections: dict[str, list[str]] = {"point": [], "line": [], "polygon": []}
        self.edges: dict[tuple[Vertex, ...], int] = {}

    def take(self, table: VctTable) -> list[str]:
        """Add a table's objects; the lines of its attribute section."""
        pieces = _pieces(table.shapes) if table.kind == "polygon" else {}
        lines = [table.table]
        shapes = table.shapes or [None] * len(table.rows)
        for row, shape in zip(table.rows, shapes, strict=True):
            number = self._next()
            if shape is not None:
                self._add(number, table, shape, pieces)
            lines.append(",".join([str(number), *(_cell(value) for value in row)]))
        return [*lines, "TableEnd"]

    def _next(self) -> int:
        self.last += 1
        return self.last

    def _add(
        self,
        number: int,
        table: VctTable,
        shape: shapely.Geometry,
        pieces: Mapping[tuple[Vertex, ...], list[tuple[Vertex, ...]]],
    ) -> None:
        parts = [_vertices(part) for part in shapely.get_parts(shape)]
        begin = [str(number), table.code, table.name if not self.is_third else "Unknown"]
        if table.kind == "point":
            points = [part[0] for part in parts]
            count = [str(len(points))] if self.is_third or len(points) > 1 else []
            self._write("point", [*begin, "1", *count, *map(_place, points)])
        elif table.kind == "line":
            self._write("line", [*begin, "1", *self._segments(parts)])
        else:
            label = _place(_vertices(shape.representative_point())[0])
            kind, by_lines = (["100"], ["21"]) if self.is_third else ([], [])
            named, lines = self._references(shape, pieces)
            self._write("polygon", [*begin, *kind, label, *by_lines, str(named), *lines])

    def _write(self, kind: str, lines: Sequence[str]) -> None:
        self.sections[kind] += [*lines, "0"] if self.is_third else lines

    def _segments(self, parts: Sequence[tuple[Vertex, ...]]) -> list[str]:
        if not self.is_third and len(parts) > 1:
            raise ValueError("VCT 2.0 has no lines of several parts")
        found = [str(len(parts))] if self.is_third else []
        for part in parts:
            found += ["11"] if self.is_third else []
            found += [str(len(part)), *map(_place, part)]
        return found

    def _references(
        self,
        shape: shapely.Geometry,
        pieces: Mapping[tuple[Vertex, ...], list[tuple[Vertex, ...]]],
    ) -> tuple[int, list[str]]:
        found: list[int] = []
        for ring in _rings(shape):
            found += [0] if found else []
            found += [self._edge(piece) for piece in pieces[ring]]
        chunks = [found[i : i + PER_LINE] for i in range(0, len(found), PER_LINE)]
        return len(found), [",".join(map(str, chunk)) for chunk in chunks]

    def _edge(self, piece: tuple[Vertex, ...]) -> int:
        backwards = piece[::-1]
        if backwards in self.edges:
            return -self.edges[backwards]
        if piece not in self.edges:
            self.edges[piece] = number = self._next()
            begin = [str(number), EDGE_CODE, "Unknown", "1"]
            self._write("line", [*begin, *self._segments([piece])])
        return self.edges[piece]


def _pieces(
    shapes: Sequence[shapely.Geometry | None],
) -> dict[tuple[Vertex, ...], list[tuple[Vertex, ...]]]:
    """Every ring cut at its nodes: ring → its pieces, which neighbours have in common."""
    rings = [ring for shape in shapes if shape is not None for ring in _rings(shape)]
    beside: dict[Vertex, set[Vertex]] = {}
    for ring in rings:
        for a, b in zip(ring, ring[1:], strict=False):
            beside.setdefault(a, set()).add(b)
            beside.setdefault(b, set()).add(a)
    nodes = {vertex for vertex, others in beside.items() if len(others) != 2}
    return {ring: _cut(ring, nodes) for ring in rings}


def _cut(ring: tuple[Vertex, ...], nodes: set[Vertex]) -> list[tuple[Vertex, ...]]:
    """The pieces of a closed ring; one without nodes begins at its smallest vertex, so that
    the hole and the island in it begin alike."""
    is_node = nodes.__contains__ if nodes.intersection(ring) else min(ring).__eq__
    start = next(i for i, vertex in enumerate(ring) if is_node(vertex))
    turned = [*ring[start:-1], *ring[:start], ring[start]]
    pieces, piece = [], [turned[0]]
    for vertex in turned[1:]:
        piece.append(vertex)
        if is_node(vertex):
            pieces.append(tuple(piece))
            piece = [vertex]
    return pieces


def _rings(shape: shapely.Geometry) -> list[tuple[Vertex, ...]]:
    return [
        _vertices(ring)
        for part in shapely.get_parts(shape)
        for ring in (part.exterior, *part.interiors)
    ]


def _vertices(shape: shapely.Geometry) -> tuple[Vertex, ...]:
    return tuple(map(tuple, shapely.get_coordinates(shape).tolist()))


def _place(vertex: Vertex) -> str:
    return f"{vertex[0]!r},{vertex[1]!r}"


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    if "," in text or "\n" in text or "\r" in text:
        raise ValueError(f"VCT cannot hold {text!r}")
    return text
