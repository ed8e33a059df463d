"""ESRI's file geodatabase: a folder ``name.gdb`` of tables a00000001.gdbtable and so on.

The first table lists the others (after the reverse engineering that GDAL's OpenFileGDB
driver documents). Personal geodatabases (.mdb) are another thing, and not read.
"""

from pathlib import Path

from importers.errors import DeliveryRefused
from importers.formats import integrity
from importers.formats.vector import described, layers_of
from importers.values.table import Ask, Table, pick

SYSTEM_TABLE = "a00000001.gdbtable"
COMPRESSED = ".cdf"
MAX_FILES = 20_000


def open_geodatabase(path: Path, ask: Ask) -> Table:
    """A feature class or table of a file geodatabase.

    Raises:
        DeliveryRefused: a file and no folder, not whole, compressed, or with links inside.
    """
    if not path.is_dir():
        integrity.check_content(path)
        raise DeliveryRefused(
            f"{path.name} 不是文件夹，文件地理数据库是名为 .gdb 的文件夹",
            "请把整个 .gdb 文件夹打成 zip 提交",
        )
    _check_folder(path)
    return described(path, pick(layers_of(path), ask, path.name), {"OpenFileGDB"})


def _check_folder(path: Path) -> None:
    files = {}
    for number, inside in enumerate(path.iterdir()):
        if inside.is_symlink() or not inside.is_file():
            raise DeliveryRefused(f"{path.name} 内有链接或文件夹：{inside.name}", "请重新导出")
        if number >= MAX_FILES:
            raise DeliveryRefused(f"{path.name} 内的文件超过 {MAX_FILES} 个", "请分开提交")
        files[inside.name.lower()] = inside
    if not files:
        raise DeliveryRefused(f"{path.name} 是空文件夹", "请重新导出")
    if SYSTEM_TABLE not in files or not files[SYSTEM_TABLE].stat().st_size:
        raise DeliveryRefused(
            f"{path.name} 不是文件地理数据库（缺 {SYSTEM_TABLE}）", "请提交完整的文件夹"
        )
    if any(name.endswith(COMPRESSED) for name in files):
        raise DeliveryRefused(
            f"{path.name} 是压缩的文件地理数据库",
            "请在 ArcGIS 中解压（Uncompress File Geodatabase Data）后重交",
        )
