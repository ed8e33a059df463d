"""Figures of a layer by district at a day, as a document.

A feature counts once: in the district that holds a point inside it. So the districts add up to
the whole, and nothing is cut at a border.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _
from shapely import STRtree

from layers.access.access import Caller
from layers.declarations.declarations import Layer
from layers.declarations.registry import layer_of_register
from layers.ogc.formats.geojson import relation
from layers.reading.reading import read
from layers.reading.shares import Share, share_by_id, shares_of
from spatial.base.models import District
from spatial.city import city
from spatial.periods import AsOf, parse_as_of
from webmap.documents.errors import NothingToPrint
from webmap.documents.issuing import Contents
from webmap.documents.maps import are_open, keys_of, state_of
from webmap.documents.parameters import moment_of
from webmap.documents.texts import common_texts
from webmap.map.parameters import share_parameter
from webmap.web.callers import caller_of
from webmap.web.errors import BadInput
from webmap.web.orders import caller_of_user
from webmap.web.values import field_title, layer_title, shown

LEVELS = {"town": 9, "village": 12}  # signs of a district's code
GROUPABLE = ("string", "integer", "boolean")
MOST_ROWS = 20_000
TIMEOUT_MS = 300_000  # by a worker
MEASURES = {"Polygon": "ST_Area(geom)", "LineString": "ST_Length(geom)"}


@dataclass(frozen=True)
class Row:
    """One line: a district, a class of the layer ('' without), how many, how much."""

    code: str
    name: str
    value: str
    count: int
    measure: float


def order(request: HttpRequest) -> dict[str, Any]:
    """``layer``, ``at``, ``level`` (town or village), ``by`` (a field, or nothing).

    Raises:
        Http404: there is no such layer for the caller.
        BadInput: the level or the field is none, or the day lies ahead.
    """
    share_parameter(request, request.POST.get("layer", ""))
    share = share_by_id(caller_of(request), request.POST["layer"])
    moment = moment_of(request.POST.get("at"))
    level, by = request.POST.get("level", "town"), request.POST.get("by", "")
    if share is None or not share.layer.geometry:
        raise BadInput(_("该图层没有图形，不能按区划统计"), "layer")
    if level not in LEVELS:
        raise BadInput(_("区划级别应为乡镇或村"), "level")
    if by and by not in groupable(share):
        raise BadInput(_("不能按这个字段分组"), "by")
    return {"layer": share.layer.id, "at": str(moment), "level": level, "by": by}


def groupable(share: Share) -> list[str]:
    """The fields that rows can be grouped by."""
    return [
        f.name
        for f in share.fields
        if share.layer.json_type(f.name) in GROUPABLE and (f.scheme or _has_choices(share, f.name))
    ]


def choices(caller: Caller, chosen: str) -> dict[str, Any]:
    """The layers that a caller may have figures of, and the fields of the chosen one."""
    shares = [share for share in shares_of(caller) if share.layer.geometry and share.layer.paint]
    share = next((one for one in shares if one.layer.id == chosen), None)
    fields = groupable(share) if share else []
    return {
        "layers": [(one.layer.id, layer_title(one.layer)) for one in shares],
        "fields": [(name, field_title(share.layer, share.layer.column(name))) for name in fields]
        if share
        else [],
    }


def _has_choices(share: Share, name: str) -> bool:
    paint = share.layer.paint
    column = share.layer.column(name)
    return bool(column.choices) or bool(paint and paint.by == name)


def collect(params: Mapping[str, Any], user: User | None, _progress: Any) -> Contents:
    """The figures as this user may read them now.

    Raises:
        NothingToPrint: the layer is not shared any more, or there would be too many rows.
    """
    caller = caller_of_user(user)
    share, moment = (
        share_by_id(caller, params["layer"]),
        parse_as_of(params["at"], city().time_zone),
    )
    districts = share_by_id(caller, layer_of_register(District).id)
    if share is None or districts is None or (params["by"] and params["by"] not in share.names):
        raise NothingToPrint(_("您已没有查看该图层的权限"))
    rows = figures(share, districts, moment, params["level"], params["by"])
    if len(rows) > MOST_ROWS:
        said = _("统计表超过 %(most)s 行，请改按乡镇统计，或不分组")
        raise NothingToPrint(said % {"most": f"{MOST_ROWS:,}"})
    data = {
        "heading": layer_title(share.layer),
        "state": state_of(moment),
        **_table(share.layer, rows, params["by"]),
        "remark": _("要素按其内部一点所在区划计一次，跨界不拆分；面积、长度按城市平面坐标系计算。"),
        "texts": common_texts(),
    }
    return Contents(data, {}, keys_of([share, districts]))


def is_open(params: Mapping[str, Any], user: User | None, used: Mapping[str, str]) -> bool:
    """Whether the layer is shared with the user as it was."""
    return _are_shared(caller_of_user(user), used)


def _are_shared(caller: Caller, used: Mapping[str, str]) -> bool:
    return are_open(caller, dict(used))


def figures(share: Share, districts: Share, moment: AsOf, level: str, by: str) -> list[Row]:
    """The lines of the table, by district; features in no district come last."""
    outlines = _outlines(districts, moment, LEVELS[level])
    codes, xs, ys, measures, values = _features(share, moment, by)
    if not len(codes):
        return []
    homes = _homes(outlines, shapely.points(xs, ys))
    sums: dict[tuple[int, str], list[float]] = defaultdict(lambda: [0, 0.0])
    for home, value, measure in zip(homes, values, measures, strict=True):
        entry = sums[int(home), value]
        entry[0] += 1
        entry[1] += measure
    return [
        Row(*_named(outlines, home), value, int(count), measure)
        for (home, value), (count, measure) in sorted(
            sums.items(), key=lambda item: (item[0][0] < 0, item[0])
        )
    ]


def _named(outlines: Sequence[tuple[str, str, Any]], home: int) -> tuple[str, str]:
    return outlines[home][:2] if home >= 0 else ("", _("区划以外"))


def _outlines(districts: Share, moment: AsOf, length: int) -> list[tuple[str, str, Any]]:
    versions, params = relation(districts, moment)
    rows = read(
        districts,
        f"SELECT code, name, ST_AsBinary(geom) FROM {versions}"
        " WHERE length(code) = %s AND geom IS NOT NULL ORDER BY code",
        [*params, length],
        timeout_ms=TIMEOUT_MS,
    )
    return [(code, name, shapely.from_wkb(bytes(shape))) for code, name, shape in rows]


def _features(share: Share, moment: AsOf, by: str) -> Sequence[Any]:
    """Codes, eastings, northings, measures, values of the standing features, as columns."""
    versions, params = relation(share, moment)
    measure = MEASURES.get(share.layer.geometry, "0")
    value = f"coalesce(\"{share.layer.column(by).column}\"::text, '')" if by else "''"
    rows = read(
        share,
        f"SELECT code, ST_X(p), ST_Y(p), m, v FROM (SELECT code, ST_PointOnSurface(geom) AS p,"
        f" {measure} AS m, {value} AS v FROM {versions} WHERE geom IS NOT NULL) AS t"
        " WHERE NOT ST_IsEmpty(p)",
        params,
        timeout_ms=TIMEOUT_MS,
    )
    return list(zip(*rows, strict=True)) or ([], [], [], [], [])


def _homes(outlines: Sequence[tuple[str, str, Any]], points: Any) -> Any:
    """The number of the district that holds each point; -1 for none."""
    homes = np.full(len(points), -1)
    if outlines:
        found, districts = STRtree([shape for *_rest, shape in outlines]).query(
            points, predicate="intersects"
        )
        homes[found[::-1]] = districts[::-1]  # on a border: the first
    return homes


def _table(layer: Layer, rows: Sequence[Row], by: str) -> dict[str, Any]:
    unit = {"Polygon": _("面积（m²）"), "LineString": _("长度（m）")}.get(layer.geometry)
    number, whole = sum(row.count for row in rows), sum(row.measure for row in rows)
    column = layer.column(by) if by else None
    declared = layer.field(by) if by else None
    scheme = declared.scheme if declared else ""

    def line(row: Row) -> list[str]:
        value = [shown(column, row.value, scheme)] if column else []
        measured = [f"{row.measure:,.1f}"] if unit else []
        return [row.code, row.name, *value, f"{row.count:,}", *measured]

    measured = [f"{whole:,.1f}"] if unit else []
    blank = [""] if column else []
    titles = [field_title(layer, column)] if column else []
    total = [["", _("合计"), *blank, f"{number:,}", *measured]] if rows else []
    return {
        "columns": [_("区划编码"), _("区划名称"), *titles, _("数量"), *([unit] if unit else [])],
        "rows": [*map(line, rows), *total],
    }
