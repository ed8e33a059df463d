"""Sketches as files: by the writers of the API's downloads and of the survey text."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import shapely
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST
from shapely.geometry import mapping
from shapely.geometry import shape as shape_of

from importers.formats.survey_text import SurveyBlock, write_survey_text
from layers.ogc.common.errors import ServerBusy, TooManyUnderWay
from layers.ogc.formats.files import room_for_a_file, write_table
from layers.ogc.formats.messages import FileTable
from layers.ogc.formats.slots import slot_of
from layers.sharing.callers import address_of
from spatial.city import city
from webmap.map.sketches.kept import MOST_BYTES, MOST_TITLE
from webmap.map.sketches.shapes import features_in, in_plane
from webmap.web.callers import caller_of
from webmap.web.errors import BadInput, BadRequest, TooOften
from webmap.web.parsing import json_in

MEDIA = {
    "geojson": "application/geo+json",
    "dxf": "image/vnd.dxf",
    "gpkg": "application/geopackage+sqlite3",
    "txt": "text/plain",
}
DRIVERS = {"dxf": "DXF", "gpkg": "GPKG"}
COMMAS = str.maketrans(",，", "、、")  # both part the fields of a survey text
NAMELESS = gettext_noop("图形 %(number)d")
DRAWN = (("code", ""), ("label", ""), ("shape", ""), ("spot", ""))
KEPT = (("name", "名称"), ("note", "说明"), ("colour", "颜色"))


@require_POST
def download(request: HttpRequest) -> HttpResponseBase:
    """``sketch`` (``{title, features}`` as JSON) and ``form``: a file, in the plane of the city.

    GeoJSON is in degrees, as its standard says.

    Raises:
        BadRequest: there is no such form, or the sketch cannot be read.
        BadInput: there is nothing to write.
    """
    form, text = request.POST.get("form", ""), request.POST.get("sketch", "")
    if form not in MEDIA or len(text) > MOST_BYTES:
        raise BadRequest(_("没有这种文件格式，或草图太大"), "form")
    wanted = json_in(text)
    features = features_in(wanted.get("features"))
    title = " ".join(str(wanted.get("title") or "").split())[:MOST_TITLE] or _("草图")
    if not features:
        raise BadInput(_("草图是空的"), "features")
    if form == "geojson":
        response: HttpResponseBase = HttpResponse(_geojson(features), content_type=MEDIA[form])
    else:
        response = _file(request, form, title, features)
    name = quote(f"{title}.{form}", safe="")
    response["Content-Disposition"] = (
        f"attachment; filename=\"sketch.{form}\"; filename*=UTF-8''{name}"
    )
    response["Cache-Control"] = "no-store"
    return response


def _file(
    request: HttpRequest, form: str, title: str, features: Sequence[dict[str, Any]]
) -> HttpResponseBase:
    try:
        with (
            slot_of(caller_of(request), address_of(request)),
            room_for_a_file() as (folder, _check),
        ):
            path = folder / f"sketch.{form}"
            write(path, form, title, features)
            # Small, and the folder goes at once: it is sent from memory.
            body = io.BytesIO(path.read_bytes())
    except (TooManyUnderWay, ServerBusy) as error:
        raise TooOften(str(error)) from error
    return FileResponse(body, content_type=MEDIA[form])


def write(path: Path, form: str, title: str, features: Sequence[dict[str, Any]]) -> None:
    """Write the features to a file of a form other than GeoJSON.

    Raises:
        BadInput: the form does not hold any of them, or they lie too far away.
    """
    shapes = in_plane([shape_of(one["geometry"]) for one in features])
    if form == "txt":
        return _survey_text(path, features, shapes)
    lines = _drawn(features, shapes) if form == "dxf" else _kept(features, shapes)
    columns = tuple((name, "string", said, 0) for name, said in (DRAWN if form == "dxf" else KEPT))
    is_drawing = form == "dxf"
    table = FileTable(
        path=str(path),
        driver=DRIVERS[form],
        layer="sketch",
        title=title,
        description="",
        columns=columns,
        geometry="" if is_drawing else _kind(shapes),
        crs="" if is_drawing else f"EPSG:{city().projected}",
    )
    write_table(table, [_csv(lines)])
    return None


def _geojson(features: Sequence[dict[str, Any]]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def _kind(shapes: np.ndarray) -> str:
    """The one kind of all shapes, or that of any."""
    kinds = {shape.geom_type for shape in shapes}
    return kinds.pop() if len(kinds) == 1 else "Unknown"


def _name(feature: dict[str, Any], number: int) -> str:
    return feature["properties"].get("name") or _(NAMELESS) % {"number": number}


def _kept(features: Sequence[dict[str, Any]], shapes: np.ndarray) -> list[list[str]]:
    return [
        [
            _name(one, number),
            one["properties"].get("note", ""),
            one["properties"].get("colour", ""),
            shapely.to_wkb(shape).hex(),
        ]
        for number, (one, shape) in enumerate(zip(features, shapes, strict=True), 1)
    ]


def _drawn(features: Sequence[dict[str, Any]], shapes: np.ndarray) -> list[list[str]]:
    return [
        [
            str(number),
            _name(one, number),
            json.dumps(mapping(shape)),
            json.dumps(mapping(shape.representative_point())),
        ]
        for number, (one, shape) in enumerate(zip(features, shapes, strict=True), 1)
    ]


def _csv(lines: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()


def _survey_text(path: Path, features: Sequence[dict[str, Any]], shapes: np.ndarray) -> None:
    """The areas as 地块 with their corners J1, J2, …; lines and points have no place in it."""
    areas = [
        (number, one, shape)
        for number, (one, shape) in enumerate(zip(features, shapes, strict=True), 1)
        if shape.geom_type == "Polygon"
    ]
    if not areas:
        raise BadInput(_("界址点文本只能写面，草图里没有面"), "form")
    write_survey_text(path, _head(), [_block(*one) for one in areas])


def _head() -> dict[str, str]:
    return {
        "格式版本号": "1.01版本",
        "坐标系": "2000国家大地坐标系" if city().geographic == 4490 else city().datum,
        "几度分带": "3",
        "投影类型": "高斯克吕格",
        "计量单位": "米",
        "精度": "0.001",
        "转换参数": "0,0,0,0,0,0,0",
    }


def _block(number: int, feature: dict[str, Any], shape: shapely.Polygon) -> SurveyBlock:
    rings = [list(ring.coords)[:-1] for ring in (shape.exterior, *shape.interiors)]
    starts = np.cumsum([0, *(len(ring) for ring in rings)])
    ids = [
        [f"J{start + at}" for at in range(1, len(ring) + 1)]
        for start, ring in zip(starts, rings, strict=False)
    ]
    name = _name(feature, number).translate(COMMAS)
    corners = sum(map(len, rings)) + len(rings)
    fields = [str(corners), f"{shape.area / 10_000:.4f}", str(number), name, "面", "", "", ""]
    return SurveyBlock(0, fields, ids, rings)
