"""Whether a file is whole, and what its ending promises, before a reader makes do with less.

GDAL opens a file by its content, whatever its name: a .geojson may hold a virtual dataset
that reads other files. So the first bytes are looked at here, before GDAL sees them.
"""

import codecs
import json
import re
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np

from importers.errors import DeliveryRefused

SHAPE_MAGIC = 9994
SQLITE_MAGIC = b"SQLite format 3\0"
CHUNK = 1 << 20
BOM = b"\xef\xbb\xbf"
HEAD = 64 * 1024
FETCHED = 50_000
SINGLE = 2**24  # from here on, a float of four bytes leaves whole numbers out
# What has GDAL run commands or open other data (GDAL's drivers GDALG, VRT, WFS, WMS).
ACTIVE = (b"gdal_streamed_alg", b"<ogrvrtdatasource", b"<vrtdataset", b"<ogrwfsdatasource", b"<gdal_wms")  # fmt: skip
# expat's codes for an encoding that it does not know, or bytes that are not of it
FOREIGN = {
    expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING],
    expat.errors.codes[expat.errors.XML_ERROR_INCORRECT_ENCODING],
}
INTEGERS = {
    "TINYINT": 32,
    "SMALLINT": 16,
    "MEDIUMINT": 32,
    "INT": 64,
    "INTEGER": 64,
}  # as GDAL reads
BLOCK_LINE = re.compile(r"(?m)^[^\n]*(?:,[^,\n]*){6,},\s*@\s*$")  # 界址点数,面积,…,@

# First bytes: as the formats' own documents give them.
MAGIC = (
    ("zip", 0, b"PK\x03\x04"), ("zip", 0, b"PK\x05\x06"), ("rar", 0, b"Rar!\x1a\x07"),
    ("7z", 0, b"7z\xbc\xaf\x27\x1c"), ("gzip", 0, b"\x1f\x8b"), ("ole", 0, b"\xd0\xcf\x11\xe0"),
    ("mdb", 4, b"Standard Jet DB"), ("mdb", 4, b"Standard ACE DB"), ("dwg", 0, b"AC10"),
    ("sqlite", 0, SQLITE_MAGIC), ("pdf", 0, b"%PDF"), ("fgb", 0, b"fgb\x03fgb"),
    ("shp", 0, b"\x00\x00\x27\x0a"), ("tiff", 0, b"II*\0"), ("tiff", 0, b"MM\0*"),
    ("image", 0, b"\x89PNG"), ("image", 0, b"\xff\xd8\xff"), ("pbf", 6, b"\x09OSMHeader"),
)  # fmt: skip
_RENAME = "请把扩展名改为 {} 后重交"
_REPACK = "请用 zip 重新打包"
KINDS = {
    "zip": (" zip 压缩包", _RENAME.format(".zip")),
    "rar": (" RAR 压缩包", _REPACK),
    "7z": (" 7z 压缩包", _REPACK),
    "gzip": (" gzip 压缩文件", _REPACK),
    "ole": ("旧版 Office 文件（如 XLS）", "若是表格，" + _RENAME.format(".xls")),
    "mdb": (
        " Access 数据库",
        "请在 ArcGIS 中导出为文件地理数据库或 GeoPackage；纯表格请导出为 XLSX",
    ),
    "dwg": (" DWG 图形（这是 DWG）", "请在 CAD 中另存为 DXF（R2000 至 R2018）"),
    "sqlite": (" SQLite 数据库", "若是 GeoPackage，" + _RENAME.format(".gpkg")),
    "pdf": (" PDF 文档", "请提交数据而不是图纸"),
    "fgb": (" FlatGeobuf", _RENAME.format(".fgb")),
    "shp": (" Shapefile 的一部分", _RENAME.format(".shp")),
    "tiff": (" TIFF 影像", "若是高程数据，" + _RENAME.format(".tif")),
    "image": ("图片", "请提交数据而不是图片"),
    "pbf": (" OSM PBF", _RENAME.format(".osm.pbf")),
    "xlsx": (" XLSX 工作簿", _RENAME.format(".xlsx")),
    "docx": (" Word 文档", "请提交数据，表格请存为 XLSX"),
    "ods": (" ODS 工作簿", _RENAME.format(".ods")),
}


