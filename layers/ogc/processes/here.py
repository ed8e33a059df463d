"""What stands at a point, in every register that the caller may see."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from layers.access.access import Caller
from layers.ogc.common.errors import InvalidInputs
from layers.ogc.common.requests import ItemsQuery
from layers.ogc.formats.geojson import feature_sql, relation
from layers.ogc.processes.declared import (
    DATETIME,
    FLAG,
    NUMBER,
    POINT,
    TEXT,
    Asking,
    Input,
    Process,
)
from layers.ogc.processes.examples import example_point
from layers.ogc.processes.inputs import Inputs
from layers.reading.shares import Share
from spatial.city import city
from spatial.periods import AsOf

MOST = 50
REACH_M, MOST_REACH_M = 1.0, 500.0


@dataclass(frozen=True)
class HereInputs:
    """Where, how far around, and when."""

    x: float
    y: float
    reach_m: float
    as_of: AsOf
    position: list[float]
    shapes: bool


def reads(caller: Caller, given: Mapping[str, Any]) -> HereInputs:
    """The question in the inputs."""
    inputs = Inputs(given, PROCESS.inputs)
    spot = inputs.point("point")
    reach, as_of = inputs.number("reach", REACH_M, 0, MOST_REACH_M), inputs.moment()
    shapes = inputs.flag("shapes")
    if spot is None or inputs.faults:
        raise InvalidInputs(inputs.faults)
    return HereInputs(*spot, reach, as_of, inputs.given["point"]["coordinates"][:2], shapes)


def answers(asking: Asking, question: HereInputs) -> dict[str, Any]:
    """The features at the point, nearest first, by collection."""
    found = []
    for share in asking.placed_shares():
        features = _features(asking, share, question)
        if features:
            found.append(
                {
                    "collection": share.layer.id,
                    "title": share.layer.title_shown,
                    "features": features[:MOST],
                    "truncated": len(features) > MOST,
                }
            )
    return {
        "position": question.position,
        "reach": question.reach_m,
        "datetime": str(question.as_of) or None,
        "collections": found,
    }


def _features(asking: Asking, share: Share, question: HereInputs) -> list[dict[str, Any]]:
    """Areas that cover the point, or lie within reach of it; lines and points within reach."""
    versions, moment = relation(share, question.as_of)
    point = f"ST_SetSRID(ST_MakePoint(%s, %s), {city().projected})"
    spot = [question.x, question.y]
    row = feature_sql(share, ItemsQuery(as_of=question.as_of, with_geometry=question.shapes))
    rows = asking.read(
        share,
        f"SELECT {row} FROM {versions} WHERE ST_DWithin(geom, {point}, %s)"
        f" ORDER BY geom <-> {point}, code LIMIT {MOST + 1}",
        [*moment, *spot, question.reach_m, *spot],
    )
    return [json.loads(text) for (text,) in rows]


PROCESS = Process(
    id="what-stands-here",
    title=gettext_noop("此处有什么"),
    description=gettext_noop(
        "一点上（或其周围）各登记簿中的要素：面为覆盖或邻近该点者，线和点为该距离以内者，由近及远。"
    ),
    inputs={
        "point": Input(
            gettext_noop("位置"),
            POINT,
            required=True,
            description=gettext_noop("经度、纬度（CRS84）"),
        ),
        "reach": Input(
            gettext_noop("距离（米）"),
            {**NUMBER, "minimum": 0, "maximum": MOST_REACH_M, "default": REACH_M},
        ),
        "datetime": Input(gettext_noop("时间"), DATETIME),
        "shapes": Input(gettext_noop("返回要素的图形"), FLAG),
    },
    result={
        "type": "object",
        "required": ["position", "collections"],
        "properties": {
            "position": {"type": "array", "items": NUMBER},
            "reach": NUMBER,
            "datetime": {**TEXT, "nullable": True},
            "collections": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "collection": TEXT,
                        "title": TEXT,
                        "truncated": {"type": "boolean"},
                        "features": {"type": "array", "items": {"type": "object"}},
                    },
                },
            },
        },
    },
    reads=reads,
    answers=answers,
    keywords=(gettext_noop("查询"), gettext_noop("位置")),
    example=lambda: {"point": example_point(), "reach": 5},
)
