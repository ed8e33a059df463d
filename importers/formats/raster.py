"""Rasters of ground heights: one row that says where the sheet lies and how fine it is.

The heights themselves stay in the file; ``importers.runs.raster_copies`` makes the served copy when
the row is committed.
"""

import hashlib
from pathlib import Path

from importers.errors import DeliveryRefused
from importers.formats.rings import assemble
from importers.values.issues import Issue, Severity
from importers.values.table import Ask, Table, in_memory
from spatial.rasters import HeightSheet, RasterError, read_sheet

LOWEST_M, HIGHEST_M = -500.0, 9_000.0  # no ground of this country lies outside


def open_raster(path: Path, ask: Ask) -> Table:
    """A sheet as a table of one row. ``ask`` says nothing that concerns a raster.

    Raises:
        DeliveryRefused: unreadable, several bands, or heights that cannot be.
    """
    try:
        sheet = read_sheet(path)
    except RasterError as error:
        raise DeliveryRefused(str(error), "请提交单波段的 GeoTIFF 高程数据") from error
    if sheet.bands != 1:
        raise DeliveryRefused(f"{path.name} 有 {sheet.bands} 个波段，高程数据应为单波段")
    _check_heights(path.name, sheet)
    columns: dict[str, list] = {
        "code": [path.stem[:40]],
        "name": [path.stem[:100]],
        "cell_m": [round(sheet.cell_m, 3)],
        "columns": [sheet.shape[1]],
        "rows": [sheet.shape[0]],
        "minimum_m": [sheet.minimum],
        "maximum_m": [sheet.maximum],
        "vertical_datum": [sheet.vertical_datum or None],
        "file": [_sha256(path)],
    }
    outline = assemble(list(sheet.rings))
    return in_memory(
        path, path.stem, columns, [outline], crs=sheet.crs, remarks=_remarks(path, sheet)
    )


def _check_heights(name: str, sheet: HeightSheet) -> None:
    if sheet.suspicious is not None:
        raise DeliveryRefused(
            f"{name} 含有数值 {sheet.suspicious:g}，像是没有声明的无效值",
            "请在文件中声明无效值（NoData）后重新导出",
        )
    low, high = sheet.minimum or 0.0, sheet.maximum or 0.0
    if low < LOWEST_M or high > HIGHEST_M:
        raise DeliveryRefused(
            f"{name} 的高程为 {low:g} 至 {high:g}，不是以米为单位的地面高程", "请核对单位"
        )


def _remarks(path: Path, sheet: HeightSheet) -> list[Issue]:
    found = []
    if not sheet.vertical_datum:
        found.append(
            ("vertical-datum", "文件没有声明高程基准", "请在登记时补上，如“1985国家高程基准”")
        )
    if sheet.nodata is None:
        found.append(("nodata", "文件没有声明无效值（NoData）", "请确认全部格网都有高程"))
    return [
        Issue(path.name, 1, code, message, hint=hint, severity=Severity.WARNING)
        for code, message, hint in found
    ]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
