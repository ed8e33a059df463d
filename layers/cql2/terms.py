"""The typed pieces of SQL of which a filter is put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from layers.cql2.errors import FilterError
from layers.cql2.fields import FilterCrs, Queryable

TITLES = {
    "string": "文本",
    "number": "数",
    "boolean": "真假",
    "date": "日期",
    "date-time": "时刻",
    "geometry": "图形",
    "interval": "时间区间",
    "list": "列表",
    "unbounded": "“..”",
}
Window = tuple[float, float, float, float]


@dataclass(frozen=True)
class Term:
    """One typed piece of SQL with its parameters.

    ``value`` is what a literal says (a geometry: in the filter's CRS, not yet in
    ``sql``); ``parts`` are the members of a list and the two bounds of an interval;
    ``exact`` marks a number that is computed as numeric.
    """

    kind: str
    sql: str = ""
    params: tuple[Any, ...] = ()
    value: Any = None
    parts: tuple["Term", ...] = ()
    srid: int = 0
    exact: bool = False


@dataclass
class Scope:
    """What one filter is compiled against, and the fields that it turned out to read."""

    fields: Mapping[str, Queryable]
    crs: FilterCrs
    window: Window | None
    zone: str
    names: set[str] = field(default_factory=set)


def joined(kind: str, pattern: str, *terms: Term, exact: bool = False) -> Term:
    """The terms put into the braces of a pattern, each once, in the order given."""
    params = tuple(value for term in terms for value in term.params)
    return Term(kind, pattern.format(*(term.sql for term in terms)), params, exact=exact)


def chained(joint: str, terms: Sequence[Term]) -> Term:
    """Predicates joined by AND or OR."""
    params = tuple(value for term in terms for value in term.params)
    return Term("boolean", "(" + f" {joint} ".join(term.sql for term in terms) + ")", params)


def check_count(op: str, args: Sequence[Term], count: int) -> None:
    """Raises FilterError if an operator has not so many arguments."""
    if len(args) != count:
        raise FilterError(f"{op.upper()} 要 {count} 个参数，给了 {len(args)} 个")


def check_kind(op: str, term: Term, *kinds: str) -> None:
    """Raises FilterError if an operator cannot take a term of this kind."""
    if term.kind not in kinds:
        wanted = "或".join(TITLES[kind] for kind in kinds)
        raise FilterError(f"{op.upper()} 要{wanted}，给了{TITLES[term.kind]}")


def refuse_pair(op: str, left: Term, right: Term) -> NoReturn:
    """Raises FilterError: two kinds that do not go together."""
    raise FilterError(
        f"{op.upper()} 两边的类型不同：{TITLES[left.kind]}与{TITLES[right.kind]}；请核对字段表"
    )
