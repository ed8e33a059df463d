"""Any file that surveyors send becomes one table: names, CRS, encoding, and rows in batches."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from importers.errors import Refused
from importers.formats import intact
from importers.formats.archives import unpack
from importers.formats.dbf import encoding_of, read_dbf

FORMATS = {
    ".gpkg": {"GPKG"},
    ".shp": {"ESRI Shapefile"},
    ".geojson": {"GeoJSON", "GeoJSONSeq"},
    ".json": {"GeoJSON", "GeoJSONSeq"},
}
ADVICE = {
    ".dwg": "DWG 没有可靠的公开读法，请在 CAD 中导出为 Shapefile 或 GeoPackage",
    ".dxf": "请在 CAD 或 CASS 中导出为 Shapefile 或 GeoPackage",
    ".mdb": "请在 ArcGIS 中将个人地理数据库导出为 GeoPackage 或 Shapefile",
    ".accdb": "请在 ArcGIS 中将个人地理数据库导出为 GeoPackage 或 Shapefile",
    ".gdb": "请将文件地理数据库导出为 GeoPackage",
    ".vct": "请先将 VCT 转为 GeoPackage 或 Shapefile",
    ".txt": "请先将勘测定界文本转为 GeoPackage 或 Shapefile",
    ".rar": "请用 zip 重新打包",
    ".7z": "请用 zip 重新打包",
    ".dbf": "请提交同名的 .shp",
    ".shx": "请提交同名的 .shp",
    ".csv": "请导出为 GeoPackage",
    ".xls": "请导出为 GeoPackage",
    ".xlsx": "请导出为 GeoPackage",
    ".kml": "请导出为 GeoJSON 或 GeoPackage",
}
READ_ERRORS = (
    DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError,
    UnicodeDecodeError, ValueError, RuntimeError,
)  # fmt: skip
BATCH = 50_000
pyogrio.set_gdal_config_options({"CPL_LOG": os.devnull})  # its remarks come as exceptions


@dataclass(frozen=True)
class Table:
    """One layer of one file, ready to be read.

    ``name`` is what its sender calls the file; ``undecodable`` are rows (from 1) whose
    texts are damaged.
    """

    path: Path
    name: str
    layer: str
    fields: tuple[str, ...]
    features: int
    has_geometry: bool
    crs: str = ""
    encoding: str = ""
    undecodable: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Rows:
    """Raw rows: row numbers from 1, columns by header, WKB or None."""

    numbers: np.ndarray
    columns: dict[str, np.ndarray]
    wkb: np.ndarray | None


def open_table(path: Path, folder: Path, wanted: Sequence[str], encoding: str = "") -> Table:
    """Find the table in a file. ``wanted`` are layer names to look for, in that order.

    ``folder`` is an empty scratch folder for unpacking.

    Raises:
        Refused: with the reason, one line.
    """
    check_exists(path)
    suffix = path.suffix.lower()
    if suffix == ".zip":
        return _in_archive(path, folder, wanted, encoding)
    if suffix not in FORMATS:
        advice = ADVICE.get(suffix, "可用：GeoPackage、Shapefile（可打包为 zip）、GeoJSON")
        raise Refused(f"不支持 {path.name} 的格式", advice)
    if suffix == ".shp":
        return _shapefile(path, path.name, encoding)
    check = intact.check_geopackage if suffix == ".gpkg" else intact.check_geojson
    check(path)
    return _described(path, path.name, _pick_layer(path, wanted))


def check_exists(path: Path) -> None:
    """Refuse what is not there, not a file, or empty.

    Raises:
        Refused: see above.
    """
    if path.is_dir():
        advice = ADVICE.get(path.suffix.lower(), "请指明其中的文件")
        raise Refused(f"{path.name} 是文件夹", advice)
    if not path.is_file():
        raise Refused(f"找不到文件 {path}")
    if not path.stat().st_size:
        raise Refused(f"{path.name} 是空文件（0 字节）", "请重新传送")


def read_batches(table: Table, fields: Sequence[str], size: int = BATCH) -> Iterator[Rows]:
    """The table's rows with these columns, at most ``size`` at a time.

    Raises:
        Refused: the file breaks off or cannot be read on.
    """
    start = 0
    while start < table.features or (start == 0 and table.features < 0):
        meta, wkb, data = _read(table, fields, start, size)
        count = len(wkb) if wkb is not None else (len(data[0]) if len(data) else 0)
        if not count:
            break
        names = meta["fields"].tolist()
        yield Rows(
            np.arange(start + 1, start + count + 1), dict(zip(names, data, strict=True)), wkb
        )
        start += count
    if start < table.features:
        raise Refused(f"{table.name} 只读到 {start} 条，应有 {table.features} 条", "文件可能不完整")


def _read(table: Table, fields: Sequence[str], start: int, size: int):
    try:
        meta, _, wkb, data = pyogrio.raw.read(
            table.path,
            layer=table.layer,
            encoding=table.encoding or None,
            columns=list(fields),
            read_geometry=table.has_geometry,
            skip_features=start,
            max_features=size,
            datetime_as_string=True,
        )
    except READ_ERRORS as error:
        raise Refused(
            f"{table.name} 读到第 {start + 1} 条之后出错：{_first_line(error)}"
        ) from error
    return meta, wkb, data


def _in_archive(path: Path, folder: Path, wanted: Sequence[str], encoding: str) -> Table:
    files = {f.name.lower(): f for f in unpack(path, folder)}
    inside = [f for f in files.values() if f.suffix.lower() in FORMATS]
    named = [f for f in inside if f.stem.lower() in {w.lower() for w in wanted}]
    if len(inside) != 1 and len(named) != 1:
        listed = "、".join(sorted(f.name for f in inside)) or "没有可用的数据"
        raise Refused(f"压缩包 {path.name} 内应只有一份数据：{listed}", "请分别提交")
    found = (named if len(named) == 1 else inside)[0]
    if found.suffix.lower() == ".shp":
        return _shapefile(found, path.name, encoding)
    table = open_table(found, folder, wanted, encoding)
    return Table(**{**vars(table), "name": path.name})


def _shapefile(path: Path, name: str, encoding: str) -> Table:
    parts = {p.suffix.lower(): p for p in path.parent.iterdir() if p.stem == path.stem}
    for suffix in (".shx", ".dbf"):
        if suffix not in parts:
            raise Refused(
                f"{name} 缺少同名的 {suffix} 文件", "Shapefile 须连同 .shx、.dbf、.prj 一起提交"
            )
        check_exists(parts[suffix])
    dbf = read_dbf(parts[".dbf"])
    intact.check_shapefile(path, parts[".shx"], dbf.records)
    found, bad = encoding_of(dbf, parts.get(".cpg"), encoding)
    return _described(path, name, path.stem, found, frozenset(bad))


def _pick_layer(path: Path, wanted: Sequence[str]) -> str:
    try:
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except READ_ERRORS as error:
        raise Refused(f"{path.name} 打不开：{_first_line(error)}") from error
    lowered = {name.lower(): name for name in names}
    for name in wanted:
        if name.lower() in lowered:
            return lowered[name.lower()]
    if len(names) == 1:
        return names[0]
    raise Refused(
        f"{path.name} 内有多个图层：{'、'.join(names)}" if names else f"{path.name} 内没有图层",
        "请用 --table 指明" if names else "",
    )


def _described(
    path: Path, name: str, layer: str, encoding: str = "", bad: frozenset[int] = frozenset()
) -> Table:
    try:
        info = pyogrio.read_info(
            path, layer=layer, encoding=encoding or None, force_feature_count=True
        )
    except READ_ERRORS as error:
        raise Refused(f"{name} 打不开：{_first_line(error)}") from error
    if info["driver"] not in FORMATS[path.suffix.lower()]:
        raise Refused(f"{name} 的内容与扩展名 {path.suffix} 不符", "请重新导出")
    return Table(
        path=path,
        name=name,
        layer=layer,
        fields=tuple(str(f) for f in info["fields"]),
        features=int(info["features"]),
        has_geometry=bool(info["geometry_type"]),
        crs=info["crs"] or "",
        encoding=encoding,
        undecodable=bad,
    )


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0][:160]