def check_shapefile(shp: Path, shx: Path, records: int) -> None:
    """Refuse a .shp or .shx that is not what its header says, or unlike the .dbf.

    Raises:
        DeliveryRefused: wrong magic, cut short, or a different number of records.
    """
    for path in (shp, shx):
        with path.open("rb") as file:
            head = file.read(100)
        if len(head) < 100 or struct.unpack(">I", head[:4])[0] != SHAPE_MAGIC:
            raise DeliveryRefused(f"{path.name} 不是 Shapefile 或已损坏", "请重新导出")
        declared = 2 * struct.unpack(">I", head[24:28])[0]
        if declared > path.stat().st_size:
            raise DeliveryRefused(
                f"{path.name} 不完整（缺 {declared - path.stat().st_size} 字节）", "请重新传送"
            )
    shapes = (shx.stat().st_size - 100) // 8
    if shapes != records:
        raise DeliveryRefused(f"{shp.name} 有 {shapes} 个图形而属性表有 {records} 条", "请重新导出")


def check_geopackage(path: Path) -> None:
    """Refuse what is not SQLite, or is shorter than its own page count.

    Raises:
        DeliveryRefused: not a GeoPackage, or cut short.
    """
    with path.open("rb") as file:
        head = file.read(100)
    if not head.startswith(SQLITE_MAGIC) or len(head) < 100:
        raise DeliveryRefused(f"{path.name} 不是 GeoPackage", "请重新导出")
    page = struct.unpack(">H", head[16:18])[0]
    page = 65536 if page == 1 else page
    pages = struct.unpack(">I", head[28:32])[0]
    is_current = head[24:28] == head[92:96]
    if is_current and pages * page > path.stat().st_size:
        missing = pages * page - path.stat().st_size
        raise DeliveryRefused(f"{path.name} 不完整（缺 {missing} 字节）", "请重新传送")


def check_geojson(path: Path) -> None:
    """Refuse what is not UTF-8, or not one whole JSON object.

    Raises:
        DeliveryRefused: see above.
    """
    opened = closed = 0
    decoder = _Utf8(path.name)
    with path.open("rb") as file:
        head = file.read(CHUNK)
        if not head.removeprefix(BOM).lstrip().startswith(b"{") or _is_active(head):
            raise DeliveryRefused(f"{path.name} 不是 GeoJSON", "请重新导出")
        file.seek(0)
        while chunk := file.read(CHUNK):
            decoder.feed(chunk)
            opened += chunk.count(b"{") + chunk.count(b"[")
            closed += chunk.count(b"}") + chunk.count(b"]")
    decoder.finish()
    if opened != closed:  # cut short, unless brackets stand in texts
        try:
            json.loads(path.read_text(encoding="utf-8-sig"))
        except ValueError as error:
            raise DeliveryRefused(f"{path.name} 不完整或不是有效的 JSON", "请重新传送") from error


class _Utf8:
    """Strict UTF-8, chunk by chunk."""

    def __init__(self, name: str) -> None:
        self.name, self.decoder = name, codecs.getincrementaldecoder("utf-8")()

    def feed(self, chunk: bytes, final: bool = False) -> None:
        try:
            self.decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            raise DeliveryRefused(
                f"{self.name} 不是 UTF-8 编码", "GeoJSON 必须是 UTF-8，请重新导出"
            ) from error

    def finish(self) -> None:
        self.feed(b"", final=True)


