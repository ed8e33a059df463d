"""A file on the map for a look: read by the importers' formats, placed their way, kept nowhere.

No register is touched, and nothing of the file stays on the server: what is in it goes back to
the one who sent it.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from importers.errors import DeliveryRefused
from importers.phases.placing import Placement
from importers.phases.reproject import check_crs
from importers.reading.apart import Beginning, beginning_of
from importers.reading.placing import settle
from importers.values.columns import Register
from importers.values.table import Table
from layers.ogc.common.errors import TooManyUnderWay
from layers.ogc.formats.slots import slot_of
from layers.sharing.callers import address_of
from spatial.city import city
from spatial.crs import reproject
from spatial.geometry import shapes_of
from spatial.readings import Meaning, meaning_of
from webmap.map.sketches.shapes import away_km, written
from webmap.web.callers import caller_of
from webmap.web.errors import BadInput, TooLarge, TooOften, answering, as_json
from webmap.web.guards import signed_in

MOST_BYTES = 30_000_000
MOST_FEATURES = 5_000
MOST_REMARKS = 20
AT_ONCE = 1  # of one person
ENDINGS = (
    ".gpkg", ".zip", ".dxf", ".txt", ".kml", ".kmz", ".csv", ".tsv", ".geojson", ".json", ".gpx",
    ".fgb", ".xlsx", ".xls", ".dat",
)  # fmt: skip
WANTED = "GeoPackage、Shapefile（zip）、DXF、TXT、KML、CSV、GeoJSON、XLSX"
NAMED = ("名称", "name", "NAME", "Name", "地块名称", "编号", "code", "label", "Text", "id")
# A look has no register: whatever is in the file is shown, wherever it lies.
ANYTHING = Register("", "", (), kinds=("Geometry",), reaches_out=True)


@dataclass(frozen=True)
class Placed:
    """The shapes of a file in degrees (None where there is none), how they were read, remarks."""

    shapes: np.ndarray
    reading: str
    remarks: Sequence[str]


@require_POST
@answering(as_json)
@signed_in
def look(request: HttpRequest) -> JsonResponse:
    """``file``, ``crs`` ('' for: find out) → its features.

    Raises:
        BadInput: the file cannot be shown; the message says why, and what to do.
        TooLarge: it is larger than is taken.
        TooOften: the caller's last file is still being read.
    """
    upload = _upload(request)
    epsg = _crs(request.POST.get("crs", ""))
    try:
        with slot_of(caller_of(request), address_of(request), "看图", AT_ONCE):
            with _stored(upload) as path:
                begun = beginning_of(path, _name(upload), MOST_FEATURES)
            found = placed(begun.table, epsg)
    except DeliveryRefused as error:
        raise BadInput(_plain(str(error)), "file") from error
    except TooManyUnderWay as error:
        raise TooOften(_("上一个文件还没有读完，请稍候再试。")) from error
    return JsonResponse(answer_of(begun, found))


def placed(table: Table, epsg: int | None) -> Placed:
    """The shapes of a table in degrees; the reading is found as by an import, or as it is told.

    Raises:
        DeliveryRefused: there are no shapes, or no reading fits them.
    """
    shapes = shapes_of(table_wkb(table))
    if not any(shape is not None and not shape.is_empty for shape in shapes):
        raise DeliveryRefused(f"{table.name} 里没有图形", "表格须有坐标列，如 X、Y 或经度、纬度")
    placement, remarks = _placement(table, epsg)
    flat = shapely.force_2d(shapes)
    plane = shapely.transform(flat, placement.apply)
    degrees = reproject(plane, city().projected, 4326)
    bad = np.array([one is not None and not _is_on_earth(one) for one in degrees])
    if bad.all():
        raise DeliveryRefused(
            f"{table.name} 的坐标与 {placement.words()} 不符", "请另选坐标系，或核对坐标"
        )
    degrees[bad] = None
    if bad.any():
        remarks.append(_("有 %(n)d 个图形的坐标不在地球上，没有显示") % {"n": int(bad.sum())})
    return Placed(degrees, placement.words(), remarks)


def _placement(table: Table, epsg: int | None) -> tuple[Placement, list[str]]:
    try:
        placement, issues = settle(table, ANYTHING, "", epsg, "none")
    except DeliveryRefused:
        if not epsg:
            guessed = None if table.crs or _is_old(table) else _guessed(table)
            if guessed is None:
                raise
            said = _("文件没有声明坐标系，按“%(reading)s”读取，请核对")
            return guessed, [said % {"reading": guessed.words()}]
        check_crs(epsg, table.name)  # it lies elsewhere: shown there all the same
        return Placement(Meaning(epsg)), []
    return placement, [_plain(f"{issue.message}；{issue.hint}".strip("；")) for issue in issues]


def _is_old(table: Table) -> bool:
    """Whether the file says that it is in a datum that needs parameters, or in none that is known."""
    return bool(table.claim and table.claim.datum not in ("", "cgcs2000", "wgs84"))


def _guessed(table: Table) -> Placement | None:
    """The one reading by which nearly all of it lies in the city; None without one."""
    bounds = shapely.bounds(shapes_of(table_wkb(table)))
    middles = (bounds[:, :2] + bounds[:, 2:]) / 2
    meaning = meaning_of(middles[:, 0], middles[:, 1], city())
    return Placement(meaning) if meaning else None


def table_wkb(table: Table) -> np.ndarray:
    """The shapes of a small table, as they came."""
    parts = [rows.wkb for rows in table.batches([]) if rows.wkb is not None]
    return np.concatenate(parts) if parts else np.empty(0, object)


def answer_of(begun: Beginning, found: Placed) -> dict[str, Any]:
    """What the page shows: features, how they were read, what is cut, where they lie."""
    shapes = [shape for shape in found.shapes if shape is not None and not shape.is_empty]
    features = [
        {
            "type": "Feature",
            "geometry": written(shape),
            "properties": {"name": _called(row, number), "values": row},
        }
        for number, (shape, row) in enumerate(zip(found.shapes, begun.rows, strict=True), 1)
        if shape is not None and not shape.is_empty
    ]
    said = [_plain(f"{one.message}；{one.hint}".strip("；")) for one in begun.table.remarks]
    bounds = shapely.total_bounds(np.array(shapes, object)).tolist()
    return {
        "title": Path(begun.table.name).stem[:60],
        "features": {"type": "FeatureCollection", "features": features},
        "reading": found.reading,
        "crs": sorted(city().accepted),
        "total": begun.total,
        "shown": len(features),
        "is_cut": begun.is_cut,
        "bounds": bounds,
        "away_km": away_km(bounds),
        "remarks": [*found.remarks, *said][:MOST_REMARKS],
    }


def _is_on_earth(shape: shapely.Geometry) -> bool:
    if shape.is_empty:
        return True
    west, south, east, north = shape.bounds
    finite = all(map(math.isfinite, (west, south, east, north)))
    return finite and west >= -180 and east <= 180 and max(-south, north) <= 85


def _called(row: dict[str, str], number: int) -> str:
    name = next((row[key] for key in NAMED if row.get(key)), "")
    return (name or str(number))[:60]


def _upload(request: HttpRequest) -> UploadedFile:
    upload = request.FILES.get("file")
    if upload is None or not upload.size:
        raise BadInput(_("请选择一个文件"), "file")
    if upload.size > MOST_BYTES:
        said = {"size": upload.size / 1e6, "most": MOST_BYTES / 1e6}
        raise TooLarge(
            _("文件 %(size).0f MB，超过上限 %(most).0f MB；入库请用“数据入库”") % said, "file"
        )
    if Path(_name(upload)).suffix.lower() not in ENDINGS:
        raise BadInput(_("不能显示这种文件；可用：%(kinds)s") % {"kinds": WANTED}, "file")
    return upload


def _name(upload: UploadedFile) -> str:
    return Path(upload.name or "file").name


@contextmanager
def _stored(upload: UploadedFile) -> Iterator[Path]:
    """The file under its own ending, which goes at once."""
    with TemporaryDirectory(prefix="look-") as folder:
        path = Path(folder) / f"upload{Path(_name(upload)).suffix.lower()}"
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        yield path


def _crs(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) in city().accepted):
        raise BadInput(_("不接受这个坐标系"), "crs")
    return int(text)


def _plain(text: str) -> str:
    """A remark of the importers for a page: what it says of the command line is said of the form."""
    for told, instead in (
        ("不对时用 --crs 指明", _("不对时请另选坐标系")),
        ("请用 --crs 指明", _("请另选坐标系")),
        ("核对后用 --crs ", _("核对后选择 ")),
    ):
        text = text.replace(told, instead)
    return text
