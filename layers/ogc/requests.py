"""The query of an items request, read from its parameters into one value."""

import math
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from layers.declarations import Layer
from layers.ogc.errors import BadParameter, UnknownParameter
from spatial.city import city
from spatial.periods import NOW, AsOf, parse_as_of

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
MAX_OFFSET = 10_000_000
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
OWN = frozenset(
    {"f", "bbox", "bbox-crs", "crs", "datetime", "limit", "offset", "cursor", "lang", "token"}
)


@dataclass(frozen=True)
class Crs:
    """A CRS that a client may ask for; ``flipped`` when its authority puts north first."""

    uri: str
    epsg: int
    flipped: bool


@dataclass(frozen=True)
class Box:
    """West, south, east, north in the units of a CRS, always x before y."""

    bounds: tuple[float, float, float, float]
    epsg: int


@dataclass(frozen=True)
class ItemsQuery:
    """Everything that an items request asks for."""

    as_of: AsOf = NOW
    boxes: tuple[Box, ...] = ()
    crs: Crs = field(default_factory=lambda: Crs(CRS84, 4326, flipped=False))
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    after: str = ""
    equals: tuple[tuple[str, Any], ...] = ()


def epsg_uri(epsg: int) -> str:
    """The OGC name of an EPSG CRS."""
    return f"http://www.opengis.net/def/crs/EPSG/0/{epsg}"


def offered_crs() -> dict[str, Crs]:
    """Every CRS in which items can be had, by URI; EPSG says north, east for all but CRS84."""
    profile = city()
    found = [Crs(CRS84, 4326, flipped=False)]
    found += [Crs(epsg_uri(e), e, flipped=True) for e in dict.fromkeys((4326, profile.geographic))]
    projected = profile.projected
    found.append(Crs(epsg_uri(projected), projected, flipped=north_first(projected)))
    found.append(Crs(epsg_uri(3857), 3857, flipped=False))
    return {crs.uri: crs for crs in found}


def north_first(epsg: int) -> bool:
    """Whether the authority's first axis points north."""
    import pyproj

    return pyproj.CRS.from_epsg(epsg).axis_info[0].direction.lower() == "north"


def read_items_query(layer: Layer, params: Mapping[str, str]) -> ItemsQuery:
    """Read and check the parameters of an items request.

    Raises:
        UnknownParameter: a name that is neither the standard's nor a published field.
        BadParameter: a value that cannot be read.
        PeriodError: an unreadable datetime.
    """
    fields = {f.name for f in layer.fields}
    for name in params:
        if name not in OWN and name not in fields:
            raise UnknownParameter(f"不认识参数“{name}”")
    crs = _crs(params.get("crs"), "crs")
    box_crs = _crs(params.get("bbox-crs"), "bbox-crs")
    return ItemsQuery(
        as_of=parse_as_of(params.get("datetime"), city().time_zone),
        boxes=read_bbox(params["bbox"], box_crs) if params.get("bbox") else (),
        crs=crs,
        limit=min(_integer(params, "limit", DEFAULT_LIMIT, least=1), MAX_LIMIT),
        offset=_integer(params, "offset", 0, least=0, most=MAX_OFFSET),
        after=read_cursor(params.get("cursor", "")),
        equals=tuple((n, _value(layer, n, params[n])) for n in sorted(fields & params.keys())),
    )


def read_bbox(text: str, crs: Crs) -> tuple[Box, ...]:
    """Read 4 or 6 numbers; a box across the 180th meridian becomes two.

    Raises:
        BadParameter: not 4 or 6 finite numbers, or south above north.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise BadParameter(f"bbox 应为 4 个或 6 个数：{text}") from None
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise BadParameter(f"bbox 应为 4 个或 6 个数：{text}")
    half = len(numbers) // 2
    low, high = numbers[:2], numbers[half : half + 2]
    if crs.flipped:
        low, high = low[::-1], high[::-1]
    (west, south), (east, north) = low, high
    if south > north:
        raise BadParameter(f"bbox 的下边界大于上边界：{text}")
    if west <= east:
        return (Box((west, south, east, north), crs.epsg),)
    if crs.epsg not in (4326, city().geographic):
        raise BadParameter(f"bbox 的左边界大于右边界：{text}")
    return (
        Box((west, south, 180.0, north), crs.epsg),
        Box((-180.0, south, east, north), crs.epsg),
    )


def read_cursor(token: str) -> str:
    """The code after which a page begins. Raises BadParameter for a token not of ours."""
    if not token:
        return ""
    try:
        padded = token.encode() + b"=" * (-len(token) % 4)
        return _text(b64decode(padded, altchars=b"-_", validate=True).decode())
    except ValueError:
        raise BadParameter("cursor 只能取自上一页的 next 链接") from None


def write_cursor(code: str) -> str:
    """The token of a page that begins after this code."""
    return urlsafe_b64encode(code.encode()).decode().rstrip("=")


def _crs(uri: str | None, name: str) -> Crs:
    offered = offered_crs()
    found = offered.get((uri or CRS84).strip("[]"))
    if not found:
        raise BadParameter(f"{name} 不支持 {uri}；可用：{'、'.join(offered)}")
    return found


def _integer(
    params: Mapping[str, str], name: str, default: int, *, least: int, most: int | None = None
) -> int:
    text = params.get(name)
    if text is None or text == "":
        return default
    if not text.isascii() or not text.lstrip("-").isdigit() or len(text) > 18:
        raise BadParameter(f"{name} 应为整数：{text}")
    number = int(text)
    if number < least or (most is not None and number > most):
        raise BadParameter(f"{name} 超出范围：{text}")
    return number


def _value(layer: Layer, name: str, text: str) -> Any:
    """A property's value in its declared type."""
    kind = layer.json_type(name)
    try:
        if kind == "integer":
            return int(text)
        if kind == "number":
            return float(text)
        if kind == "boolean":
            return {"true": True, "false": False}[text.lower()]
        if kind == "date":
            return date.fromisoformat(text)
        if kind == "date-time":
            return datetime.fromisoformat(text)
    except (ValueError, KeyError):
        raise BadParameter(f"{name} 应为 {kind}：{text}") from None
    return _text(text)


def _text(text: str) -> str:
    """Text that the database can hold: no NUL."""
    if "\x00" in text:
        raise BadParameter("参数中有不可见字符")
    return text