def quoted(name: str) -> str:
    """A table's or column's name as SQL reads it."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Query:
    """How a GeoPackage's table is read without loss: ``sql`` is '' where GDAL does it.

    The cells of ``tagged`` columns come as texts that ``untagged`` makes values again. Of
    these, ``single`` are those that hold nothing but floats of four bytes.
    """

    sql: str = ""
    tagged: tuple[str, ...] = ()
    single: tuple[str, ...] = ()


def unlisted(path: Path, layer: str, fields: Collection[str]) -> list[str]:
    """Columns that GDAL leaves out since it does not know their type (BIGINT, VARCHAR(20))."""
    with closing(_reading(path)) as db:
        rows = db.execute(f"PRAGMA table_info({quoted(layer)})").fetchall()
        shape = _shape_column(db, layer)
    return [r[1] for r in rows if r[1] not in fields and r[1] != shape and not r[5]]


def exact_query(path: Path, layer: str, fields: Sequence[str]) -> Query:
    """A query that reads a GeoPackage's odd columns cell by cell as they are stored.

    SQLite keeps any value in any column; GDAL makes 0, 1970-01-01, the lowest bits or the
    nearest float of what does not fit the column's type (OGC 12-128r19, table 1) and says
    nothing.
    """
    with closing(_reading(path)) as db:
        types = {
            row[1]: row[2].upper() for row in db.execute(f"PRAGMA table_info({quoted(layer)})")
        }
        odd = tuple(name for name in fields if _is_odd(db, layer, name, types.get(name, "")))
        if not odd:
            return Query()
        shape = _shape_column(db, layer)
        floats = (name for name in odd if types.get(name) == "FLOAT")
        single = tuple(name for name in floats if _is_single(db, layer, name))
    chosen = [_tagging(name) if name in odd else quoted(name) for name in fields]
    chosen += [quoted(shape)] if shape else []
    return Query(f"SELECT {', '.join(chosen)} FROM {quoted(layer)}", odd, single)


def untagged(cells: Sequence[str | None]) -> np.ndarray:
    """The values of a tagged column: whole numbers, floats, texts, bytes or None."""
    makers: dict[str, Callable[[str], Any]] = {"i": int, "r": float, "b": bytes.fromhex, "t": str}
    values = [None if cell is None else makers[cell[0]](cell[1:]) for cell in cells]
    if all(value is None or isinstance(value, float) for value in values):
        return np.array([np.nan if value is None else value for value in values], float)
    found = np.empty(len(values), object)
    found[:] = values
    return found


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _shape_column(db: sqlite3.Connection, layer: str) -> str:
    found = db.execute(
        "SELECT column_name FROM gpkg_geometry_columns WHERE lower(table_name) = lower(?)",
        [layer],
    ).fetchone()
    return found[0] if found else ""


def _tagging(name: str) -> str:
    cell = quoted(name)
    return (
        f"CASE typeof({cell}) WHEN 'text' THEN 't'||{cell} WHEN 'integer' THEN 'i'||{cell}"
        f" WHEN 'real' THEN 'r'||printf('%!.17g', {cell}) WHEN 'blob' THEN 'b'||hex({cell})"
        f" END AS {cell}"
    )


def _is_odd(db: sqlite3.Connection, layer: str, name: str, kind: str) -> bool:
    column = quoted(name)
    if kind in INTEGERS or kind == "BOOLEAN":
        misfit = f"typeof({column}) NOT IN ('integer', 'null')"
        bits = INTEGERS.get(kind, 1)
        low, high = (0, 1) if kind == "BOOLEAN" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        misfit += f" OR {column} NOT BETWEEN {low} AND {high}" if bits < 64 else ""
    elif kind in ("REAL", "DOUBLE"):
        misfit = f"typeof({column}) NOT IN ('real', 'integer', 'null')"
    elif kind == "DATE":
        misfit = f"date({column}) IS NOT {column}"
    else:  # FLOAT has four bytes in GDAL and eight in the file; others it may not know at all
        return not kind.startswith(("TEXT", "BLOB", "DATETIME"))
    rows = db.execute(f"SELECT 1 FROM {quoted(layer)} WHERE {misfit} LIMIT 1")
    return rows.fetchone() is not None


def _is_single(db: sqlite3.Connection, layer: str, name: str) -> bool:
    """Whether all values of a FLOAT column, some beyond what four bytes count, fit into these.

    FLOAT is of four bytes (OGC 12-128r19, table 1), SQLite stores eight: where none needs more
    than four, a program with four bytes may have rounded them.
    """
    cell, table = quoted(name), quoted(layer)
    large = f"SELECT 1 FROM {table} WHERE abs({cell}) >= {SINGLE} LIMIT 1"
    if db.execute(large).fetchone() is None:
        return False
    rows = db.execute(f"SELECT {cell} FROM {table} WHERE {cell} IS NOT NULL")
    while some := rows.fetchmany(FETCHED):
        if not all(isinstance(value, float) for (value,) in some):
            return False
        values = np.array(some, float)
        with np.errstate(over="ignore"):
            if (values.astype(np.float32) != values).any():
                return False
    return True


def check_content(path: Path, expected: Collection[str] = ()) -> None:
    """Refuse a file whose first bytes are of another kind than its ending promises.

    ``expected`` are the kinds (see ``MAGIC``) that the ending stands for.

    Raises:
        DeliveryRefused: the content is of a kind that is known, and not among them.
    """
    kind = kind_of(path)
    if kind and kind not in expected:
        title, advice = KINDS[kind]
        raise DeliveryRefused(f"{path.name} 的内容是{title}，与扩展名 {path.suffix} 不符", advice)


def kind_of(path: Path) -> str:
    """What the first bytes of a file say that it is: a key of ``KINDS``, or ''."""
    with path.open("rb") as file:
        head = file.read(512)
    for kind, at, magic in MAGIC:
        if head[at:].startswith(magic):
            return _kind_of_zip(path) if kind == "zip" else kind
    return ""


def check_xml(path: Path, root: str) -> None:
    """Refuse XML that is not well formed, of another root element, or with a document type.

    A document type can declare entities, which blow a small file up to gigabytes or read
    other files; neither KML, GPX nor OSM has any use for one. GDAL would make do with what
    comes before an error.

    Raises:
        DeliveryRefused: see above.
    """
    with path.open("rb") as file:
        if _is_active(file.read(HEAD)):
            raise DeliveryRefused(
                f"{path.name} 含有指向其他数据的定义，不予打开", "请直接提交数据本身"
            )
        file.seek(0)
        parser = _Xml(path.name, root)
        while chunk := file.read(CHUNK):
            parser.feed(chunk)
        parser.feed(b"", final=True)


class _Xml:
    """Well-formedness, root element and absence of a document type, chunk by chunk."""

    def __init__(self, name: str, root: str) -> None:
        self.name, self.root = name, root
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._first

    def feed(self, chunk: bytes, final: bool = False) -> None:
        try:
            self.parser.Parse(chunk, final)
        except (ValueError, LookupError) as error:  # an encoding of several bytes, or none
            raise DeliveryRefused(
                f"{self.name} 不是 UTF-8 编码", "请另存为 UTF-8 后重交"
            ) from error
        except expat.ExpatError as error:
            if error.code in FOREIGN:
                raise DeliveryRefused(
                    f"{self.name} 不是 UTF-8 编码", "请另存为 UTF-8 后重交"
                ) from error
            raise DeliveryRefused(
                f"{self.name} 第 {error.lineno} 行不是有效的 XML，文件损坏或不完整",
                "请重新导出或传送",
            ) from error

    def _doctype(self, *_: object) -> None:
        raise DeliveryRefused(
            f"{self.name} 含有 DOCTYPE 或 ENTITY 声明，不予打开", "请去掉该声明后重交"
        )

    def _first(self, name: str, _attributes: object) -> None:
        if name.rpartition(":")[2] != self.root:
            raise DeliveryRefused(f"{self.name} 不是 {self.root.upper()} 文件", "请重新导出")
        self.parser.StartElementHandler = None


def is_survey_text(path: Path) -> bool:
    """Whether a .txt is a 勘测定界 text: it has that heading, or block lines ending in @."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else ""
    texts = [head.decode(e, "ignore") for e in ([encoding] if encoding else ("utf-8", "gb18030"))]
    return any("地块坐标" in t or "属性描述" in t or BLOCK_LINE.search(t) for t in texts)


def is_table_text(path: Path) -> bool:
    """Whether a .txt looks like a table: two lines with as many commas or tabs each."""
    with path.open("rb") as file:
        lines = [line for line in file.read(HEAD).splitlines()[:20] if line.strip()]
    return any(
        a.count(mark) == b.count(mark) > 0
        for mark in (b",", b"\t")
        for a, b in zip(lines, lines[1:], strict=False)
    )


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:100]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "zip"
    for start, kind in (("xl/", "xlsx"), ("word/", "docx"), ("content.xml", "ods")):
        if any(name.startswith(start) for name in names):
            return kind
    return "zip"


def _is_active(head: bytes) -> bool:
    lowered = head[:CHUNK].lower()
    return any(mark in lowered for mark in ACTIVE)
