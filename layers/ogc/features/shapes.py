"""The geometry that a writer sends: checked, brought to the storage CRS, never moved idly.

What a client read and sends back unchanged has lost a tenth of a millimetre to the digits
of its form; the surveyed coordinate stays then as it is.
"""

import math
from collections.abc import Mapping
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from layers.ogc.common.errors import ContentTooLarge, InvalidParameter
from layers.ogc.common.requests import CRS84, Crs, offered_crs
from layers.ogc.features.bodies import Faults
from layers.reading.shares import Share
from spatial.base.models import District
from spatial.city import city

MOST_POSITIONS = 50_000
CHECK_MS = 5_000
SAME_M = 0.000_3  # what digits and two transformations can move a point by
EDGE_M = 1.0  # a district's outline and a parcel's may differ by so much
DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
LEAST = {"LineString": 2, "MultiLineString": 2, "Polygon": 4, "MultiPolygon": 4}
AREAS = ("Polygon", "MultiPolygon")
POINTER = "/geometry"


def read_content_crs(header: str) -> Crs:
    """The CRS of the coordinates in a body, as its Content-Crs header names it.

    Raises:
        InvalidParameter: a CRS that is not offered.
    """
    uri = header.strip().strip("<>[]") or CRS84
    found = offered_crs().get(uri)
    if not found:
        raise InvalidParameter(
            _("Content-Crs 不支持 %(uri)s；可用：%(listed)s")
            % {"uri": uri[:200], "listed": "、".join(offered_crs())}
        )
    return found


def read_shape(
    share: Share, given: Any, crs: Crs, faults: Faults, standing: GEOSGeometry | None = None
) -> GEOSGeometry | None:
    """The geometry in the storage CRS, or None with what is wrong with it noted.

    ``standing``: the geometry that the feature has now; an equal one is it.

    Raises:
        ContentTooLarge: more positions than are taken one by one.
    """
    if not share.layer.geometry:
        if given is not None:
            faults.append((POINTER, _("该图层没有图形，应为 null")))
        return None
    column: Any = share.layer.column("geom")
    if given is None:
        if not column.null:
            faults.append((POINTER, _("必填")))
        return None
    fault = _form_fault(given, column.kinds)
    if fault:
        faults.append((POINTER, fault))
        return None
    shape, fault = _stored(_wkb(given), crs)
    if fault or shape is None:
        faults.append((POINTER, fault))
        return None
    if standing is not None and shape.equals_exact(standing, SAME_M):
        return standing
    return shape


def area_of(given: Any, crs: Crs) -> tuple[GEOSGeometry | None, str]:
    """An area that is asked about, in the storage CRS; or None and what is wrong with it.

    Raises:
        ContentTooLarge: more positions than are taken.
    """
    fault = _form_fault(given, AREAS)
    return (None, fault) if fault else _stored(_wkb(given), crs)


def is_within(shape: GEOSGeometry, districts: tuple[str, ...]) -> bool:
    """Whether a shape lies in these districts; true if the register knows none of their outlines."""
    table = f'"{District._meta.db_table}"'
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_Covers(ST_Buffer(ST_Union(geom), %s), %s::geometry)"
            f" FROM {table} WHERE upper_inf(valid) AND code = ANY(%s) AND geom IS NOT NULL",
            [EDGE_M, shape.hexewkb.decode(), list(districts)],
        )
        return cursor.fetchone()[0] is not False


def _form_fault(given: Any, kinds: tuple[str, ...]) -> str:
    """What makes a value no GeoJSON geometry of these kinds; '' if nothing does."""
    kind = given.get("type") if isinstance(given, Mapping) else None
    accepted = kinds or tuple(DEPTHS)
    if kind not in accepted or kind not in DEPTHS:
        return _("应为 %(listed)s") % {"listed": "、".join(accepted)}
    counted = _Counted()
    fault = counted.fault(given.get("coordinates"), DEPTHS[kind], LEAST.get(kind, 1))
    if fault:
        return fault
    return "" if counted.positions else _("没有坐标")


