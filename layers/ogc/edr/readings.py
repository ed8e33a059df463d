"""What gauges measured, read as the caller's share of the gauges may read it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import shapely
from django.utils.translation import gettext as _

from layers.declarations.registry import layer_of_register
from layers.ogc.common.errors import ContentTooLarge
from layers.reading import reading
from layers.reading.shares import Share
from spatial.city import city
from spatial.hazards.models import RainStation
from spatial.periods import AsOf

READINGS = "published.rain_readings"
MOST_VALUES = 100_000
LONGEST = timedelta(days=1)
REACH_M = 15_000.0


def gauges_layer() -> str:
    """The id of the layer of gauges."""
    return layer_of_register(RainStation).id


@dataclass(frozen=True)
class Gauge:
    """A gauge at work today: code, name where it is shared, place in the city's metres."""

    code: str
    name: str
    x: float
    y: float
    distance_m: float = 0.0


@dataclass(frozen=True)
class Series:
    """What one gauge measured: (begin, end, mm), in order of time."""

    gauge: Gauge
    rows: tuple[tuple[datetime, datetime, float], ...]


def gauges(share: Share) -> list[Gauge]:
    """All gauges."""
    return _gauges(share, "true", ())


def gauge_of(share: Share, code: str) -> Gauge | None:
    """The gauge of that code."""
    # The database takes no NUL, and no code has one.
    found = _gauges(share, "s.code = %s", (code,)) if "\0" not in code else []
    return found[0] if found else None


def nearest_gauge(share: Share, x: float, y: float) -> Gauge | None:
    """The gauge nearest to a place in the city's metres, within reach."""
    point = f"ST_SetSRID(ST_MakePoint(%s, %s), {city().projected})"
    sql = (
        f"SELECT s.code, {_name(share)}, ST_X(s.geom), ST_Y(s.geom), s.geom <-> {point} AS far"
        f" FROM {share.view} s WHERE s.stands ORDER BY far, s.code LIMIT 1"
    )
    rows = reading.read(share, sql, (x, y))
    return Gauge(*rows[0]) if rows and rows[0][4] <= REACH_M else None


def gauges_inside(share: Share, area: shapely.Geometry) -> list[Gauge]:
    """The gauges in an area of the city's metres."""
    inside = f"ST_Intersects(s.geom, ST_GeomFromWKB(%s, {city().projected}))"
    return _gauges(share, inside, (shapely.to_wkb(area),))


def spans(share: Share) -> dict[str, tuple[datetime, datetime]]:
    """First begin and last end of the readings, by gauge."""
    sql = (
        "SELECT s.code, lower(first.during), upper(last.during) FROM"
        f" {share.view} s CROSS JOIN LATERAL (SELECT during FROM {READINGS} r"
        " WHERE r.station = s.code ORDER BY upper(during) LIMIT 1) first"
        f" CROSS JOIN LATERAL (SELECT during FROM {READINGS} r"
        " WHERE r.station = s.code ORDER BY upper(during) DESC LIMIT 1) last"
        " WHERE s.stands"
    )
    return {code: (first, last) for code, first, last in reading.read(share, sql)}


def series(share: Share, chosen: list[Gauge], when: AsOf) -> list[Series]:
    """What these gauges measured: in a span of time all that ended in it, at an instant the
    reading whose time it falls in, without a time everything.

    Raises:
        ContentTooLarge: more readings than are answered at once.
    """
    condition, params = _during(when)
    sql = (
        f"SELECT station, lower(during), upper(during), mm FROM {READINGS}"
        f" WHERE station = ANY(%s) AND {condition}"
        f" ORDER BY station, upper(during) LIMIT {MOST_VALUES + 1}"
    )
    rows = reading.read(share, sql, ([gauge.code for gauge in chosen], *params))
    if len(rows) > MOST_VALUES:
        raise ContentTooLarge(
            _("读数超过 %(most_values)s 个；请以 datetime 给出较短的时段")
            % {"most_values": f"{MOST_VALUES:,}"}
        )
    found: dict[str, list[tuple]] = {gauge.code: [] for gauge in chosen}
    for station, begin, end, mm in rows:
        found[station].append((begin, end, mm))
    return [Series(gauge, tuple(found[gauge.code])) for gauge in chosen]


def _during(when: AsOf) -> tuple[str, tuple[Any, ...]]:
    end = "upper(during)"
    if when.instant:
        condition = f"{end} >= %s AND {end} < %s AND lower(during) < %s"
        try:
            return condition, (when.instant, when.instant + LONGEST, when.instant)
        except OverflowError:
            return "false", ()
    parts = [(f"{end} >= %s", when.start), (f"{end} <= %s", when.end)]
    given = [(text, moment) for text, moment in parts if moment]
    return " AND ".join(text for text, _ in given) or "true", tuple(m for _, m in given)


def _gauges(share: Share, condition: str, params: tuple[Any, ...]) -> list[Gauge]:
    sql = (
        f"SELECT s.code, {_name(share)}, ST_X(s.geom), ST_Y(s.geom) FROM {share.view} s"
        f" WHERE s.stands AND {condition} ORDER BY s.code"
    )
    return [Gauge(*row) for row in reading.read(share, sql, params)]


def _name(share: Share) -> str:
    return "s.name" if share.field("name") else "''"
