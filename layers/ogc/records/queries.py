"""Which records of the catalogue a request asks for, and in which order.

There are some dozens of records, so they are sifted here; a CQL2 filter is compiled as for
features, and the database evaluates it over the records as a JSON parameter.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from layers.cql2.compiling import compile_filter
from layers.cql2.fields import FilterCrs, Queryable
from layers.ogc.common.errors import InvalidParameter
from layers.ogc.common.requests import (
    ALWAYS,
    GEOMETRY,
    LANGUAGES,
    Box,
    read_bbox,
    read_crs,
    read_integer,
)
from layers.ogc.records.documents import TYPE, facts
from layers.reading.reading import read
from layers.sharing.records import CatalogueRecord
from spatial.city import city
from spatial.crs import transformer
from spatial.periods import AsOf, parse_as_of
from spatial.texts import whole_number

KINDS = {
    "type": "string",
    "title": "string",
    "titleEn": "string",
    "description": "string",
    "group": "string",
    "steward": "string",
    "sharing": "string",
    "public": "boolean",
    "readable": "boolean",
    "updateCycle": "string",
    "updateState": "string",
    "updateDue": "date",
    "updated": "date-time",
    "featureCount": "integer",
    "language": "string",
}
TITLES = {
    "id": gettext_noop("标识"),
    "type": gettext_noop("类型"),
    "title": gettext_noop("名称"),
    "titleEn": gettext_noop("英文名称"),
    "description": gettext_noop("说明"),
    "group": gettext_noop("登记簿"),
    "steward": gettext_noop("管理单位"),
    "sharing": gettext_noop("共享类别"),
    "public": gettext_noop("向社会公开"),
    "readable": gettext_noop("可直接使用"),
    "updateCycle": gettext_noop("更新周期"),
    "updateState": gettext_noop("更新状态"),
    "updateDue": gettext_noop("应更新日期"),
    "updated": gettext_noop("最近更新"),
    "featureCount": gettext_noop("要素数量"),
    "language": gettext_noop("语言"),
}
SQL_TYPES = {"string": "text", "integer": "bigint", "date-time": "timestamptz"}
PAGING = ("limit", "offset", "cursor")
PARAMETERS = ("bbox", "bbox-crs", "datetime", *PAGING, "q", "type", "ids", "externalIds")
FILTERING = ("filter", "filter-lang", "filter-crs", "sortby")
DEFAULT_LIMIT, MAX_LIMIT = 100, 1000
MAX_SORT = 5

Test = Callable[[CatalogueRecord], bool]


def queryables() -> dict[str, Queryable]:
    """What filters may name."""
    found = {name: Queryable(name, kind, f'"{name}"') for name, kind in KINDS.items()}
    found["id"] = Queryable("id", "string", '"id"')
    found["time"] = Queryable("time", "interval", "span")
    found[GEOMETRY] = Queryable(GEOMETRY, "geometry", "geom", 4326)
    return found


def known_parameters() -> frozenset[str]:
    """Every parameter of the list of records."""
    return ALWAYS | {*PARAMETERS, *FILTERING, *KINDS}


def chosen(records: Iterable[CatalogueRecord], params: Mapping[str, str]) -> list[CatalogueRecord]:
    """The records that meet every parameter, in the order asked for.

    Raises:
        InvalidParameter, FilterError, PeriodError: a value that cannot be read.
    """
    tests = [make(params[name]) for name, make in TESTS.items() if params.get(name)]
    tests += [_equal(name, params[name]) for name in KINDS if name in params and name != "type"]
    if params.get("bbox"):
        tests.append(
            _within(read_bbox(params["bbox"], read_crs(params.get("bbox-crs"), "bbox-crs")))
        )
    found = [record for record in records if all(test(record) for test in tests)]
    if "filter" in params:
        found = _filtered(found, params)
    return _sorted(found, params.get("sortby", ""))


def page_of(
    found: list[CatalogueRecord], params: Mapping[str, str]
) -> tuple[list[CatalogueRecord], int, int]:
    """One page of them, with its offset and limit."""
    limit = min(read_integer(params, "limit", DEFAULT_LIMIT, least=1), MAX_LIMIT)
    offset = read_integer(params, "offset", 0, least=0)
    return found[offset : offset + limit], offset, limit


def matches(record: CatalogueRecord, text: str) -> bool:
    """Whether the record's text holds one of the phrases that commas part, in any case."""
    phrases = [phrase.split() for phrase in text.replace("，", ",").split(",")]
    patterns = [r"\s+".join(map(re.escape, words)) for words in phrases if words]
    return any(re.search(p, record.words, re.IGNORECASE) for p in patterns)


def _named(text: str) -> set[str]:
    return {part.strip() for part in text.split(",") if part.strip()}


def _has_type(text: str) -> Test:
    wanted = TYPE in _named(text)
    return lambda record: wanted


def _has_id(text: str) -> Test:
    ids = _named(text)
    return lambda record: record.layer.id in ids


