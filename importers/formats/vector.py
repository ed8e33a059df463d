"""What GDAL reads well: GeoPackage, Shapefile, GeoJSON and their like, in Arrow batches.

The rows come in one pass, without re-reading, in bounded memory. Two things GDAL does to
values are not accepted here, because they change a survey silently: a date that is none
becomes 1970-01-01 or nothing, a number that is none becomes 0 and a long one another. A
GeoPackage's columns with such values are therefore read cell by cell (``intact.exact_query``),
a GeoJSON file's long numbers as texts (``long_numbers``), and a shapefile's attributes from its
.dbf (``dbf.read_columns``). The phases then name the rows.
"""

import contextlib
import json
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from importers.errors import DeliveryRefused
from importers.formats import curves, dbf, integrity, long_numbers, snapshots
from importers.formats.dxf_curves import CHORD_ERROR_M
from importers.formats.shape_index import check_index
from importers.values.issues import Issue, Severity
from importers.values.table import Ask, Rows, Table, pick

READ_ERRORS = (
    DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError,
    pa.ArrowException, OSError, UnicodeDecodeError, ValueError, RuntimeError,
)  # fmt: skip
PLAIN_WKB = frozenset(range(1, 7))  # OGC 06-103r4, table 7: point … multipolygon
UNREADABLE = b"\x01\x00\x00\x00\x00"  # no type at all: in place of a geometry that is none
EXACT = 2**53  # beyond, a float no longer holds every whole number
NAMED_ROWS = 1_000
# What pyogrio warns of is told by ourselves: measures, and columns of types it does not know.
# A moment with an offset is none that GeoPackage defines, and read all the same.
for _said in (
    r"Measured \(M\) geometry types",
    r"Field format '.*",
    r"geometry column '.*",
    r"Non-conformant content for record .* successfully parsed",
):
    warnings.filterwarnings("ignore", _said)
pyogrio.set_gdal_config_options({"CPL_LOG": os.devnull})  # its remarks come as exceptions


def open_geopackage(path: Path, ask: Ask) -> Table:
    """A table of a GeoPackage. Raises DeliveryRefused."""
    integrity.check_geopackage(path)
    path, remarks = snapshots.database(path, ask.folder)
    layer = pick(layers_of(path), ask, path.name)
    table = described(path, layer, {"GPKG"})

    def read(fields: Sequence[str], size: int) -> Iterator[Rows]:
        query = integrity.exact_query(path, layer, fields)
        for rows in stream(path, layer, fields, size, table.has_geometry, sql=query.sql):
            for name in query.tagged:
                cells = integrity.untagged(rows.columns[name].tolist())
                rows.columns[name] = cells.astype(np.float32) if name in query.single else cells
            yield rows

    fields = (*table.fields, *integrity.unlisted(path, layer, table.fields))
    return replace(table, fields=fields, read=read, remarks=remarks)


def open_geojson(path: Path, ask: Ask) -> Table:
    """The features of a GeoJSON file. Raises DeliveryRefused."""
    integrity.check_geojson(path)
    layer = pick(layers_of(path), ask, path.name)
    exact = long_numbers.as_texts(path, ask.folder)
    table = described(exact, layer, {"GeoJSON", "GeoJSONSeq"})
    return table if exact == path else replace(table, path=path).renamed(path.name)


def open_shapefile(path: Path, ask: Ask) -> Table:
    """A shapefile with its companions, in the encoding that is found. Raises DeliveryRefused."""
    parts = snapshots.shapefile(path, ask.folder)
    path = parts[".shp"]
    for suffix in (".shx", ".dbf"):
        if suffix not in parts:
            raise DeliveryRefused(
                f"{path.name} 缺少同名的 {suffix} 文件",
                "Shapefile 须连同 .shx、.dbf、.prj 一起提交",
            )
        check_exists(parts[suffix])
    header = dbf.read_dbf(parts[".dbf"])
    integrity.check_shapefile(path, parts[".shx"], header.records)
    check_index(path, parts[".shx"])
    encoding, bad = dbf.encoding_of(header, parts.get(".cpg"), ask.encoding)
    mixed = frozenset(dbf.mixed_rows(header, encoding, bad))
    table = described(path, path.stem, {"ESRI Shapefile"}, encoding)
    if len(table.fields) != len(header.fields):
        raise DeliveryRefused(f"属性表 {header.path.name} 的列定义不可读", "请重新导出")
    own = dict(zip(table.fields, header.fields, strict=True))
    live = dbf.live_records(header)

    def read(fields: Sequence[str], size: int) -> Iterator[Rows]:
        wanted = {name: own[name] for name in fields}
        for rows in stream(path, table.layer, [], size, table.has_geometry, encoding=encoding):
            records = live[rows.numbers - 1]
            yield replace(rows, columns=dbf.read_columns(header, wanted, records, encoding, mixed))

    return replace(
        table,
        read=read,
        features=len(live),
        undecodable=_numbered(bad, live),
        remarks=(
            *_remarks(path.name, header, live, encoding, mixed),
            *_overflows(path.name, dbf.overflown(header, own, live)),
        ),
    )


