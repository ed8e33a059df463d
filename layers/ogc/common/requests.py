"""The query of an items request, read from its parameters into one value."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache, lru_cache, partial
from typing import Any

from django.utils.translation import gettext as _

from layers.cql2.compiling import Filter, compile_filter
from layers.cql2.fields import FilterCrs, Queryable
from layers.ogc.common.cursors import SortKey, read_cursor
from layers.ogc.common.errors import InvalidParameter, UnknownParameter
from layers.reading.shares import Share
from layers.search.patterns import implied_sql
from layers.search.search import terms_of
from spatial.city import city
from spatial.periods import NOW, AsOf, parse_as_of
from spatial.texts import whole_number

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
MAX_OFFSET = 10_000_000
MAX_SORT = 5
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
ALWAYS = frozenset({"f", "lang", "token"})
OWN = ALWAYS | {
    "bbox",
    "bbox-crs",
    "crs",
    "cursor",
    "datetime",
    "exclude-properties",
    "filter",
    "filter-crs",
    "filter-lang",
    "limit",
    "offset",
    "profile",
    "properties",
    "q",
    "skip-geometry",
    "skipGeometry",
    "sortby",
}
LANGUAGES = ("cql2-text", "cql2-json", "cql-text")
# GDAL pushes filters down where "cql-text" is offered, the draft's name; what it writes
# is CQL2 but for this operator.
ILIKE = re.compile(r"(\w+) ILIKE ('(?:[^']|'')*')")
GEOMETRY = "geometry"  # what filters and schemas call a feature's geometry
MOMENTS = {"valid_from": "lower(valid)", "valid_to": "upper(valid)"}


@dataclass(frozen=True)
class Crs:
    """A CRS that a client may ask for; ``flipped`` when its authority puts north first."""

    uri: str
    epsg: int
    flipped: bool


IN_CRS84 = Crs(CRS84, 4326, flipped=False)


@dataclass(frozen=True)
class Box:
    """West, south, east, north in the units of a CRS, always x before y."""

    bounds: tuple[float, float, float, float]
    epsg: int


class Versions(StrEnum):
    """How an interval shows a feature that had several versions within it."""

    LAST = ""  # once, as it last was: plain clients break on an id that comes twice
    EVERY = "versions-as-features"
    UNIQUE = "versions-as-features-unique-ids"  # each version with an id of its own


@dataclass(frozen=True)
class ItemsQuery:
    """Everything that an items request asks for."""

    as_of: AsOf = NOW
    boxes: tuple[Box, ...] = ()
    crs: Crs = IN_CRS84
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    after: tuple[Any, ...] = ()
    equals: tuple[tuple[str, Any], ...] = ()
    filter: Filter | None = None
    words: tuple[str, ...] = ()
    sort: tuple[SortKey, ...] = ()
    names: tuple[str, ...] | None = None  # the properties wanted; None: all
    with_geometry: bool = True
    versions: Versions = Versions.LAST

    @property
    def selects_all(self) -> bool:
        """Whether no condition narrows the collection."""
        return not (self.boxes or self.equals or self.filter or self.words)


def epsg_uri(epsg: int) -> str:
    """The OGC name of an EPSG CRS."""
    return f"http://www.opengis.net/def/crs/EPSG/0/{epsg}"


@cache
def offered_crs() -> Mapping[str, Crs]:
    """Every CRS in which items can be had, by URI; EPSG says north, east for all but CRS84."""
    profile = city()
    found = [IN_CRS84]
    found += [Crs(epsg_uri(e), e, flipped=True) for e in dict.fromkeys((4326, profile.geographic))]
    projected = profile.projected
    found.append(Crs(epsg_uri(projected), projected, flipped=north_first(projected)))
    found += [
        Crs(epsg_uri(epsg), epsg, flipped=north_first(epsg))
        for epsg in sorted(profile.offered - {projected, profile.geographic, 4326, 3857})
    ]
    found.append(Crs(epsg_uri(3857), 3857, flipped=False))
    return {crs.uri: crs for crs in found}


@cache
def north_first(epsg: int) -> bool:
    """Whether the authority's first axis points north."""
    import pyproj

    return pyproj.CRS.from_epsg(epsg).axis_info[0].direction.lower() == "north"