def _has_external_id(text: str) -> Test:
    wanted = _named(text)

    def test(record: CatalogueRecord) -> bool:
        value = f"{city().adcode}-{record.layer.id}"
        return bool(wanted & {value, f"urn:tujing:{value}", "urn:tujing:", "urn:tujing"})

    return test


def _has_words(text: str) -> Test:
    return lambda record: matches(record, text)


def _at(text: str) -> Test:
    moment = parse_as_of(text, city().time_zone)
    return lambda record: _touches(record, moment)


TESTS: dict[str, Callable[[str], Test]] = {
    "type": _has_type,
    "ids": _has_id,
    "externalIds": _has_external_id,
    "q": _has_words,
    "datetime": _at,
}


def _touches(record: CatalogueRecord, moment: AsOf) -> bool:
    """A record without a time is of all times, as the standard says."""
    since = record.figures.since
    until = moment.instant or (moment.end if moment.interval else None)
    return since is None or until is None or since <= until


def _within(boxes: tuple[Box, ...]) -> Test:
    wanted = [
        transformer(box.epsg, 4326).transform_bounds(*box.bounds)
        if box.epsg != 4326
        else box.bounds
        for box in boxes
    ]

    def test(record: CatalogueRecord) -> bool:
        west, south, east, north = record.bounds
        return any(w <= east and e >= west and s <= north and n >= south for w, s, e, n in wanted)

    return test


def _equal(name: str, text: str) -> Test:
    kind = KINDS[name]
    if kind == "boolean" and text not in ("true", "false"):
        raise InvalidParameter(
            _("%(name)s 应为 true 或 false：%(text)s") % {"name": name, "text": text}
        )
    if kind == "integer" and whole_number(text) is None:
        raise InvalidParameter(_("%(name)s 应为整数：%(text)s") % {"name": name, "text": text})
    if kind in ("date", "date-time"):
        wanted = _moment(name, text)
        return lambda record: (
            (value := facts(record)[name]) is not None and (_moment(name, value) == wanted)
        )
    return lambda record: _plain(facts(record)[name]) == text


def _moment(name: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidParameter(
            _("%(name)s 应为日期或时间：%(text)s") % {"name": name, "text": text}
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _filtered(records: list[CatalogueRecord], params: Mapping[str, str]) -> list[CatalogueRecord]:
    language = params.get("filter-lang", LANGUAGES[0])
    if language not in LANGUAGES[:2]:
        raise InvalidParameter(
            _("filter-lang 应为 %(listed)s：%(language)s")
            % {"listed": " 或 ".join(LANGUAGES[:2]), "language": language}
        )
    crs = read_crs(params.get("filter-crs"), "filter-crs")
    condition = compile_filter(
        params["filter"],
        language,
        queryables(),
        FilterCrs(crs.epsg, crs.flipped),
        time_zone=city().time_zone,
    )
    typed = ", ".join(f'"{name}" {SQL_TYPES.get(kind, kind)}' for name, kind in KINDS.items())
    sql = (
        "SELECT id FROM (SELECT r.*, tstzrange(since, NULL) AS span,"
        " ST_MakeEnvelope(west, south, east, north, 4326) AS geom"
        f" FROM jsonb_to_recordset(%s::jsonb) AS r(id text, {typed}, since timestamptz,"
        " west float8, south float8, east float8, north float8)) AS records"
        f" WHERE {condition.sql}"
    )
    rows = [_row(record) for record in records]
    kept = {name for (name,) in read(None, sql, [json.dumps(rows), *condition.params])}
    return [record for record in records if record.layer.id in kept]


def _row(record: CatalogueRecord) -> dict[str, Any]:
    since = record.figures.since
    corners = dict(zip(("west", "south", "east", "north"), record.bounds, strict=True))
    return {
        "id": record.layer.id,
        **facts(record),
        **corners,
        "since": since.isoformat() if since else None,
    }


def _sorted(records: list[CatalogueRecord], text: str) -> list[CatalogueRecord]:
    keys = [part.strip() for part in text.split(",") if part.strip()]
    if len(keys) > MAX_SORT:
        raise InvalidParameter(_("sortby 最多 %(max_sort)s 个字段") % {"max_sort": MAX_SORT})
    for part in reversed(keys):  # sorting is stable, so the last key comes first
        name = part.lstrip("+-").strip()
        if name != "id" and name not in KINDS:
            raise InvalidParameter(_("sortby 中没有可排序的字段“%(name)s”") % {"name": name})
        told = {record.layer.id: _value(record, name) for record in records}
        known = [record for record in records if told[record.layer.id] is not None]
        known.sort(key=lambda r: told[r.layer.id], reverse=part.startswith("-"))
        records = known + [record for record in records if told[record.layer.id] is None]
    return records


def _value(record: CatalogueRecord, name: str) -> Any:
    return record.layer.id if name == "id" else facts(record)[name]
