"""How many features a query matches, without counting every time.

An exact count of 200,000 rows costs twenty times the page itself. So: a page that ends
the result has counted it; else a count is made once per revision of the register and
query, within a small time budget; beyond that the planner's estimate is given, and the
answer says that it is one. How many features a layer has in all is kept with each change.
"""

import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any

from layers.ogc.common.requests import ItemsQuery
from layers.ogc.formats.geojson import Page, selection
from layers.reading.reading import QueryTimeout, read
from layers.reading.revisions import access_class, revision
from layers.reading.shares import Share
from spatial.versions.figures import definition, whole_day

BUDGET_MS = 400
REMEMBERED = 4096
MANY = 1000  # an estimate below this is not worth giving two digits

STANDING = (
    "SELECT sum(number)::bigint FROM published.standing"
    " WHERE register = %s AND definition = %s AND day <= %s"
)

_counted: OrderedDict[tuple, "Count"] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Count:
    """A number of features, and whether it was counted or estimated."""

    number: int
    exact: bool = True


def count_of(share: Share, query: ItemsQuery, page: Page) -> Count:
    """How many features the query matches in all."""
    if not page.has_more and not query.after and (page.returned or not query.offset):
        return Count(query.offset + page.returned)
    key = (access_class(share), revision(share), *_asked(query))
    with _lock:
        if key in _counted:
            _counted.move_to_end(key)
            return _counted[key]
    found = _count(share, query)
    with _lock:
        _counted[key] = found
        if len(_counted) > REMEMBERED:
            _counted.popitem(last=False)
    return found


def forget() -> None:
    """Forget every count."""
    _counted.clear()


def _asked(query: ItemsQuery) -> tuple:
    condition = (query.filter.sql, query.filter.params) if query.filter else ()
    return (query.as_of, query.versions, query.boxes, query.equals, condition, query.words)


def _kept(share: Share, query: ItemsQuery) -> int | None:
    """How many features stand, for a query that narrows nothing, now or at the end of a day."""
    is_part = share.districts and not share.is_blanked
    if is_part or not query.selects_all or query.as_of.interval:
        return None
    day = whole_day(query.as_of.instant) if query.as_of.instant else None
    if day is None and not query.as_of.is_now:
        return None
    params = [share.layer.register, definition(share.layer.model), day or date.max]
    return read(None, STANDING, params)[0][0]


def _count(share: Share, query: ItemsQuery) -> Count:
    number = _kept(share, query)
    if number is not None:
        return Count(int(number))
    rows, params = selection(share, query)
    try:
        sql = f"SELECT count(*) FROM ({rows}) AS matched"
        return Count(read(share, sql, params, timeout_ms=BUDGET_MS)[0][0])
    except QueryTimeout:
        plan: Any = read(share, f"EXPLAIN (FORMAT JSON) {rows}", params)[0][0]
        document = json.loads(plan) if isinstance(plan, str) else plan
        return Count(_rounded(int(document[0]["Plan"]["Plan Rows"])), exact=False)


def _rounded(number: int) -> int:
    """Two digits: more would claim what the planner does not know."""
    if number < MANY:
        return number
    step = 10 ** (len(str(number)) - 2)
    return round(number / step) * step
