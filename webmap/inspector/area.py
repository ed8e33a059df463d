"""What a phone keeps of its inspector's area, so that map and choices work with no signal."""

import json
from typing import Any

from django.db import connection

from grid.models import Component, GridCell
from spatial.base.models import District, Road, Water
from spatial.parcels.models import Building
from spatial.versions.models import SpatialFeature

DIGITS = 6
SIMPLE_M = 1.0
_NEAR = (
    f'EXISTS (SELECT FROM "{District._meta.db_table}" d WHERE upper_inf(d.valid)'
    " AND d.code ^@ ANY (%s) AND ST_Intersects(d.geom, x.geom))"
)
# Name → table, what is told of a feature, which belong to the area, how many at most.
COLLECTIONS: dict[str, tuple[type[SpatialFeature], tuple[str, ...], str, int]] = {
    "districts": (District, ("code", "name"), "x.code ^@ ANY (%s)", 200),
    "cells": (GridCell, ("code",), "x.community_code ^@ ANY (%s)", 3_000),
    "roads": (Road, ("name", "kind"), _NEAR, 4_000),
    "water": (Water, ("name",), _NEAR, 400),
    "buildings": (Building, (), _NEAR, 6_000),
    "components": (
        Component,
        ("code", "class_code", "name"),
        "x.cell_code ^@ ANY (%s)",
        8_000,
    ),
}


def area_of(districts: tuple[str, ...]) -> dict[str, Any]:
    """GeoJSON collections of an area, in degrees; each bounded in number.

    ``area_codes`` are the districts asked for: none is an inspector without an area.
    ``cut`` names the collections of which there is more: {name: how many are here}.
    """
    found: dict[str, Any] = {"area_codes": list(districts), "cut": {}}
    for name, (model, columns, condition, most) in COLLECTIONS.items():
        features = _features(model, columns, condition, districts, most + 1)
        if len(features) > most:
            found["cut"][name] = most
        found[name] = {"type": "FeatureCollection", "features": features[:most]}
    return found


def _features(
    model: type[SpatialFeature],
    columns: tuple[str, ...],
    condition: str,
    districts: tuple[str, ...],
    most: int,
) -> list[dict[str, Any]]:
    listed = "".join(f', x."{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ST_AsGeoJSON(ST_Transform(ST_SimplifyPreserveTopology(x.geom, {SIMPLE_M}),"
            f' 4326), {DIGITS}){listed} FROM "{model._meta.db_table}" x'
            f" WHERE upper_inf(x.valid) AND NOT ST_IsEmpty(x.geom) AND {condition}"
            " ORDER BY x.code LIMIT %s",
            [list(districts), most],
        )
        return [
            {
                "type": "Feature",
                "geometry": json.loads(shape),
                "properties": dict(zip(columns, values, strict=True)),
            }
            for shape, *values in cursor.fetchall()
        ]