@lru_cache(maxsize=1024)
def queryables_of(share: Share) -> Mapping[str, Queryable]:
    """What may be filtered and sorted by: the code, the visible fields, geometry, valid time."""
    layer = share.layer
    found = {"code": Queryable("code", "string", "code")}
    for declared in share.fields:
        sql = f'"{layer.column(declared.name).column}"'
        implied = partial(implied_sql, sql) if declared.name in layer.search else None
        kind = layer.json_type(declared.name)
        found[declared.name] = Queryable(declared.name, kind, sql, implied=implied)
    for name, sql in MOMENTS.items():
        found[name] = Queryable(name, "date-time", sql)
    if layer.geometry:
        found[GEOMETRY] = Queryable(GEOMETRY, "geometry", "geom", city().projected)
    return found


def read_items_query(share: Share, params: Mapping[str, str]) -> ItemsQuery:
    """Read and check the parameters of an items request.

    Raises:
        UnknownParameter: a name that is neither the standard's nor a visible field.
        InvalidParameter: a value that cannot be read.
        FilterError: an unreadable filter.
        PeriodError: an unreadable datetime.
    """
    fields = share.names | {"code"}
    for name in params:
        if name not in OWN and name not in fields:
            raise UnknownParameter(_("不认识参数“%(name)s”") % {"name": name})
    crs = read_crs(params.get("crs"), "crs")
    box_crs = read_crs(params.get("bbox-crs"), "bbox-crs")
    sort = _sort(share, params.get("sortby", ""))
    equal = sorted(fields & params.keys())
    as_of = parse_as_of(params.get("datetime"), city().time_zone)
    return ItemsQuery(
        as_of=as_of,
        boxes=read_bbox(params["bbox"], box_crs) if params.get("bbox") else (),
        crs=crs,
        limit=min(read_integer(params, "limit", DEFAULT_LIMIT, least=1), MAX_LIMIT),
        offset=read_integer(params, "offset", 0, least=0, most=MAX_OFFSET),
        after=read_cursor(params.get("cursor", ""), len(sort) + 1, share),
        equals=tuple((name, _value(share, name, params[name])) for name in equal),
        filter=filter_parameter(share, params),
        words=tuple(terms_of(params.get("q", ""))),
        sort=sort,
        names=_names(share, params),
        with_geometry=not _flag(params, "skip-geometry") and not _flag(params, "skipGeometry"),
        versions=_versions(params.get("profile", "")) if as_of.interval else Versions.LAST,
    )


def read_only(params: Mapping[str, str], allowed: Iterable[str]) -> None:
    """Refuse parameters that an operation does not know.

    Raises:
        UnknownParameter: the first of them.
    """
    for name in params.keys() - ALWAYS - set(allowed):
        raise UnknownParameter(_("不认识参数“%(name)s”") % {"name": name})


def read_bbox(text: str, crs: Crs) -> tuple[Box, ...]:
    """Read 4 or 6 numbers; a box across the 180th meridian becomes two.

    Raises:
        InvalidParameter: not 4 or 6 finite numbers, or south above north.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise InvalidParameter(_("bbox 应为 4 个或 6 个数：%(text)s") % {"text": text}) from None
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise InvalidParameter(_("bbox 应为 4 个或 6 个数：%(text)s") % {"text": text})
    half = len(numbers) // 2
    low, high = numbers[:2], numbers[half : half + 2]
    if crs.flipped:
        low, high = low[::-1], high[::-1]
    (west, south), (east, north) = low, high
    if south > north:
        raise InvalidParameter(_("bbox 的下边界大于上边界：%(text)s") % {"text": text})
    if west <= east:
        return (Box((west, south, east, north), crs.epsg),)
    if crs.epsg not in (4326, city().geographic):
        raise InvalidParameter(_("bbox 的左边界大于右边界：%(text)s") % {"text": text})
    return (
        Box((west, south, 180.0, north), crs.epsg),
        Box((-180.0, south, east, north), crs.epsg),
    )


def filter_parameter(share: Share, params: Mapping[str, str]) -> Filter | None:
    """``filter=`` in the language and CRS that the parameters name; None without it.

    Raises:
        InvalidParameter: an unknown language or CRS.
        FilterError: an unreadable filter, or a field that is not the share's.
    """
    text = params.get("filter")
    language = params.get("filter-lang", LANGUAGES[0])
    if language not in LANGUAGES:
        raise InvalidParameter(
            _("filter-lang 应为 %(listed)s：%(language)s")
            % {"listed": " 或 ".join(LANGUAGES), "language": language}
        )
    crs = read_crs(params.get("filter-crs"), "filter-crs")
    if text is None:
        return None
    if language == "cql-text":
        language, text = "cql2-text", ILIKE.sub(r"CASEI(\1) LIKE CASEI(\2)", text)
    return filter_of(share, text, language, crs)


def filter_of(share: Share, text: str, language: str = LANGUAGES[0], crs: Crs = IN_CRS84) -> Filter:
    """A filter over what may be filtered by, its geometries in the CRS given.

    Raises:
        FilterError: an unreadable filter, or a field that is not the share's.
    """
    return compile_filter(
        text,
        language,
        queryables_of(share),
        FilterCrs(crs.epsg, crs.flipped),
        window=_window(),
        time_zone=city().time_zone,
    )


@cache
def _window() -> tuple[float, float, float, float]:
    """Longitudes and latitudes for which the city's projected CRS is good."""
    extent, margin = city().extent, 0.5
    return (
        extent.west - margin,
        extent.south - margin,
        extent.east + margin,
        extent.north + margin,
    )