def check_exists(path: Path) -> None:
    """Refuse what is not there, not a file, or empty.

    Raises:
        DeliveryRefused: see above.
    """
    if not path.is_file():
        raise DeliveryRefused(f"找不到文件 {path.name}")
    if not path.stat().st_size:
        raise DeliveryRefused(f"{path.name} 是空文件（0 字节）", "请重新传送")


def layers_of(path: Path) -> list[str]:
    """The names of the tables that GDAL sees in a file. Raises DeliveryRefused."""
    try:
        return [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except READ_ERRORS as error:
        raise DeliveryRefused(f"{path.name} 打不开：{first_line(error)}") from error


def described(
    path: Path, layer: str, drivers: set[str], encoding: str = "", count: bool = True
) -> Table:
    """A table that GDAL reads; ``drivers`` are those that may have opened it.

    ``count`` is False where counting would cost a reading of the whole file.

    Raises:
        DeliveryRefused: it cannot be opened, or the content is of another format.
    """
    try:
        info = pyogrio.read_info(
            path, layer=layer, encoding=encoding or None, force_feature_count=count
        )
    except READ_ERRORS as error:
        raise DeliveryRefused(f"{path.name} 打不开：{first_line(error)}") from error
    if info["driver"] not in drivers:
        raise DeliveryRefused(f"{path.name} 的内容与扩展名 {path.suffix} 不符", "请重新导出")
    has_geometry = bool(info["geometry_type"])
    return Table(
        path=path,
        name=path.name,
        layer=layer,
        fields=tuple(str(f) for f in info["fields"]),
        features=int(info["features"]) if count else -1,
        has_geometry=has_geometry,
        read=lambda fields, size: stream(path, layer, fields, size, has_geometry),
        crs=info["crs"] or "",
        encoding=encoding,
    )


def stream(
    path: Path,
    layer: str,
    fields: Sequence[str],
    size: int,
    has_geometry: bool,
    *,
    encoding: str = "",
    sql: str = "",
) -> Iterator[Rows]:
    """The rows of a layer, or of a query instead of it, in one pass.

    Raises:
        DeliveryRefused: the file cannot be read on.
    """
    done = 0
    given: dict[str, Any] = {"sql": sql} if sql else {"layer": layer, "columns": list(fields)}
    given |= {"encoding": encoding or None, "read_geometry": has_geometry}
    try:
        with pyogrio.raw.open_arrow(
            path, use_pyarrow=True, batch_size=size, datetime_as_string=True,
            return_fids=True, **given,
        ) as (meta, reader):  # fmt: skip
            for batch in reader:
                numbers = np.arange(done + 1, done + len(batch) + 1)
                columns = {name: _column(batch, name, path, layer) for name in fields}
                wkb = _shapes(batch, meta) if has_geometry else None
                notes: tuple[tuple[str, str], ...] = ()
                if wkb is not None and not _are_plain(wkb):
                    wkb, notes = _plain(wkb, partial(_linear, path, given, done, len(batch)))
                yield Rows(numbers, columns, wkb, notes)
                done += len(batch)
    except READ_ERRORS as error:
        raise DeliveryRefused(
            f"{path.name} 读到第 {done + 1} 条之后出错：{first_line(error)}"
        ) from error


def _column(batch: pa.RecordBatch, name: str, path: Path, layer: str) -> np.ndarray:
    try:
        return column(batch.column(name))
    except (pa.ArrowException, TypeError, ValueError, LookupError, AttributeError) as error:
        raise DeliveryRefused(
            f"{path.name} 的图层“{layer}”的列“{name}”（{batch.column(name).type}）无法读取："
            f"{first_line(error)}",
            "请把该列改为文本后重新导出",
        ) from error


def column(values: pa.Array) -> np.ndarray:
    """One column as the phases take it: texts as str or None, dates as ISO text, whole
    numbers and booleans with gaps as floats (as objects, where a float would round), lists
    and structures as JSON."""
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    kind = values.type
    if pa.types.is_nested(kind):
        return np.array([None if v is None else as_json(v) for v in values.to_pylist()], object)
    if pa.types.is_date(kind):
        values = values.cast(pa.string())
    elif pa.types.is_boolean(kind) and values.null_count:
        values = values.cast(pa.int8())
    elif pa.types.is_integer(kind) and values.null_count and not _is_exact(values):
        return np.array(values.to_pylist(), object)
    try:
        return values.to_numpy(zero_copy_only=False)
    except UnicodeDecodeError:
        return _damaged(values)


def as_json(value: Any) -> str:
    """A list or structure in a cell as text."""
    return json.dumps(value, ensure_ascii=False, default=str)


def first_line(error: Exception) -> str:
    """What went wrong, in one line of bounded length."""
    return str(error).split("\n")[0][:160]


def _is_exact(values: pa.Array) -> bool:
    known = values.drop_null().to_numpy(zero_copy_only=False)
    return not len(known) or bool(np.abs(known.astype(float)).max() < EXACT)


def _damaged(values: pa.Array) -> np.ndarray:
    """Texts that are not UTF-8: what cannot be read becomes U+FFFD, which ``parse`` flags."""
    raw = values.cast(pa.large_string()).cast(pa.large_binary()).to_pylist()
    return np.array([None if v is None else v.decode(errors="replace") for v in raw], object)


def _shapes(batch: pa.RecordBatch, meta: dict) -> np.ndarray | None:
    name = meta["geometry_name"] or "wkb_geometry"
    return batch.column(name).to_numpy(zero_copy_only=False)


def _are_plain(wkb: np.ndarray) -> bool:
    """Whether no geometry is curved, measured or a collection: ours is to read without help."""
    heads = {raw[:5] for raw in wkb.tolist() if raw}
    return all(kind % 1000 in PLAIN_WKB and kind < 2000 for kind in map(_kind, heads))


def _kind(raw: bytes) -> int:
    """The type in the head of a WKB geometry."""
    return int.from_bytes(raw[1:5], "little" if raw[0] else "big")


def _plain(
    wkb: np.ndarray, linear: Callable[[], np.ndarray | None]
) -> tuple[np.ndarray | None, tuple[tuple[str, str], ...]]:
    """Arcs as our own chords, without measures; what is no curve as GDAL makes it.

    Curves that are broken come as what cannot be read: GDAL would mend them by guess.
    """
    found, strokes, ours = wkb.tolist(), [], set()
    for at, raw in enumerate(found):
        if raw and curves.is_curved(_kind(raw)):
            with contextlib.suppress(curves.UnreadCurve):
                try:
                    stroke = curves.stroked(raw)
                except curves.BrokenCurve:
                    found[at] = UNREADABLE
                else:
                    found[at] = shapely.to_wkb(stroke.shape, flavor="iso")
                    strokes.append(stroke.arcs)
                ours.add(at)
    arcs, curved = sum(strokes), sum(map(bool, strokes))
    plain = np.empty(len(found), object)
    plain[:] = found
    measured = sum(bool(raw) and _kind(raw) >= 2000 for raw in wkb.tolist())
    odd = [
        bool(raw) and at not in ours and not _are_plain(np.array([raw], object))
        for at, raw in enumerate(found)
    ]
    if any(odd) and (other := linear()) is not None:
        plain = np.where(odd, other, plain)
    notes = []
    if arcs:
        text = f"{curved} 个图形含 {arcs} 段圆弧，按弦高不超过 {CHORD_ERROR_M:g} 米化为折线"
        notes.append(("arcs-flattened", f"{text}，原文件照原样存档"))
    if measured:
        notes.append(("m-dropped", f"{measured} 个图形带有测量值 M，登记簿只存平面坐标"))
    return plain, tuple(notes)


def _linear(path: Path, given: dict[str, Any], start: int, count: int) -> np.ndarray | None:
    """The same shapes as GDAL makes them: without measures."""
    given = {**given, "columns": []} if "layer" in given else given
    return pyogrio.raw.read(path, skip_features=start, max_features=count, **given)[2]


def _numbered(records: list[int], live: np.ndarray) -> frozenset[int]:
    """Numbers of records (from 1) as numbers of rows: deleted records are no rows."""
    found = np.searchsorted(live, np.array(records, int) - 1)
    return frozenset((found + 1).tolist())


def _overflows(name: str, found: dict[str, tuple[int, int]]) -> Iterator[Issue]:
    for field, (count, first) in found.items():
        text = f"“{field}”有 {count} 个值写作 ***（数值超过列宽，原值已丢失），按空值读入"
        hint = "请加大列宽后重新导出"
        yield Issue(name, first + 1, "number-overflow", text, field, hint, Severity.WARNING)


def _remarks(
    name: str, header: dbf.Dbf, live: np.ndarray, encoding: str, mixed: frozenset[int]
) -> Iterator[Issue]:
    """What is to say of a shapefile as it lies there; of mixed rows the first are named."""
    if len(live) < header.records:
        text = f"有 {header.records - len(live)} 条带删除标记的记录，没有读入"
        yield Issue(name, 0, "deleted-rows", text, severity=Severity.WARNING)
    other = dbf.other_encoding(encoding)
    hint = f"请把全表统一为一种编码（建议 {encoding}）后重新导出"
    for row in sorted(_numbered(sorted(mixed), live))[:NAMED_ROWS]:
        text = f"这一行的文字是 {other} 编码，而全表是 {encoding}，不予读入"
        yield Issue(name, row, "encoding-mixed", text, hint=hint, severity=Severity.WARNING)
    if len(mixed) > NAMED_ROWS:
        text = f"共 {len(mixed)} 行的文字是 {other} 编码，以上列出前 {NAMED_ROWS} 行"
        yield Issue(name, 0, "encoding-mixed", text, hint=hint, severity=Severity.WARNING)
