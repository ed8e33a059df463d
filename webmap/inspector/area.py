"""What a phone keeps of its inspector's area, so that map and choices work with no signal."""

import json
from typing import Any

from django.db import connection

from grid.models import Component, GridCell
from spatial.base.models import District, Road, Water
from spatial.versions.models import SpatialFeature

MOST = {"cells": 3_000, "roads": 4_000, "water": 400, "districts": 200, "components": 8_000}
DIGITS = 6
SIMPLE_M = 1.0


def area_of(districts: tuple[str, ...]) -> dict[str, Any]:
    """GeoJSON collections of an area, in degrees; each bounded in number."""
    inside = "d.code ^@ ANY (%s)"
    return {
        "districts": _collection(District, "x.code, x.name", "x.code ^@ ANY (%s)", districts),
        "cells": _collection(GridCell, "x.code", "x.community_code ^@ ANY (%s)", districts),
        "roads": _collection(Road, "x.name, x.kind", _near(inside), districts),
        "water": _collection(Water, "x.name", _near(inside), districts),
        "components": _collection(
            Component, "x.code, x.class_code, x.name", "x.cell_code ^@ ANY (%s)", districts
        ),
    }


def _near(inside: str) -> str:
    table = District._meta.db_table
    return (
        f'EXISTS (SELECT FROM "{table}" d WHERE upper_inf(d.valid) AND {inside}'
        " AND ST_Intersects(d.geom, x.geom))"
    )


def _collection(
    model: type[SpatialFeature], columns: str, condition: str, districts: tuple[str, ...]
) -> dict[str, Any]:
    name = {District: "districts", GridCell: "cells", Road: "roads", Water: "water"}.get(
        model, "components"
    )
    names = [column.removeprefix("x.") for column in columns.split(", ")]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ST_AsGeoJSON(ST_Transform(ST_SimplifyPreserveTopology(x.geom, {SIMPLE_M}),"
            f' 4326), {DIGITS}), {columns} FROM "{model._meta.db_table}" x'
            f" WHERE upper_inf(x.valid) AND {condition} ORDER BY x.code LIMIT %s",
            [list(districts), MOST[name]],
        )
        features = [
            {
                "type": "Feature",
                "geometry": json.loads(shape),
                "properties": dict(zip(names, values, strict=True)),
            }
            for shape, *values in cursor.fetchall()
            if shape
        ]
    return {"type": "FeatureCollection", "features": features}