class _Counted:
    """A walk through coordinates that stops at the bound."""

    def __init__(self) -> None:
        self.positions = 0

    def fault(self, part: Any, depth: int, least: int) -> str:
        """What is wrong with nested coordinates, or ''."""
        if not isinstance(part, list):
            return _("坐标应为数组")
        if depth == 0:
            return self._position_fault(part)
        if depth == 1 and len(part) < least:
            return _("线至少 %(least)s 点，环至少 %(least_ring)s 点") % {
                "least": LEAST["LineString"],
                "least_ring": LEAST["Polygon"],
            }
        if depth == 1 and least == LEAST["Polygon"] and part[0] != part[-1]:
            return _("环的首尾坐标应相同")
        found = (self.fault(inner, depth - 1, least) for inner in part)
        return next((fault for fault in found if fault), "")

    def _position_fault(self, position: list) -> str:
        self.positions += 1
        if self.positions > MOST_POSITIONS:
            raise ContentTooLarge(
                _("图形超过 %(most_positions)s 个坐标点；请简化，或按文件入库")
                % {"most_positions": f"{MOST_POSITIONS:,}"}
            )
        if len(position) != 2:
            return _("坐标应为两个数；图形须为二维")
        plain = all(isinstance(n, int | float) and not isinstance(n, bool) for n in position)
        if not plain or not all(abs(n) < 1e9 and math.isfinite(n) for n in position):
            return _("坐标应为有限的数")
        return ""


def _wkb(given: Mapping[str, Any]) -> bytes:
    return bytes(shapely.to_wkb(shapely.geometry.shape(given)))


def _stored(wkb: bytes, crs: Crs) -> tuple[GEOSGeometry | None, str]:
    """The shape in the storage CRS, or what is wrong with it, as the database sees it."""
    given = "ST_SetSRID(ST_GeomFromWKB(%s), %s::int)"
    if crs.flipped:
        given = f"ST_FlipCoordinates({given})"
    extent = city().extent
    bounds = [extent.west, extent.south, extent.east, extent.north]
    sql = (
        f"WITH given AS MATERIALIZED (SELECT {given} AS g)"
        f", stored AS MATERIALIZED (SELECT ST_Transform(g, {city().projected}) AS g"
        " FROM given)"
        " SELECT encode(ST_AsEWKB(g), 'hex'), ST_IsValid(g), ST_IsValidReason(g),"
        " ST_MakeEnvelope(%s, %s, %s, %s, 4326) ~ ST_Envelope(ST_Transform(g, 4326))"
        " FROM stored"
    )
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {CHECK_MS:d}")
            cursor.execute(sql, [wkb, crs.epsg, *bounds])
            text, valid, reason, inside = cursor.fetchone()
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    except DatabaseError:
        return None, _("坐标不在坐标系的适用范围内，或图形过于复杂")
    if not inside:
        return None, _("图形不在本市范围内；请核对 Content-Crs 与坐标的次序")
    if not valid:
        return None, _("图形无效：%(reason)s") % {"reason": _reason_in_words(reason)}
    return GEOSGeometry(text), ""


REASONS = {
    "Self-intersection": gettext_noop("边界自相交"),
    "Ring Self-intersection": gettext_noop("环自相交"),
    "Hole lies outside shell": gettext_noop("内环在外环之外"),
    "Holes are nested": gettext_noop("内环相互嵌套"),
    "Interior is disconnected": gettext_noop("内部不连通"),
    "Nested shells": gettext_noop("多个面相互嵌套"),
    "Duplicate Rings": gettext_noop("环重复"),
    "Too few points in geometry component": gettext_noop("坐标点过少"),
}


def _reason_in_words(reason: str) -> str:
    name, _bracket, place = reason.partition("[")
    return _(REASONS.get(name.strip(), name.strip())) + (
        f"（{place.rstrip(']')}）" if place else ""
    )
