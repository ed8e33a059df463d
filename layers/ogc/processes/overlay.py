"""An area laid over the layers that limit what may be done there: what overlaps, by how much."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from layers.access.access import Caller
from layers.ogc.common.errors import InvalidInputs
from layers.ogc.common.requests import ItemsQuery
from layers.ogc.formats.geojson import feature_sql, relation
from layers.ogc.processes.declared import (
    AREA,
    COUNT,
    DATETIME,
    FLAG,
    NUMBER,
    TEXT,
    Asking,
    Input,
    Process,
)
from layers.ogc.processes.examples import example_area
from layers.ogc.processes.inputs import Inputs
from layers.reading.shares import Share
from spatial.city import city
from spatial.periods import AsOf

MOST = 500
REACH_M, MOST_REACH_M = 0.0, 1_000.0
TOUCH_M2 = 0.5


@dataclass(frozen=True)
class OverlayInputs:
    """Which area, when, how far around, and whether the overlaps are wanted as shapes."""

    area: str  # EWKB, hex
    reach_m: float
    as_of: AsOf
    shapes: bool


def reads(caller: Caller, given: Mapping[str, Any]) -> OverlayInputs:
    """The question in the inputs."""
    inputs = Inputs(given, PROCESS.inputs)
    area = inputs.area("area", required=True)
    reach = inputs.number("reach", REACH_M, 0, MOST_REACH_M)
    question = OverlayInputs(area, reach, inputs.moment(), inputs.flag("shapes"))
    if inputs.faults:
        raise InvalidInputs(inputs.faults)
    return question


def answers(asking: Asking, question: OverlayInputs) -> dict[str, Any]:
    """Per layer what overlaps the area, the largest first."""
    layers, area_m2 = [], 0.0
    for share in _limiting(asking.placed_shares()):
        found, area_m2 = _overlaps(asking, share, question)
        layers.append(found)
    return {
        "area_m2": round(area_m2, 3),
        "crs": f"EPSG:{city().projected}",
        "datetime": str(question.as_of) or None,
        "reach": question.reach_m,
        "layers": layers,
    }


def _limiting(shares: Iterable[Share]) -> list[Share]:
    """Those of layers that a site is held against, in the order of their rank."""
    ranked = [share for share in shares if share.layer.limit_rank]
    return sorted(ranked, key=lambda share: share.layer.limit_rank)


def _overlaps(
    asking: Asking, share: Share, question: OverlayInputs
) -> tuple[dict[str, Any], float]:
    """What of a layer overlaps, or lies within reach, and the area asked about in m²."""
    rows = asking.read(share, *_statement(share, question))
    areal, linear = share.layer.geometry == "Polygon", share.layer.geometry == "LineString"
    count, total, covered, area_m2 = rows[0][:4]  # a row comes even if nothing is found
    found: dict[str, Any] = {
        "collection": share.layer.id,
        "title": share.layer.title_shown,
        "count": count,
    }
    if areal:
        found |= {"area_m2": round(covered, 3), "share": round(covered / area_m2, 6)}
    if linear:
        found["length_m"] = round(total, 3)
    found["features"] = [
        _overlap(row[4:], area_m2, areal=areal, linear=linear) for row in rows if row[4]
    ]
    found["truncated"] = count > MOST
    return found, area_m2


def _overlap(row: tuple, area_m2: float, *, areal: bool, linear: bool) -> dict[str, Any]:
    text, part, distance, shape = row
    feature = json.loads(text)
    told: dict[str, Any] = {"code": feature["id"], "properties": feature["properties"]}
    if areal:
        told |= {"area_m2": round(part, 3), "share": round(part / area_m2, 6)}
    if linear:
        told["length_m"] = round(part, 3)
    told["distance_m"] = round(distance, 3)
    if shape:
        told["overlap"] = json.loads(shape)
    return told


def _statement(share: Share, question: OverlayInputs) -> tuple[str, list[Any]]:
    """The sums over all, and the largest: one statement, so both are of one moment."""
    versions, moment = relation(share, question.as_of)
    of = {"Polygon": "ST_Area", "LineString": "ST_Length"}.get(share.layer.geometry)
    inside = "CASE WHEN ST_CoveredBy(geom, area.g) THEN geom ELSE ST_Intersection(geom, area.g) END"
    measure = f"{of}(_part)" if of else "0::float8"
    meets, reach = "ST_Intersects(geom, area.g)", []
    if question.reach_m:
        meets, reach = "ST_DWithin(geom, area.g, %s)", [question.reach_m]
    # Neighbours that only share an edge overlap by rounding.
    kept = "true"
    if share.layer.geometry == "Polygon":
        kept = f"(_size > {TOUCH_M2} OR ST_Area(geom) <= {TOUCH_M2})"
        kept += " OR _away > 0" if question.reach_m else ""
    # What overlaps among itself is counted once.
    union = "ST_Union(ST_CollectionExtract(_part, 3))"
    covered = f"coalesce(ST_Area({union}), 0)" if of == "ST_Area" else "0"
    row = feature_sql(share, ItemsQuery(as_of=question.as_of, with_geometry=False))
    shape = "ST_AsGeoJSON(ST_Transform(_part, 4326), 9, 0)" if question.shapes else "NULL"
    sql = (
        "WITH area AS (SELECT %s::geometry AS g), cut AS ("
        f"SELECT versions.*, {inside} AS _part, ST_Distance(geom, area.g) AS _away"
        f" FROM area, {versions} WHERE {meets}), found AS MATERIALIZED (SELECT * FROM ("
        f"SELECT *, {measure} AS _size FROM cut) AS sized WHERE {kept})"
        " SELECT sums.*, shown.* FROM"
        f" (SELECT count(*), coalesce(sum(_size), 0), {covered}, (SELECT ST_Area(g) FROM area)"
        " FROM found)"
        f" AS sums LEFT JOIN (SELECT {row} AS feature, _size, _away, {shape} FROM found"
        f" ORDER BY _size DESC, _away, code LIMIT {MOST}) AS shown ON true"
    )
    return sql, [question.area, *moment, *reach]


PROCESS = Process(
    id="overlay-constraints",
    title=gettext_noop("选址核对"),
    description=(
        gettext_noop(
            "将一个范围与调用者可见的各限制图层叠加，列出重叠的要素、重叠面积"
            "（城市平面坐标系）及其占范围的比例。"
        )
    ),
    inputs={
        "area": Input(
            gettext_noop("范围"),
            AREA,
            required=True,
            description=gettext_noop("GeoJSON 面，经度、纬度（CRS84）"),
        ),
        "reach": Input(
            gettext_noop("外扩距离（米）"),
            {**NUMBER, "minimum": 0, "maximum": MOST_REACH_M, "default": REACH_M},
            description=gettext_noop("范围以外该距离以内的要素也列出"),
        ),
        "datetime": Input(gettext_noop("时间"), DATETIME),
        "shapes": Input(gettext_noop("返回重叠部分的图形"), FLAG),
    },
    result={
        "type": "object",
        "required": ["area_m2", "layers"],
        "properties": {
            "area_m2": NUMBER,
            "crs": TEXT,
            "datetime": {**TEXT, "nullable": True},
            "reach": NUMBER,
            "layers": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "collection": TEXT,
                        "title": TEXT,
                        "count": COUNT,
                        "area_m2": NUMBER,
                        "share": NUMBER,
                        "length_m": NUMBER,
                        "truncated": {"type": "boolean"},
                        "features": {"type": "array", "items": {"type": "object"}},
                    },
                },
            },
        },
    },
    reads=reads,
    answers=answers,
    keywords=(gettext_noop("选址"), gettext_noop("叠加")),
    example=lambda: {"area": example_area()},
)
