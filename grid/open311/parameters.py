"""What a GeoReport client asks: dates, statuses, pages, places. An empty value is an absent one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from grid.errors import GridError

MOST_ROWS, LONGEST = 1_000, timedelta(days=90)
MOST_IDS, MOST_PAGE = 1_000, 1_000_000
MOST_DESCRIPTION = 4_000
STATUSES = ("open", "closed")


class InvalidRequest(GridError, ValueError):
    """Something that cannot be read; HTTP 400."""


class ResourceNotFound(GridError, LookupError):
    """A resource, service or jurisdiction that there is not; HTTP 404."""


class KeyRefused(GridError, PermissionError):
    """A missing or bad key; HTTP 403."""


@dataclass(frozen=True)
class Search:
    """Which requests are wanted. Ids override everything else."""

    ids: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    page: int = 1
    page_size: int = MOST_ROWS
    is_extended: bool = False


def read_search(params: Mapping[str, str], now: datetime) -> Search:
    """The search of ``GET /requests``; without dates the last 90 days.

    Raises:
        InvalidRequest: a date, status or number that is none; a span of more than 90 days.
    """
    ids = _list(params, "service_request_id")
    if len(ids) > MOST_IDS:
        raise InvalidRequest(f"service_request_id: at most {MOST_IDS}")
    statuses = _list(params, "status")
    for status in statuses:
        if status not in STATUSES:
            raise InvalidRequest("status must be open or closed")
    start, end = _date(params, "start_date"), _date(params, "end_date")
    start, end = _span(start, end, now)
    return Search(
        ids,
        _list(params, "service_code"),
        statuses,
        start,
        end,
        _integer(params, "page", 1, MOST_PAGE),
        _integer(params, "page_size", MOST_ROWS, MOST_ROWS),
        params.get("extensions", "").lower() == "true",
    )


def read_position(params: Mapping[str, str]) -> tuple[float, float] | None:
    """(longitude, latitude) in WGS84, or None where neither was given.

    Raises:
        InvalidRequest: one of them, or no numbers on earth.
    """
    lat, lon = params.get("lat", "").strip(), params.get("long", "").strip()
    if not lat and not lon:
        return None
    try:
        y, x = float(lat), float(lon)
    except ValueError:
        raise InvalidRequest("lat and long must be numbers") from None
    if not (-85 <= y <= 85 and -180 <= x <= 180):
        raise InvalidRequest("lat and long must be WGS84 degrees")
    return x, y


def _list(params: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in params.get(name, "").split(",") if part.strip())


def _date(params: Mapping[str, str], name: str) -> datetime | None:
    text = params.get(name, "").strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))  # a plus that was not escaped
    except ValueError:
        raise InvalidRequest(
            f"{name} must be a W3C date and time, like 2026-01-01T00:00:00Z"
        ) from None
    if found.tzinfo is None:
        raise InvalidRequest(f"{name} must have a time zone, like 2026-01-01T00:00:00Z")
    return found


def _span(
    start: datetime | None, end: datetime | None, now: datetime
) -> tuple[datetime, datetime | None]:
    try:
        if start is None:
            return (end or now) - LONGEST, end
        if end is None:
            return start, start + LONGEST
    except OverflowError:
        raise InvalidRequest("start_date or end_date is out of range") from None
    if end < start:
        raise InvalidRequest("end_date is before start_date")
    if end - start > LONGEST:
        raise InvalidRequest("start_date and end_date must not be more than 90 days apart")
    return start, end


def _integer(params: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = params.get(name, "").strip()
    if not text:
        return default
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not is_number or not 1 <= int(text) <= most:
        raise InvalidRequest(f"{name} must be a number from 1 to {most}")
    return int(text)
