"""CQL2 filters, compiled into conditions for PostGIS.

    compile_filter("area > 5 AND CASEI(name) LIKE 'a%'", "cql2-text", fields, FilterCrs())

A filter may name only the fields that it is given. What it says becomes parameters,
and no value, in the filter or in a row, makes the database raise an error.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from layers.cql2.comparisons import MIRRORED, among, between, compared, is_null, like
from layers.cql2.errors import FilterError
from layers.cql2.fields import FilterCrs, Queryable
from layers.cql2.geometries import bbox, shape
from layers.cql2.intervals import RELATIONS, interval, temporal
from layers.cql2.parsing import parse
from layers.cql2.scalars import accentless, arithmetic, caseless, number, text
from layers.cql2.spatial import FUNCTIONS, spatial
from layers.cql2.terms import TITLES, Scope, Term, Window, chained, check_count, check_kind, joined
from layers.cql2.timestamps import day, instant

__all__ = ["Filter", "FilterCrs", "FilterError", "Queryable", "compile_filter"]
MAX_NAMES = 30
ARRAYS = frozenset({"a_containedby", "a_contains", "a_equals", "a_overlaps"})


@dataclass(frozen=True)
class Filter:
    """A condition with placeholders, its parameters, and the fields that it reads."""

    sql: str
    params: tuple[Any, ...]
    names: frozenset[str]


def compile_filter(
    text: str,
    language: str,
    fields: Mapping[str, Queryable],
    filter_crs: FilterCrs,
    *,
    window: Window | None = None,
    time_zone: str = "UTC",
) -> Filter:
    """Compile a filter in ``cql2-text`` or ``cql2-json`` against the fields it may name.

    ``window`` (west, south, east, north in degrees) holds every feature: literals are
    cut to it before they are projected; without it, to the area of use of the column's
    CRS. ``time_zone`` is where a date begins and ends
    when it is compared with an instant.

    Raises:
        FilterError: the filter cannot be answered; the message says why.
    """
    scope = Scope(fields, filter_crs, window, ZoneInfo(time_zone).key)
    tree = parse(text, language)
    condition = _read(tree, scope)
    if condition.kind != "boolean":
        raise FilterError(f"filter 应是一个判断真假的条件，给了{TITLES[condition.kind]}")
    return Filter(condition.sql, condition.params, frozenset(scope.names))


def _conjoined(op: str, args: Sequence[Term], _scope: Scope) -> Term:
    if not args:
        raise FilterError(f"{op.upper()} 没有参数")
    for term in args:
        check_kind(op, term, "boolean")
    return chained(op.upper(), args)


def _negated(op: str, args: Sequence[Term], _scope: Scope) -> Term:
    check_count("NOT", args, 1)
    check_kind("NOT", args[0], "boolean")
    return joined("boolean", "(NOT {0})", args[0])


OPERATIONS: dict[str, Callable[[str, Sequence[Term], Scope], Term]] = {
    "and": _conjoined,
    "or": _conjoined,
    "not": _negated,
    "like": like,
    "between": between,
    "in": among,
    "isnull": is_null,
    "casei": caseless,
    "accenti": accentless,
    **dict.fromkeys(MIRRORED, compared),
    **dict.fromkeys(("+", "-", "*", "/", "%", "div", "^"), arithmetic),
    **dict.fromkeys(FUNCTIONS, spatial),
    **dict.fromkeys(RELATIONS, temporal),
}


def _read(node: Any, scope: Scope) -> Term:
    """The term of a node of the tree."""
    if isinstance(node, bool):
        return Term("boolean", "true" if node else "false")
    if isinstance(node, int | float):
        return number(node)
    if isinstance(node, str):
        return text(node)
    if isinstance(node, list):
        return Term("list", parts=tuple(_read(part, scope) for part in node))
    if isinstance(node, dict):
        return _read_object(node, scope)
    raise FilterError("filter 中不能写 null；查空值请用 IS NULL")


def _read_object(node: dict[str, Any], scope: Scope) -> Term:
    if "op" in node:
        return _operation(node, scope)
    if "property" in node:
        return _property(node["property"], scope)
    if "date" in node:
        return day(node["date"])
    if "timestamp" in node:
        return instant(node["timestamp"])
    if "interval" in node:
        bounds = node["interval"]
        if not isinstance(bounds, list) or len(bounds) != 2:
            raise FilterError("INTERVAL 要起点与终点两个参数")
        return interval(*(_read(bound, scope) for bound in bounds))
    if "bbox" in node:
        return bbox(node["bbox"], scope.crs)
    if "type" in node:
        return shape(node, scope.crs)
    raise FilterError(f"filter 中有不认识的 JSON 对象，名字是：{'、'.join(list(node)[:5])[:80]}")


def _operation(node: dict[str, Any], scope: Scope) -> Term:
    op, args = node["op"], node.get("args")
    if not isinstance(op, str) or not isinstance(args, list):
        raise FilterError("filter 的运算应写成 {“op”: 名称, “args”: [参数…]}")
    op = op.lower()
    if op in ARRAYS:
        raise FilterError(f"{op.upper()} 用不了：这里没有数组字段")
    if op not in OPERATIONS:
        raise FilterError(f"不提供函数“{op[:40]}”；可用的只有 CQL2 标准中的函数")
    return OPERATIONS[op](op, [_read(arg, scope) for arg in args], scope)


def _property(name: Any, scope: Scope) -> Term:
    field = scope.fields.get(name) if isinstance(name, str) else None
    if not field:
        offered = "、".join(list(scope.fields)[:MAX_NAMES])
        raise FilterError(f"没有字段“{str(name)[:60]}”；可用：{offered}")
    scope.names.add(field.name)
    kind = "number" if field.kind == "integer" else field.kind
    return replace(Term(kind, field.sql.replace("%", "%%")), srid=field.srid)
