"""Whether a file is whole: cut transfers are found before a reader makes do with half."""

import codecs
import json
import struct
from pathlib import Path

from importers.errors import Refused

SHAPE_MAGIC = 9994
SQLITE_MAGIC = b"SQLite format 3\0"
CHUNK = 1 << 20
BOM = b"\xef\xbb\xbf"
PIPELINE = b"gdal_streamed_alg"  # JSON that has GDAL run commands


def check_shapefile(shp: Path, shx: Path, records: int) -> None:
    """Refuse a .shp or .shx that is not what its header says, or unlike the .dbf.

    Raises:
        Refused: wrong magic, cut short, or a different number of records.
    """
    for path in (shp, shx):
        with path.open("rb") as file:
            head = file.read(100)
        if len(head) < 100 or struct.unpack(">I", head[:4])[0] != SHAPE_MAGIC:
            raise Refused(f"{path.name} 不是 Shapefile 或已损坏", "请重新导出")
        declared = 2 * struct.unpack(">I", head[24:28])[0]
        if declared > path.stat().st_size:
            raise Refused(
                f"{path.name} 不完整（缺 {declared - path.stat().st_size} 字节）", "请重新传送"
            )
    shapes = (shx.stat().st_size - 100) // 8
    if shapes != records:
        raise Refused(f"{shp.name} 有 {shapes} 个图形而属性表有 {records} 条", "请重新导出")


def check_geopackage(path: Path) -> None:
    """Refuse what is not SQLite, or is shorter than its own page count.

    Raises:
        Refused: not a GeoPackage, or cut short.
    """
    with path.open("rb") as file:
        head = file.read(100)
    if not head.startswith(SQLITE_MAGIC) or len(head) < 100:
        raise Refused(f"{path.name} 不是 GeoPackage", "请重新导出")
    page = struct.unpack(">H", head[16:18])[0]
    page = 65536 if page == 1 else page
    pages = struct.unpack(">I", head[28:32])[0]
    is_current = head[24:28] == head[92:96]
    if is_current and pages * page > path.stat().st_size:
        missing = pages * page - path.stat().st_size
        raise Refused(f"{path.name} 不完整（缺 {missing} 字节）", "请重新传送")


def check_geojson(path: Path) -> None:
    """Refuse what is not UTF-8, or not one whole JSON object.

    Raises:
        Refused: see above.
    """
    opened = closed = 0
    decoder = _Utf8(path.name)
    with path.open("rb") as file:
        head = file.read(CHUNK)
        if not head.removeprefix(BOM).lstrip().startswith(b"{") or PIPELINE in head:
            raise Refused(f"{path.name} 不是 GeoJSON", "请重新导出")
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
            raise Refused(f"{path.name} 不完整或不是有效的 JSON", "请重新传送") from error


class _Utf8:
    """Strict UTF-8, chunk by chunk."""

    def __init__(self, name: str) -> None:
        self.name, self.decoder = name, codecs.getincrementaldecoder("utf-8")()

    def feed(self, chunk: bytes, final: bool = False) -> None:
        try:
            self.decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            raise Refused(
                f"{self.name} 不是 UTF-8 编码", "GeoJSON 必须是 UTF-8，请重新导出"
            ) from error

    def finish(self) -> None:
        self.feed(b"", final=True)
