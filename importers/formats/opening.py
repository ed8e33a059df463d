"""Any file that surveyors send becomes one table: by its ending, held against its content."""

from collections.abc import Callable
from pathlib import Path

from importers.errors import Refused
from importers.formats import vector
from importers.formats.archives import unpack
from importers.formats.table import Ask, Table

FORMATS: dict[str, Callable[[Path, Ask], Table]] = {
    ".gpkg": vector.open_geopackage,
    ".shp": vector.open_shapefile,
    ".geojson": vector.open_geojson,
    ".json": vector.open_geojson,
}
ADVICE = {
    ".dwg": "DWG 没有可靠的公开读法，请在 CAD 中另存为 DXF（R2000 至 R2018）",
    ".mdb": "请在 ArcGIS 中将个人地理数据库导出为文件地理数据库或 GeoPackage；纯表格请导出为 XLSX",
    ".accdb": "请在 ArcGIS 中将个人地理数据库导出为文件地理数据库或 GeoPackage；纯表格请导出为 XLSX",
    ".rar": "请用 zip 重新打包",
    ".7z": "请用 zip 重新打包",
    ".dbf": "请提交同名的 .shp",
    ".shx": "请提交同名的 .shp",
}


def open_table(path: Path, ask: Ask) -> Table:
    """Find the wanted table in a file or archive.

    Raises:
        Refused: with the reason, one line.
    """
    suffix = path.suffix.lower()
    if path.is_dir():
        raise Refused(f"{path.name} 是文件夹", ADVICE.get(suffix, "请指明其中的文件"))
    if not path.exists():
        raise Refused(f"找不到文件 {path}")
    vector.check_exists(path)
    if suffix == ".zip":
        return _in_archive(path, ask)
    if suffix not in FORMATS:
        known = "、".join(sorted(s[1:].upper() for s in FORMATS))
        raise Refused(f"不支持 {path.name} 的格式", ADVICE.get(suffix, f"可用：{known}，或其 zip"))
    return FORMATS[suffix](path, ask)


def _in_archive(path: Path, ask: Ask) -> Table:
    files = unpack(path, ask.folder)
    inside = [f for f in files if f.suffix.lower() in FORMATS]
    named = [f for f in inside if f.stem.lower() in {w.lower() for w in ask.wanted}]
    if len(inside) != 1 and len(named) != 1:
        listed = "、".join(sorted(f.name for f in inside)) or "没有可用的数据"
        raise Refused(f"压缩包 {path.name} 内应只有一份数据：{listed}", "请分别提交")
    found = (named if len(named) == 1 else inside)[0]
    vector.check_exists(found)
    return FORMATS[found.suffix.lower()](found, ask).renamed(path.name)