def _sort(share: Share, text: str) -> tuple[SortKey, ...]:
    if not text:
        return ()
    offered = queryables_of(share)
    keys: list[SortKey] = []
    for part in text.split(","):
        name = part.strip().lstrip("+-").strip()
        found = offered.get(name)
        if not found or found.kind == "geometry":
            raise InvalidParameter(_("sortby 中没有可排序的字段“%(name)s”") % {"name": name})
        keys.append((found, part.strip().startswith("-")))
    if len(keys) > MAX_SORT:
        raise InvalidParameter(_("sortby 最多 %(max_sort)s 个字段") % {"max_sort": MAX_SORT})
    return tuple(keys)


def _names(share: Share, params: Mapping[str, str]) -> tuple[str, ...] | None:
    """The properties wanted, in the order of the declaration."""
    every = ("code", *(f.name for f in share.fields), *MOMENTS)
    wanted, unwanted = (
        {part.strip() for part in params.get(name, "").split(",") if part.strip()}
        for name in ("properties", "exclude-properties")
    )
    for name in (wanted | unwanted) - set(every):
        raise InvalidParameter(_("properties 中没有字段“%(name)s”") % {"name": name})
    if not wanted and not unwanted:
        return None
    return tuple(n for n in every if (not wanted or n in wanted) and n not in unwanted)


def _versions(profiles: str) -> Versions:
    """The profile about versions among those asked for, by name or by URI."""
    asked = {part.strip().rpartition("/")[2] for part in profiles.split(",")}
    return next((known for known in Versions if known and known in asked), Versions.LAST)


def _flag(params: Mapping[str, str], name: str) -> bool:
    text = params.get(name, "false").lower()
    if text not in ("true", "false"):
        raise InvalidParameter(
            _("%(name)s 应为 true 或 false：%(text)s") % {"name": name, "text": text}
        )
    return text == "true"


def read_crs(uri: str | None, name: str) -> Crs:
    """The CRS of a parameter; none given means CRS84.

    Raises:
        InvalidParameter: one that is not offered.
    """
    offered = offered_crs()
    found = offered.get((uri or CRS84).strip("[]"))
    if not found:
        raise InvalidParameter(
            _("%(name)s 不支持 %(uri)s；可用：%(listed)s")
            % {"name": name, "uri": uri, "listed": "、".join(offered)}
        )
    return found


def read_integer(
    params: Mapping[str, str], name: str, default: int, *, least: int, most: int | None = None
) -> int:
    """A parameter that is a whole number.

    Raises:
        InvalidParameter: no number, or one beyond its bounds.
    """
    text = params.get(name)
    if text is None or text == "":
        return default
    number = whole_number(text)
    if number is None:
        raise InvalidParameter(_("%(name)s 应为整数：%(text)s") % {"name": name, "text": text})
    if number < least or (most is not None and number > most):
        raise InvalidParameter(_("%(name)s 超出范围：%(text)s") % {"name": name, "text": text})
    return number


def _value(share: Share, name: str, text: str) -> Any:
    """A property's value in its declared type."""
    kind = queryables_of(share)[name].kind
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
        raise InvalidParameter(
            _("%(name)s 应为 %(kind)s：%(text)s") % {"name": name, "kind": kind, "text": text}
        ) from None
    if "\x00" in text:
        raise InvalidParameter(_("参数中有不可见字符"))
    return text
