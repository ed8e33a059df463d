"""What the schema of CAP lets through and must not: our own rules, one name each. Pure.

Sources: the text of OASIS CAP 1.2 (what its XSD cannot say), and faults that circulate:
swapped axes, crossing rings, areas without a place.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from shapely import LinearRing, Point, Polygon
from shapely.geometry.base import BaseGeometry

from spatial.alerts.rules.messages import Alert, AlertArea, AlertInfo, Position

NEEDS_REFERENCES = frozenset({"Update", "Cancel", "Ack", "Error"})
FORBIDDEN_IN_NAMES = frozenset(" ,<&\t\n")
LEAST_POSITIONS = 4
MARGIN_DEGREES = 0.5  # about 50 km: a warning of a neighbour may reach over the border


@dataclass(frozen=True)
class AlertFault:
    """Which rule is broken, where in the document, and how, in both languages."""

    rule: str
    where: str
    zh: str
    en: str


@dataclass(frozen=True)
class AlertBounds:
    """Where warnings of this city may lie: degrees of latitude, and the county (WGS 84)."""

    south: float = 18.0
    north: float = 54.0
    county: BaseGeometry | None = None


def faults(alert: Alert, bounds: AlertBounds | None = None) -> list[AlertFault]:
    """Every broken rule of one message by itself; bounds hold for messages about this city."""
    found = [*_of_names(alert), *_of_kind(alert), *_of_scope(alert)]
    if bounds and alert.kind in ("Alert", "Update") and not alert.infos:
        found.append(
            AlertFault("info", "alert", "没有说明内容（info）", "nothing is said (no info)")
        )
    for number, info in enumerate(alert.infos, start=1):
        found += _of_times(alert, info, f"info[{number}]")
        for at, area in enumerate(info.areas, start=1):
            found += _of_area(area, bounds, f"info[{number}]/area[{at}]")
    return found


def _of_names(alert: Alert) -> Iterator[AlertFault]:
    for where, name in (("identifier", alert.identifier), ("sender", alert.sender)):
        if not name or FORBIDDEN_IN_NAMES & set(name):
            yield AlertFault(
                "characters",
                where,
                f"“{name}”含有空格、逗号或 < &，或为空，引用时无法识别",
                f'"{name}" holds a blank, a comma, < or &, or is empty: nothing can refer to it',
            )


def _of_kind(alert: Alert) -> Iterator[AlertFault]:
    if alert.kind in NEEDS_REFERENCES and not alert.references:
        yield AlertFault(
            "references",
            "references",
            f"消息类型为 {alert.kind}，必须引用所针对的消息",
            f"a message of type {alert.kind} refers to the message it is about",
        )
    if alert.reference in alert.references:
        yield AlertFault("itself", "references", "消息引用了自己", "the message refers to itself")


def _of_scope(alert: Alert) -> Iterator[AlertFault]:
    if alert.scope == "Restricted" and not alert.restriction:
        yield AlertFault(
            "restriction",
            "restriction",
            "范围为受限（Restricted），必须写明限制",
            "a restricted message tells its restriction",
        )
    if alert.scope == "Private" and not alert.addresses:
        yield AlertFault(
            "addresses",
            "addresses",
            "范围为专送（Private），必须写明收件人",
            "a private message tells its addresses",
        )


def _of_times(alert: Alert, info: AlertInfo, where: str) -> Iterator[AlertFault]:
    starts = info.effective or alert.sent
    for name, start in (("sent", alert.sent), ("effective", starts), ("onset", info.onset)):
        if info.expires and start and info.expires <= start:
            yield AlertFault(
                "expiry",
                f"{where}/expires",
                f"失效时间 {info.expires.isoformat()} 不晚于 {name} {start.isoformat()}",
                f"it expires {info.expires.isoformat()}, not after {name} {start.isoformat()}",
            )
            return


def _of_area(area: AlertArea, bounds: AlertBounds | None, where: str) -> Iterator[AlertFault]:
    if not (area.polygons or area.circles or area.geocodes):
        yield AlertFault(
            "place",
            where,
            f"区域“{area.description}”既无图形也无区划代码",
            f'the area "{area.description}" has neither a shape nor a code',
        )
    for number, ring in enumerate(area.polygons, start=1):
        yield from _of_ring(ring, bounds, f"{where}/polygon[{number}]")
    for number, circle in enumerate(area.circles, start=1):
        at = f"{where}/circle[{number}]"
        if circle.radius_km < 0:
            yield AlertFault("radius", at, "半径为负", "the radius is negative")
        yield from _of_position(circle.centre, bounds, at)
        yield from _outside(Point(circle.centre), bounds, at)


def _of_ring(
    ring: tuple[Position, ...], bounds: AlertBounds | None, where: str
) -> Iterator[AlertFault]:
    if len(ring) < LEAST_POSITIONS:
        yield AlertFault(
            "positions",
            where,
            f"多边形只有 {len(ring)} 个点，至少要 {LEAST_POSITIONS} 个（首尾相同）",
            f"a polygon of {len(ring)} positions; at least {LEAST_POSITIONS}, the last as the first",
        )
        return
    wrong = next((fault for place in ring for fault in _of_position(place, bounds, where)), None)
    if wrong:
        yield wrong
        return
    if ring[0] != ring[-1]:
        yield AlertFault(
            "closed", where, "多边形没有闭合，首尾两点不同", "the polygon's last is not its first"
        )
        return
    shape = Polygon(ring)
    if shape.convex_hull.area == 0:
        yield AlertFault("empty", where, "多边形没有面积", "the polygon has no area")
        return
    if not LinearRing(ring).is_simple:
        yield AlertFault("crossing", where, "多边形自相交", "the polygon crosses itself")
        return
    yield from _outside(shape, bounds, where)


def _of_position(
    position: Position, bounds: AlertBounds | None, where: str
) -> Iterator[AlertFault]:
    longitude, latitude = position
    is_possible = abs(latitude) <= 90 and abs(longitude) <= 180
    is_here = bounds is None or bounds.south <= latitude <= bounds.north
    if not (is_possible and is_here):
        yield _axes(where, position)


def _axes(where: str, position: Position) -> AlertFault:
    longitude, latitude = position
    return AlertFault(
        "axes",
        where,
        f"纬度 {latitude:g} 不可能，应写作“纬度,经度”，可能写反了",
        f"the latitude {latitude:g} cannot be (longitude {longitude:g}): swapped axes?",
    )


def _outside(shape: BaseGeometry, bounds: AlertBounds | None, where: str) -> Iterator[AlertFault]:
    if bounds and bounds.county and bounds.county.distance(shape) > MARGIN_DEGREES:
        yield AlertFault(
            "elsewhere",
            where,
            "区域不在本市及其周边",
            "the area lies neither in this city nor beside it",
        )
