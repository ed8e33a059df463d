"""A file on the map for a look: read by the importers' formats, placed their way, kept nowhere.

No register is touched, and nothing of the file stays on the server: what is in it goes back to
the one who sent it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from importers.reading.looks import Look, look_at
from layers.ogc.common.errors import TooManyUnderWay
from layers.ogc.formats.slots import slot_of
from layers.sharing.callers import address_of
from spatial.city import city
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


@require_POST
@answering(as_json)
@signed_in
def look(request: HttpRequest) -> JsonResponse:
    """``file``, ``crs`` ('' for: find out) → its features.

    Raises:
        BadInput: there is no file of a kind that can be shown.
        DeliveryRefused: the file cannot be read; the message says why, and what to do.
        TooLarge: it is larger than is taken.
        TooOften: the caller's last file is still being read.
    """
    upload = _upload(request)
    epsg = _crs(request.POST.get("crs", ""))
    try:
        with (
            slot_of(caller_of(request), address_of(request), "看图", AT_ONCE),
            _stored(upload) as path,
        ):
            found = look_at(path, _name(upload), epsg, MOST_FEATURES)
    except TooManyUnderWay as error:
        raise TooOften(_("上一个文件还没有读完，请稍候再试。")) from error
    return JsonResponse(answer_of(found))


def answer_of(found: Look) -> dict[str, Any]:
    """What the page shows: features, how they were read, what is cut, where they lie."""
    shapes = [shape for shape in found.shapes if shape is not None and not shape.is_empty]
    features = [
        {
            "type": "Feature",
            "geometry": written(shape),
            "properties": {"name": _called(row, number), "values": row},
        }
        for number, (shape, row) in enumerate(zip(found.shapes, found.rows, strict=True), 1)
        if shape is not None and not shape.is_empty
    ]
    bounds = shapely.total_bounds(np.array(shapes, object)).tolist()
    return {
        "title": Path(found.name).stem[:60],
        "features": {"type": "FeatureCollection", "features": features},
        "reading": found.reading,
        "crs": sorted(city().accepted),
        "total": found.total,
        "shown": len(features),
        "is_cut": found.is_cut,
        "bounds": bounds,
        "away_km": away_km(bounds),
        "remarks": list(found.remarks[:MOST_REMARKS]),
    }


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
