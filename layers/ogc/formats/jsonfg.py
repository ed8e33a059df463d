"""JSON-FG (OGC 21-045r1): GeoJSON with any CRS, valid time and the type of the features.

What GeoJSON readers understand stays theirs: in CRS84 the shape is ``geometry``, in any
other CRS it is ``place``, and with the profile *jsonfg-plus* both.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from layers.ogc.common.requests import CRS84, ItemsQuery, offered_crs
from layers.ogc.formats.columns import has_geometry
from layers.ogc.formats.geojson import feature_sql, geometry_sql
from layers.reading.shares import Share

PROFILES = ("jsonfg", "jsonfg-plus")
PROFILE_URI = "http://www.opengis.net/def/profile/OGC/0/"
CLASSES = tuple(
    f"http://www.opengis.net/spec/json-fg-1/1.0/conf/{name}" for name in ("core", "types-schemas")
)
DIMENSIONS = {"Point": 0, "LineString": 1, "Polygon": 2}
BEGINNING = '{"type":"Feature",'
_BOUND = (
    """coalesce('"'||to_char({} AT TIME ZONE 'UTC','YYYY-MM-DD"T"HH24:MI:SS.US"Z"')||'"','".."')"""
)


def feature_fg_sql(share: Share, query: ItemsQuery, *, plus: bool = False) -> str:
    """The expression that writes one row as a JSON-FG feature.

    The members that JSON-FG adds are put before those that it shares with GeoJSON.
    """
    elsewhere = query.crs.uri != CRS84
    shown = query.with_geometry and (plus or not elsewhere)
    common = feature_sql(share, replace(query, crs=offered_crs()[CRS84], with_geometry=shown))
    place = geometry_sql(share.layer, query.crs) if elsewhere and query.with_geometry else "'null'"
    time = f"{_BOUND.format('lower(valid)')}||','||{_BOUND.format('upper(valid)')}"
    return (
        f"'{BEGINNING}\"time\":{{\"interval\":['||{time}||']}},\"place\":'||{place}||','"
        f"||substr({common}, {len(BEGINNING) + 1})"
    )


def members(share: Share, query: ItemsQuery, schema: str, *, single: bool) -> dict[str, Any]:
    """What the root of a document tells: classes, type, schema, CRS, dimension."""
    found: dict[str, Any] = {
        "conformsTo": list(CLASSES),
        "featureType": share.layer.id,
        "featureSchema": schema,
    }
    if query.crs.uri != CRS84:
        found["coordRefSys"] = query.crs.uri
    dimension = DIMENSIONS.get(share.layer.geometry)
    if dimension is not None and has_geometry(share, query) and not single:
        found["geometryDimension"] = dimension
    return found


def profile_of(params: Mapping[str, str]) -> str:
    """The profile of JSON-FG among those that a request names, or ''."""
    asked = {
        part.strip().removeprefix(PROFILE_URI) for part in params.get("profile", "").split(",")
    }
    return next((name for name in reversed(PROFILES) if name in asked), "")
