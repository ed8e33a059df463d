"""KML and KMZ (OGC 12-007r2): folders are tables, ExtendedData their columns.

KML has one CRS, longitude and latitude in WGS 84. Links to other files or the network are
not followed. A KMZ is a zip with one main KML, and opened by the rules for archives.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

from importers.errors import DeliveryRefused
from importers.formats import integrity
from importers.formats.archives import unpack
from importers.formats.vector import check_exists, described, layers_of
from importers.values.issues import Issue, Severity
from importers.values.table import Ask, Table, pick

MAIN = "doc.kml"
LINK = b"<NetworkLink"


def open_kml(path: Path, ask: Ask) -> Table:
    """One folder of a KML file.

    Raises:
        DeliveryRefused: not KML, with a document type, or several folders and none wanted.
    """
    integrity.check_xml(path, "kml")
    table = described(path, pick(layers_of(path), ask, path.name), {"LIBKML", "KML"})
    return replace(table, remarks=tuple(_remarks(path)))


def open_kmz(path: Path, ask: Ask) -> Table:
    """The main KML of a KMZ.

    Raises:
        DeliveryRefused: see ``archives.unpack`` and ``open_kml``; or there is no KML in it.
    """
    folder = mkdtemp(prefix="kmz-", dir=ask.folder)
    inside = [p for p in unpack(path, Path(folder)) if p.suffix.lower() == ".kml"]
    main = [p for p in inside if p.name.lower() == MAIN] or inside
    if len(main) != 1:
        listed = "、".join(sorted(p.name for p in inside)) or "没有 KML"
        raise DeliveryRefused(f"{path.name} 内应有一份 KML：{listed}", "请重新导出")
    check_exists(main[0])
    return open_kml(main[0], ask).renamed(path.name)


def _remarks(path: Path) -> Iterator[Issue]:
    yield Issue(
        path.name,
        0,
        "kml-datum",
        "KML 按 WGS 84 经纬度读入；由互联网地图描绘的图形可能带有坐标偏移（GCJ-02）",
        hint="请确认来源，必要时抽查几个点",
        severity=Severity.WARNING,
    )
    with path.open("rb") as file:
        overlap = b""
        while chunk := file.read(integrity.CHUNK):
            if LINK in overlap + chunk:
                text = "文件内有网络链接（NetworkLink），没有读取所链接的内容"
                yield Issue(path.name, 0, "kml-link", text, severity=Severity.WARNING)
                return
            overlap = chunk[-len(LINK) :]
