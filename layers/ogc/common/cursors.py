"""Where a page begins: the sort values and the code of the feature before it, as a token.

A page is found through an index by what comes after the last feature shown, so page
1,000 costs what page 1 costs, and nothing is shown twice when features come or go.

A token also names the share that it was made of. Followed by somebody who sees other
fields or districts it would make one data set of two, without a sign.
"""

import json
from base64 import b64decode, urlsafe_b64encode
from typing import Any

from django.utils.translation import gettext as _

from layers.cql2.fields import Queryable
from layers.ogc.common.errors import Gone, InvalidParameter
from layers.reading.digests import tag_of
from layers.reading.shares import Share
from layers.reading.timestamps import read_version_id

CASTS = {
    "integer": "bigint",
    "number": "double precision",
    "boolean": "boolean",
    "date": "date",
    "date-time": "timestamptz",
}

SortKey = tuple[Queryable, bool]  # the field, and whether it descends


def read_cursor(token: str, length: int, share: Share) -> tuple[Any, ...]:
    """The values that a token holds: one per sort key, then the code.

    Raises:
        InvalidParameter: a token not of ours, or of another sort order.
        Gone: one that was made of another share.
    """
    if not token:
        return ()
    try:
        padded = token.encode() + b"=" * (-len(token) % 4)
        owner, *values = json.loads(b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError):
        owner, values = None, []
    _check_form(values, length)
    check_owner(owner, tag_of(share.key))
    return tuple(values)


def check_owner(owner: object, mine: str) -> None:
    """Refuse to go on with what was begun with another share.

    Raises:
        InvalidParameter: no token of ours.
        Gone: one of another share: of another caller, or of before the rights were changed.
    """
    if not isinstance(owner, str) or len(owner) != len(mine):
        raise InvalidParameter(_("cursor 只能取自上一页的 next 链接"))
    if owner != mine:
        raise Gone(
            _(
                "cursor 取自另一种权限之下的页面：请求者不同，或可见的字段、区划已"
                "经变化；请去掉 cursor，从第一页重新取"
            ),
            [],
        )


def _check_form(values: list[Any], length: int) -> None:
    plain = all(value is None or isinstance(value, str | int | float) for value in values)
    if not plain or len(values) != length or not isinstance(values[-1], str):
        raise InvalidParameter(_("cursor 只能取自上一页的 next 链接"))
    if any(isinstance(value, str) and "\x00" in value for value in values):
        raise InvalidParameter(_("cursor 只能取自上一页的 next 链接"))


def write_cursor(values: tuple[Any, ...], share: Share | None = None) -> str:
    """The token of a page of a share that begins after these values."""
    owner = tag_of(share.key) if share else None
    told = [owner, *values]
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=str)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def order_sql(sort: tuple[SortKey, ...], *, by_version: bool = False) -> str:
    """The ORDER BY: the sort keys, nulls last, and the code to make it total.

    ``by_version``: a code comes once per version, in the order of time.
    """
    keys = [f"{field.sql} {'DESC' if down else 'ASC'} NULLS LAST" for field, down in sort]
    return ", ".join([*keys, "code", *(["lower(valid)"] if by_version else [])])


def after_sql(
    sort: tuple[SortKey, ...], values: tuple[Any, ...], *, by_version: bool = False
) -> tuple[str, list[Any]]:
    """The condition that a row comes after these values in that order, and its parameters."""
    beyond_last, last = _beyond(values[-1], by_version)
    if not sort:
        return beyond_last, last
    choices: list[str] = []
    params: list[Any] = []
    equal: list[str] = []
    held: list[Any] = []
    for (field, down), value in zip(sort, values, strict=False):
        typed = f"%s::{CASTS.get(field.kind, 'text')}"
        if value is not None:
            sign = "<" if down else ">"
            beyond = f"({field.sql} {sign} {typed} OR {field.sql} IS NULL)"
            choices.append(" AND ".join([*equal, beyond]))
            params += [*held, value]
            equal.append(f"{field.sql} = {typed}")
            held.append(value)
        else:
            equal.append(f"{field.sql} IS NULL")
    choices.append(" AND ".join([*equal, beyond_last]))
    params += [*held, *last]
    return "(" + " OR ".join(f"({choice})" for choice in choices) + ")", params


def _beyond(last: str, by_version: bool) -> tuple[str, list[Any]]:
    if not by_version:
        return "code > %s", [last]
    found = read_version_id(last)
    if not found:
        raise InvalidParameter(_("cursor 只能取自上一页的 next 链接"))
    # The index of codes finds the first of them, whatever time the versions are shown of.
    return "code >= %s AND (code, lower(valid)) > (%s, %s::timestamptz)", [found[0], *found]
