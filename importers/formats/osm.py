"""OpenStreetMap extracts, .osm.pbf and .osm (also gzipped), as tables for the base layers.

GDAL's driver gives points, lines, multilinestrings and multipolygons with some tags as
columns and the rest as HSTORE text in ``other_tags``. From these come the tables ``roads``,
``water`` and ``buildings``, named as the layers that take them, with a business code
``osm_code`` (``way/123``, ``relation/5``). What a tag means for a register stands in
``data/headers/osm_roads.csv`` and ``osm_water.csv``: role ``skip`` leaves the row out, an
empty role leaves the kind to a person. Longitude, latitude in WGS 84 (EPSG:4326).
"""

import csv
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from importers.errors import DeliveryRefused
from importers.formats import integrity
from importers.formats.archives import unpack_gzip
from importers.formats.vector import described, layers_of, stream
from importers.values.issues import Issue, Severity
from importers.values.table import Ask, Rows, Table, pick

HEADERS = Path(__file__).resolve().parents[2] / "data" / "headers"
RAW = ("points", "lines", "multilinestrings", "multipolygons")
CODE = "osm_code"
TAGS = "other_tags"
MAX_HEADER, MAX_BLOB = 64 * 1024, 32 * 1024**2  # bytes, by the format
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_METRES = re.compile(r"^(\d+(?:\.\d+)?) ?m$")

Tags = Mapping[str, str]


@dataclass(frozen=True)
class Theme:
    """A table made for a layer: of which raw table, which rows, which columns."""

    raw: str
    where: Callable[[], str]
    columns: Mapping[str, Callable[[Tags], str | None]]


def open_osm(path: Path, ask: Ask) -> Table:
    """A table of an OSM extract: the wanted theme, or one of GDAL's raw tables.

    Raises:
        DeliveryRefused: not OSM, cut short, too much when unpacked, or no table wanted.
    """
    if path.suffix.lower() == ".gz":
        return _unpacked(path, ask)
    if path.suffix.lower() == ".osm":
        integrity.check_xml(path, "osm")
    else:
        check_pbf(path)
    there = [name for name in layers_of(path) if name in RAW]
    name = pick([*THEMES, *there], ask, path.name)
    raw = THEMES[name].raw if name in THEMES else name
    table = described(path, raw, {"OSM"}, count=False)
    return _themed(table, name) if name in THEMES else _coded(table)


def check_pbf(path: Path) -> None:
    """Refuse a PBF that is cut or damaged: GDAL reads less then, and says nothing.

    A file is blocks of a 4-byte length, a BlobHeader of that length whose third field is
    the length of the blob, and the blob, mostly packed by zlib (OSM wiki, PBF Format).

    Raises:
        DeliveryRefused: cut short, or not made of such blocks.
    """
    size, at = path.stat().st_size, 0
    with path.open("rb") as file:
        while at < size:
            length = int.from_bytes(file.read(4), "big")
            header = file.read(min(length, MAX_HEADER))
            blob = _field(header, 3)
            if length > MAX_HEADER or not isinstance(blob, int) or blob > MAX_BLOB:
                raise DeliveryRefused(f"{path.name} 在第 {at} 字节处损坏", "请重新传送")
            if at + 4 + length + blob > size:
                raise DeliveryRefused(f"{path.name} 不完整", "请重新传送")
            if not _is_whole(file.read(blob)):
                raise DeliveryRefused(f"{path.name} 在第 {at} 字节处的数据块损坏", "请重新传送")
            at += 4 + length + blob


def _is_whole(blob: bytes) -> bool:
    packed = _field(blob, 3)
    if not isinstance(packed, bytes):
        return True  # not packed, or by something else than zlib
    unpacking = zlib.decompressobj()
    try:
        unpacking.decompress(packed, MAX_BLOB)
    except zlib.error:
        return False
    return unpacking.eof


