"""Any file that surveyors send becomes one table: by its ending, held against its content."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from importers.errors import DeliveryRefused
from importers.formats import integrity, vector
from importers.formats.archives import units, unpack
from importers.formats.flatgeobuf import open_flatgeobuf
from importers.formats.geodatabase import open_geodatabase
from importers.formats.gpx import open_gpx
from importers.formats.kml import open_kml, open_kmz
from importers.formats.osm import open_osm
from importers.values.issues import Issue, Severity
from importers.values.table import Ask, Table

Opener = Callable[[Path, Ask], Table]


def _later(module: str, name: str) -> Opener:
    """An opener of a module that is loaded when the first file of its kind comes."""

    def opener(path: Path, ask: Ask) -> Table:
        return getattr(import_module(f"importers.formats.{module}"), name)(path, ask)

    return opener


_open_csv = _later("sheets.open", "open_csv")
_open_sheet = _later("sheets.open", "open_sheet")
_open_survey_text = _later("survey_text", "open_survey_text")
_open_raster = _later("raster", "open_raster")


def _open_text(path: Path, ask: Ask) -> Table:
    """A 勘测定界 text, or else a table of points as text. Raises DeliveryRefused."""
    return (_open_survey_text if integrity.is_survey_text(path) else _open_csv)(path, ask)


FORMATS: dict[str, Opener] = {
    ".gpkg": vector.open_geopackage,
    ".shp": vector.open_shapefile,
    ".geojson": vector.open_geojson,
    ".json": vector.open_geojson,
    ".gdb": open_geodatabase,
    ".kml": open_kml,
    ".kmz": open_kmz,
    ".gpx": open_gpx,
    ".fgb": open_flatgeobuf,
    ".pbf": open_osm,
    ".osm": open_osm,
    ".gz": open_osm,
    ".vct": _later("vct.reader", "open_vct"),
    ".dxf": _later("dxf", "open_dxf"),
    ".inp": _later("epanet", "open_epanet"),
    ".dat": _later("dat", "open_dat"),
    ".txt": _open_text,
    ".csv": _open_csv,
    ".tsv": _open_csv,
    ".xlsx": _open_sheet,
    ".xls": _open_sheet,
    ".xlsb": _open_sheet,
    ".ods": _open_sheet,
    ".tif": _open_raster,
    ".tiff": _open_raster,
    ".img": _open_raster,
    ".asc": _open_raster,
    ".hgt": _open_raster,
}
# Which kinds of content (see ``intact.KINDS``) an ending stands for. A sheet may be saved
# under another sheet's ending: its reader goes by the content.
_SHEETS = ("xlsx", "ods", "ole")
CONTENT: dict[str, tuple[str, ...]] = {
    ".zip": ("zip",), ".kmz": ("zip",), ".gpkg": ("sqlite",), ".shp": ("shp",), ".fgb": ("fgb",),
    ".pbf": ("pbf",), ".gz": ("gzip",), ".xlsx": _SHEETS, ".xls": _SHEETS, ".xlsb": _SHEETS,
    ".ods": _SHEETS, ".tif": ("tiff",), ".tiff": ("tiff",),
}  # fmt: skip
COMPANIONS = {".csv", ".tsv", ".txt", ".xlsx", ".xls", ".xlsb", ".ods", ".dat"}
_SIDECAR = "请连同同名的 .gpkg 一起提交"
_PERSONAL = "请在 ArcGIS 中将个人地理数据库导出为文件地理数据库或 GeoPackage；纯表格请导出为 XLSX"
ADVICE = {
    ".dwg": "DWG 没有可靠的公开读法，请在 CAD 中另存为 DXF（R2000 至 R2018）",
    ".mdb": _PERSONAL,
    ".accdb": _PERSONAL,
    ".rar": "请用 zip 重新打包",
    ".7z": "请用 zip 重新打包",
    ".dbf": "请提交同名的 .shp",
    ".shx": "请提交同名的 .shp",
    ".gpkg-wal": _SIDECAR,
    ".gpkg-shm": _SIDECAR,
    ".gpkg-journal": _SIDECAR,
}


def open_table(path: Path, ask: Ask) -> Table:
    """Find the wanted table in a file, a geodatabase's folder or an archive.

    Raises:
        DeliveryRefused: with the reason, one line.
    """
    suffix = path.suffix.lower()
    if path.is_dir() and suffix != ".gdb":
        name = path.resolve().name
        raise DeliveryRefused(f"{name} 是文件夹，不是文件地理数据库（.gdb）", "请指明其中的文件")
    if not path.exists():
        raise DeliveryRefused(f"找不到文件 {path.name}")
    if suffix == ".zip":
        vector.check_exists(path)
        integrity.check_content(path, CONTENT[suffix])
        return _in_archive(path, ask)
    if suffix not in FORMATS:
        known = "、".join(sorted(s[1:].upper() for s in FORMATS))
        vector.check_exists(path)
        raise DeliveryRefused(
            f"不支持 {path.name} 的格式", ADVICE.get(suffix, f"可用：{known}，或其 zip")
        )
    return _opened(path, ask)


def _opened(path: Path, ask: Ask) -> Table:
    suffix = path.suffix.lower()
    if not path.is_dir():
        vector.check_exists(path)
        integrity.check_content(path, CONTENT.get(suffix, ()))
    return FORMATS[suffix](path, ask)


def _in_archive(path: Path, ask: Ask) -> Table:
    files = units(unpack(path, ask.folder))
    inside = [f for f in files if _is_data(f)]
    main = [f for f in inside if f.suffix.lower() not in COMPANIONS] or inside
    named = [f for f in inside if f.stem.lower() in {w.lower() for w in ask.wanted}]
    if len(main) != 1 and len(named) != 1:
        listed = "、".join(sorted(f.name for f in main)) or "没有可用的数据"
        advice = next((ADVICE[s] for f in files if (s := f.suffix.lower()) in ADVICE), "请分别提交")
        raise DeliveryRefused(
            f"压缩包 {path.name} 内应只有一份数据：{listed}", "请分别提交" if main else advice
        )
    found = (named if len(named) == 1 else main)[0]
    table = _opened(found, ask).renamed(path.name)
    others = sorted(f.name for f in inside if f != found)
    return replace(table, remarks=(*table.remarks, *_unread(path.name, found.name, others)))


def _is_data(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix == ".txt":  # mostly a note to the recipient
        return integrity.is_survey_text(path) or integrity.is_table_text(path)
    return suffix in FORMATS


def _unread(archive: str, found: str, others: list[str]) -> list[Issue]:
    if not others:
        return []
    text = f"只读入压缩包内的 {found}，没有读入 {'、'.join(others)[:200]}"
    hint = "其余数据请分别提交"
    return [Issue(archive, 0, "archive-unread", text, hint=hint, severity=Severity.WARNING)]
