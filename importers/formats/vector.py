"""What GDAL reads well: GeoPackage, Shapefile, GeoJSON and their like."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from importers.errors import Refused
from importers.formats import intact
from importers.formats.dbf import encoding_of, read_dbf
from importers.formats.table import Ask, Rows, Table, pick

READ_ERRORS = (
    DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError,
    UnicodeDecodeError, ValueError, RuntimeError,
)  # fmt: skip
pyogrio.set_gdal_config_options({"CPL_LOG": os.devnull})  # its remarks come as exceptions


def open_geopackage(path: Path, ask: Ask) -> Table:
    """A table of a GeoPackage. Raises Refused."""
    intact.check_geopackage(path)
    return described(path, pick(layers_of(path), ask, path.name), {"GPKG"})


def open_geojson(path: Path, ask: Ask) -> Table:
    """The features of a GeoJSON file. Raises Refused."""
    intact.check_geojson(path)
    return described(path, pick(layers_of(path), ask, path.name), {"GeoJSON", "GeoJSONSeq"})


def open_shapefile(path: Path, ask: Ask) -> Table:
    """A shapefile with its companions, in the encoding that is found. Raises Refused."""
    parts = {p.suffix.lower(): p for p in path.parent.iterdir() if p.stem == path.stem}
    for suffix in (".shx", ".dbf"):
        if suffix not in parts:
            raise Refused(
                f"{path.name} 缺少同名的 {suffix} 文件",
                "Shapefile 须连同 .shx、.dbf、.prj 一起提交",
            )
        check_exists(parts[suffix])
    dbf = read_dbf(parts[".dbf"])
    intact.check_shapefile(path, parts[".shx"], dbf.records)
    found, bad = encoding_of(dbf, parts.get(".cpg"), ask.encoding)
    return described(path, path.stem, {"ESRI Shapefile"}, found, frozenset(bad))


def check_exists(path: Path) -> None:
    """Refuse what is not there, not a file, or empty.

    Raises:
        Refused: see above.
    """
    if not path.is_file():
        raise Refused(f"找不到文件 {path.name}")
    if not path.stat().st_size:
        raise Refused(f"{path.name} 是空文件（0 字节）", "请重新传送")


def layers_of(path: Path) -> list[str]:
    """The names of the tables that GDAL sees in a file. Raises Refused."""
    try:
        return [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except READ_ERRORS as error:
        raise Refused(f"{path.name} 打不开：{first_line(error)}") from error


def described(
    path: Path,
    layer: str,
    drivers: set[str],
    encoding: str = "",
    bad: frozenset[int] = frozenset(),
) -> Table:
    """A table that GDAL reads; ``drivers`` are those that may have opened it.

    Raises:
        Refused: it cannot be opened, or the content is of another format.
    """
    try:
        info = pyogrio.read_info(
            path, layer=layer, encoding=encoding or None, force_feature_count=True
        )
    except READ_ERRORS as error:
        raise Refused(f"{path.name} 打不开：{first_line(error)}") from error
    if info["driver"] not in drivers:
        raise Refused(f"{path.name} 的内容与扩展名 {path.suffix} 不符", "请重新导出")
    features, has_geometry = int(info["features"]), bool(info["geometry_type"])

    def read(fields: Sequence[str], size: int) -> Iterator[Rows]:
        start = 0
        while start < features or (start == 0 and features < 0):
            rows = _read(path, layer, encoding, has_geometry, fields, start, size)
            if not len(rows.numbers):
                break
            yield rows
            start += len(rows.numbers)

    return Table(
        path=path,
        name=path.name,
        layer=layer,
        fields=tuple(str(f) for f in info["fields"]),
        features=features,
        has_geometry=has_geometry,
        read=read,
        crs=info["crs"] or "",
        encoding=encoding,
        undecodable=bad,
    )


def _read(
    path: Path,
    layer: str,
    encoding: str,
    has_geometry: bool,
    fields: Sequence[str],
    start: int,
    size: int,
) -> Rows:
    try:
        meta, _, wkb, data = pyogrio.raw.read(
            path,
            layer=layer,
            encoding=encoding or None,
            columns=list(fields),
            read_geometry=has_geometry,
            skip_features=start,
            max_features=size,
            datetime_as_string=True,
        )
    except READ_ERRORS as error:
        raise Refused(f"{path.name} 读到第 {start + 1} 条之后出错：{first_line(error)}") from error
    count = len(wkb) if wkb is not None else (len(data[0]) if len(data) else 0)
    columns = dict(zip(meta["fields"].tolist(), data, strict=True))
    return Rows(np.arange(start + 1, start + count + 1), columns, wkb)


def first_line(error: Exception) -> str:
    """What went wrong, in one line of bounded length."""
    return str(error).split("\n")[0][:160]