def _field(message: bytes, number: int) -> int | bytes | None:
    """The first field of that number in a protocol buffer; None if it is not there."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        value, at = _varint(message, at)
        found: int | bytes = value
        if key & 7 == 2:  # bytes: the number was their length
            found, at = message[at : at + value], at + value
        elif key & 7:
            return None
        if key >> 3 == number:
            return found
    return None


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, lowest first, and the place after it."""
    value = shift = 0
    while at < len(raw) and shift < 64:
        value |= (raw[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if raw[at - 1] < 0x80:
            break
    return value, at


def exploded(hstore: str | None) -> dict[str, str]:
    r"""The pairs of an HSTORE text.

    >>> exploded('"water"=>"pond","note"=>"a \\"b\\""')
    {'water': 'pond', 'note': 'a "b"'}
    """
    pairs = _PAIR.findall(hstore or "")
    return {_plain(key): _plain(value) for key, value in pairs}


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _unpacked(path: Path, ask: Ask) -> Table:
    if not path.stem.lower().endswith(".osm"):
        raise DeliveryRefused(
            f"不支持 {path.name} 的格式", "gzip 只用于 .osm.gz；其余请用 zip 打包"
        )
    target = Path(mkdtemp(prefix="osm-", dir=ask.folder)) / path.stem
    unpack_gzip(path, target)
    return open_osm(target, ask).renamed(path.name)


def _coded(table: Table) -> Table:
    """A raw table with a code in front."""

    def read(fields: Sequence[str], size: int) -> Iterator[Rows]:
        sql = f"SELECT * FROM {table.layer}"
        for rows in stream(table.path, table.layer, table.fields, size, True, sql=sql):
            columns = {**rows.columns, CODE: _codes(table.layer, rows.columns)}
            yield replace(rows, columns={name: columns[name] for name in fields})

    return replace(table, fields=(CODE, *table.fields), read=read)


def _themed(table: Table, name: str) -> Table:
    """The rows of one theme, its columns made from the tags."""
    theme = THEMES[name]

    def read(fields: Sequence[str], size: int) -> Iterator[Rows]:
        # A query of one layer spares GDAL from keeping the others' features in memory.
        sql = f"SELECT * FROM {theme.raw} WHERE {theme.where()}"
        for rows in stream(table.path, theme.raw, table.fields, size, True, sql=sql):
            tags = _tags(rows.columns)
            made = {CODE: _codes(theme.raw, rows.columns)}
            for field in fields:
                if field != CODE:
                    made[field] = np.array([theme.columns[field](t) for t in tags], object)
            yield replace(rows, columns={field: made[field] for field in fields})

    remarks = [*_remarks(table.name, name)]
    return replace(
        table, layer=name, fields=(CODE, *theme.columns), read=read, remarks=tuple(remarks)
    )


def _codes(raw: str, columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """``node/1``, ``way/2``, ``relation/3``: the numbers of each kind are counted apart."""
    kind = {"points": "node", "lines": "way"}.get(raw, "relation")
    ways = columns.get("osm_way_id", np.full(len(columns["osm_id"]), None, object))
    pairs = zip(columns["osm_id"].tolist(), ways.tolist(), strict=True)
    return np.array([f"way/{way}" if way else f"{kind}/{osm}" for osm, way in pairs], object)


def _tags(columns: Mapping[str, np.ndarray]) -> list[dict[str, str]]:
    """Every row's tags, those that GDAL made columns of included."""
    found = [exploded(text) for text in columns[TAGS].tolist()]
    for name, values in columns.items():
        if name in (TAGS, "osm_id", "osm_way_id", "z_order"):
            continue
        for tags, value in zip(found, values.tolist(), strict=True):
            if value is not None:
                tags[name] = value
    return found


def _remarks(file: str, name: str) -> Iterator[Issue]:
    text = "© OpenStreetMap contributors，ODbL 1.0：公开使用时须注明"
    yield Issue(file, 0, "osm-licence", text, severity=Severity.WARNING)
    if name == "water":
        text = "只标为 waterway=riverbank（已废止）的闭合线没有作为水面读入"
        yield Issue(file, 0, "osm-skipped", text, severity=Severity.WARNING)
    if name == "roads":
        left = "、".join(word for word, role in _roles("osm_roads").items() if role == "skip")
        text = f"不入道路登记簿的 highway 值没有读入：{left}"
        yield Issue(file, 0, "osm-skipped", text, severity=Severity.WARNING)


@cache
def _roles(name: str) -> Mapping[str, str]:
    with (HEADERS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return {row["word"]: row["role"] for row in csv.DictReader(lines)}


def _road_rows() -> str:
    left = ", ".join(f"'{word}'" for word, role in _roles("osm_roads").items() if role == "skip")
    return f"highway IS NOT NULL AND highway NOT IN ({left or chr(39) * 2})"


def _water_rows() -> str:
    return (
        "\"natural\" = 'water' OR landuse IN ('reservoir', 'basin')"
        ' OR other_tags LIKE \'%"waterway"=>"riverbank"%\''
    )


def _road_kind(tags: Tags) -> str | None:
    return _roles("osm_roads").get(tags.get("highway", "")) or None


def _water_kind(tags: Tags) -> str | None:
    """What the most telling tag says; ``water`` says more than ``natural``."""
    roles = _roles("osm_water")
    for key in ("water", "waterway", "landuse", "natural"):
        if role := roles.get(f"{key}={tags.get(key)}"):
            return role
    return None


def _tag(key: str) -> Callable[[Tags], str | None]:
    return lambda tags: tags.get(key)


def _metres(key: str) -> Callable[[Tags], str | None]:
    """A length tag; OSM's default unit is the metre, which some write out."""

    def value(tags: Tags) -> str | None:
        text = tags.get(key)
        found = _METRES.match(text) if text else None
        return found[1] if found else text

    return value


def _address(tags: Tags) -> str | None:
    return f"{tags.get('addr:street', '')}{tags.get('addr:housenumber', '')}" or None


THEMES = {
    "roads": Theme(
        "lines",
        _road_rows,
        {
            "name": _tag("name"),
            "kind": _road_kind,
            "highway": _tag("highway"),
            "width_m": _metres("width"),
        },
    ),
    "water": Theme(
        "multipolygons",
        _water_rows,
        {"name": _tag("name"), "kind": _water_kind, "natural": _tag("natural")},
    ),
    "buildings": Theme(
        "multipolygons",
        lambda: "building IS NOT NULL",
        {
            "name": _tag("name"),
            "building": _tag("building"),
            "address": _address,
            "storeys_above": _tag("building:levels"),
            "storeys_below": _tag("building:levels:underground"),
            "height_m": _metres("height"),
        },
    ),
}
