"""Figures of a layer within an area: how many, how much ground or length, sums of its fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from layers.access.access import Caller
from layers.cql2.compiling import Filter, FilterError
from layers.declarations.registry import layer_of_register
from layers.ogc.common.errors import InvalidInputs
from layers.ogc.common.requests import ItemsQuery, filter_of
from layers.ogc.formats.geojson import conditions, relation
from layers.ogc.processes.declared import (
    AREA,
    COUNT,
    DATETIME,
    EXPRESSION,
    NUMBER,
    TEXT,
    Asking,
    Input,
    Process,
)
from layers.ogc.processes.examples import example_area, example_collection
from layers.ogc.processes.inputs import Inputs
from layers.reading.shares import Share, share_by_id
from layers.search.search import terms_of
from spatial.base.models import District
from spatial.city import city
from spatial.versions.districts import LENGTHS

MOST_GROUPS = 1_000
TOUCH_M2 = 0.5  # neighbours that only share an edge overlap by rounding
GROUPABLE = ("string", "integer", "boolean", "date")
SUMMED = ("integer", "number")
CODES = ("year", "code")  # integers that name something are not summed


@dataclass(frozen=True)
class StatisticsInputs:
    """Which layer, where, when, and by which field."""

    share: Share
    area: str  # EWKB, hex; '' for no bound
    district: str
    group_by: str
    chosen: ItemsQuery  # when, and what else narrows the layer


def reads(caller: Caller, given: Mapping[str, Any]) -> StatisticsInputs:
    """The question in the inputs."""
    inputs = Inputs(given, PROCESS.inputs)
    name = inputs.text("collection", required=True)
    share = share_by_id(caller, name) if name else None
    if name and share is None:
        inputs.wrong("collection", _("没有图层“%(name)s”") % {"name": name})
    area, district = inputs.area("area"), inputs.text("district", longest=12)
    if area and district:
        inputs.wrong("district", _("area 与 district 只能给出一项"))
    if district and not (district.isascii() and district.isdigit() and len(district) in LENGTHS):
        inputs.wrong("district", _("应为 6、9 或 12 位区划编码"))
    group_by = inputs.text("groupBy")
    if share and group_by:
        field = share.field(group_by)
        if field is None or share.layer.json_type(group_by) not in GROUPABLE:
            inputs.wrong("groupBy", _("不能按“%(group_by)s”分组") % {"group_by": group_by})
    if share and not share.layer.geometry and (area or district):
        inputs.wrong(
            "collection",
            _("“%(title)s”没有图形，不能按范围统计") % {"title": share.layer.title_shown},
        )
    condition = _filter(inputs, share) if share else None
    words = tuple(terms_of(inputs.text("q")))
    chosen = ItemsQuery(as_of=inputs.moment(), filter=condition, words=words)
    if share is None or inputs.faults:
        raise InvalidInputs(inputs.faults)
    return StatisticsInputs(share, area, district, group_by, chosen)


def _filter(inputs: Inputs, share: Share) -> Filter | None:
    text, language = inputs.expression("filter")
    try:
        return filter_of(share, text, language) if text else None
    except FilterError as error:
        inputs.wrong("filter", str(error))
        return None


def answers(asking: Asking, question: StatisticsInputs) -> dict[str, Any]:
    """The figures of all, and of each group.

    Raises:
        InvalidInputs: no such district, or too many groups.
    """
    area = question.area or (_outline(asking, question) if question.district else "")
    share, numbers = question.share, _summed(question.share)
    rows = asking.read(share, *_statement(question, area, numbers))
    if len(rows) > MOST_GROUPS + 1:
        raise InvalidInputs(
            [
                (
                    "/inputs/groupBy",
                    _("分组超过 %(most_groups)s 个，请换一个字段")
                    % {"most_groups": f"{MOST_GROUPS:,}"},
                )
            ]
        )
    told = {row[:2]: _figures(share, row[2:], numbers) for row in rows}
    total = told.pop((1, None))
    groups = [{"value": value, **figures} for (_, value), figures in told.items()]
    groups.sort(key=lambda group: -group["count"])
    return {
        "collection": share.layer.id,
        "title": share.layer.title_shown,
        "datetime": str(question.chosen.as_of) or None,
        "crs": f"EPSG:{city().projected}",
        **total,
        **({"groupBy": question.group_by, "groups": groups} if question.group_by else {}),
    }


def _outline(asking: Asking, question: StatisticsInputs) -> str:
    """The outline of the district at the moment, as EWKB."""
    share = next(iter(asking.placed_shares([layer_of_register(District).id])), None)
    rows: list[tuple] = []
    if share:
        versions, moment = relation(share, question.chosen.as_of)
        sql = f"SELECT encode(ST_AsEWKB(geom), 'hex') FROM {versions} WHERE code = %s"
        rows = asking.read(share, f"{sql} AND geom IS NOT NULL", [*moment, question.district])
    if not rows:
        raise InvalidInputs(
            [
                (
                    "/inputs/district",
                    _("没有区划“%(district)s”的界线") % {"district": question.district},
                )
            ]
        )
    return rows[0][0]


def _summed(share: Share) -> list[str]:
    """The fields whose sum means something."""
    return [
        f.name
        for f in share.fields
        if share.layer.json_type(f.name) in SUMMED and not f.name.endswith(CODES)
    ]


def _statement(question: StatisticsInputs, area: str, numbers: list[str]) -> tuple[str, list[Any]]:
    share = question.share
    column = share.layer.column
    versions, params = relation(share, question.chosen.as_of)
    values: list[Any] = []
    bound, narrowing = conditions(share, question.chosen)
    if area:
        values, bound = [area], f"ST_Intersects(geom, area.g) AND {bound}"
        versions = f"(SELECT %s::geometry AS g) AS area, {versions}"
    found = f"SELECT versions.*, {_measure(share, area)} AS _measure FROM {versions} WHERE {bound}"
    if share.layer.geometry == "Polygon" and area:
        touched = f"_measure > {TOUCH_M2} OR ST_Area(geom) <= {TOUCH_M2}"
        found = f"SELECT * FROM ({found}) AS found WHERE {touched}"
    figures = "".join(
        f", sum({n}), avg({n}), min({n}), max({n})"
        for n in (f'"{column(name).column}"' for name in numbers)
    )
    group = f'"{column(question.group_by).column}"' if question.group_by else "NULL::text"
    sets = f"GROUPING SETS (({group}), ())" if question.group_by else "GROUPING SETS (())"
    flag = f"GROUPING({group})" if question.group_by else "1"
    shown = f"{group}::text" if question.group_by else "NULL"
    sql = (
        f"SELECT {flag}, {shown}, count(*), sum(_measure){figures} FROM ({found}) AS t"
        f" GROUP BY {sets} LIMIT {MOST_GROUPS + 2}"
    )
    return sql, [*values, *params, *narrowing]


def _measure(share: Share, area: str) -> str:
    """Square metres or metres of a feature, of its part inside the area if there is one."""
    of = {"Polygon": "ST_Area", "LineString": "ST_Length"}.get(share.layer.geometry)
    if not of:
        return "NULL::float8"
    if not area:
        return f"{of}(geom)"
    part = f"{of}(ST_Intersection(geom, area.g))"
    return f"CASE WHEN ST_CoveredBy(geom, area.g) THEN {of}(geom) ELSE {part} END"


def _figures(share: Share, row: tuple, numbers: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"count": row[0]}
    unit = {"Polygon": "area_m2", "LineString": "length_m"}.get(share.layer.geometry)
    if unit:
        found[unit] = round(row[1] or 0.0, 3)
    names = ("sum", "mean", "min", "max")
    found["fields"] = {
        name: dict(zip(names, (_number(v) for v in row[2 + 4 * i : 6 + 4 * i]), strict=True))
        for i, name in enumerate(numbers)
    }
    return found


def _number(value: Any) -> float | int | None:
    if value is None or isinstance(value, int):
        return value
    number = float(value)
    return number if number - number == 0 else None  # JSON has no NaN and no infinity


FIGURES = {
    "count": COUNT,
    "area_m2": NUMBER,
    "length_m": NUMBER,
    "fields": {
        "type": "object",
        "description": gettext_noop("各数值字段的合计、平均、最小、最大；跨界要素按整体计"),
    },
}
PROCESS = Process(
    id="layer-statistics",
    title=gettext_noop("范围统计"),
    description=(
        gettext_noop(
            "一个图层在一个范围内的数量、面积或长度（只计范围以内的部分，城市"
            "平面坐标系）及各数值字段的合计、平均，可按字段分组。"
        )
    ),
    inputs={
        "collection": Input(
            gettext_noop("图层"), TEXT, required=True, description=gettext_noop("图层标识")
        ),
        "area": Input(
            gettext_noop("范围"), AREA, description=gettext_noop("GeoJSON 面，经度、纬度（CRS84）")
        ),
        "district": Input(
            gettext_noop("行政区划"),
            TEXT,
            description=gettext_noop("6、9 或 12 位区划编码；与 area 只取其一"),
        ),
        "groupBy": Input(gettext_noop("分组字段"), TEXT),
        "q": Input(gettext_noop("字词"), TEXT, description=gettext_noop("同要素查询的 q")),
        "filter": Input(
            gettext_noop("条件"),
            EXPRESSION,
            description=gettext_noop("CQL2，文本或 JSON；其中的图形为 CRS84"),
        ),
        "datetime": Input(gettext_noop("时间"), DATETIME),
    },
    result={
        "type": "object",
        "required": ["collection", "count"],
        "properties": {
            "collection": TEXT,
            "title": TEXT,
            "datetime": {**TEXT, "nullable": True},
            "crs": TEXT,
            **FIGURES,
            "groupBy": TEXT,
            "groups": {"type": "array", "items": {"type": "object", "properties": FIGURES}},
        },
    },
    reads=reads,
    answers=answers,
    keywords=(gettext_noop("统计"),),
    example=lambda: {"collection": example_collection(), "area": example_area()},
)
