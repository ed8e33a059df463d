"""The temporal functions: T_AFTER, T_BEFORE and their thirteen companions.

CQL2 takes intervals as closed at both ends. A tstzrange, and a date compared with
instants, is open at its end instead; the relations account for that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from layers.cql2.errors import FilterError
from layers.cql2.terms import Scope, Term, check_count, check_kind, joined
from layers.cql2.timestamps import day_end, day_or_instant, day_start

# {s}: start of the first, {e}: its end, {S} and {E}: those of the second. Where an end
# is open, {before}, {after} and their negations let the bounds be equal, or not.
RELATIONS = {
    "t_after": "{s} {after} {E}",
    "t_before": "{e} {before} {S}",
    "t_contains": "{s} < {S} AND {e} > {E}",
    "t_disjoint": "{e} {before} {S} OR {s} {after} {E}",
    "t_during": "{s} > {S} AND {e} < {E}",
    "t_equals": "{s} = {S} AND {e} = {E}",
    "t_finishedby": "{s} < {S} AND {e} = {E}",
    "t_finishes": "{s} > {S} AND {e} = {E}",
    "t_intersects": "NOT ({e} {before} {S} OR {s} {after} {E})",
    "t_meets": "{e} = {S}",
    "t_metby": "{s} = {E}",
    "t_overlappedby": "{s} > {S} AND {s} < {E} AND {e} > {E}",
    "t_overlaps": "{s} < {S} AND {e} > {S} AND {e} < {E}",
    "t_startedby": "{s} = {S} AND {e} > {E}",
    "t_starts": "{s} = {S} AND {e} < {E}",
}
FOR_INSTANTS = frozenset({"t_after", "t_before", "t_disjoint", "t_equals", "t_intersects"})
_START = "coalesce(lower({0}), CASE WHEN NOT isempty({1}) THEN '-infinity'::timestamptz END)"
_END = "coalesce(upper({0}), CASE WHEN NOT isempty({1}) THEN 'infinity'::timestamptz END)"


@dataclass(frozen=True)
class Span:
    """An operand as its two bounds; ``kind`` is date or date-time, or '' for both open."""

    start: Term
    end: Term
    kind: str
    open_end: bool = False
    is_instant: bool = False


def temporal(op: str, args: Sequence[Term], scope: Scope) -> Term:
    """A relation in time between two instants or intervals."""
    check_count(op, args, 2)
    spans = [_span(op, term, scope) for term in args]
    if op not in FOR_INSTANTS and any(span.is_instant for span in spans):
        raise FilterError(f"{op.upper()} 只比较时间区间；时刻请用 T_INTERSECTS、T_BEFORE 等")
    if {span.kind for span in spans} >= {"date", "date-time"}:
        spans = [_promoted(span, scope.zone) for span in spans]
    kind = "date" if all(span.kind == "date" for span in spans) else ""
    return _related(RELATIONS[op], *(_bounded(span, kind or _common(spans)) for span in spans))


def interval(start: Term, end: Term) -> Term:
    """An INTERVAL literal of two bounds. Raises FilterError."""
    bounds = tuple(_bound(term) for term in (start, end))
    low, high = (bound.value for bound in bounds)
    if low is not None and type(low) is type(high) and low > high:
        raise FilterError(f"INTERVAL 的终点 {high} 早于起点 {low}")
    return Term("interval", parts=bounds)


def _bound(term: Term) -> Term:
    if term.kind == "string" and term.sql == "%s":
        return Term("unbounded") if term.value in ("..", "") else day_or_instant(term.value)
    check_kind("INTERVAL", term, "date", "date-time")
    return term


def _span(op: str, term: Term, scope: Scope) -> Span:
    if term.kind == "string" and term.sql == "%s":
        term = day_or_instant(term.value)
    check_kind(op, term, "date", "date-time", "interval")
    if term.kind != "interval":
        return Span(term, term, term.kind, is_instant=True)
    if not term.parts:
        start = joined("date-time", _START, term, term)
        return Span(start, joined("date-time", _END, term, term), "date-time", open_end=True)
    start, end = term.parts
    kinds = {start.kind, end.kind} - {"unbounded"}
    span = Span(start, end, "date-time" if "date-time" in kinds else "".join(kinds))
    return _promoted(span, scope.zone) if len(kinds) > 1 else span


def _promoted(span: Span, zone: str) -> Span:
    """The same with dates as the days from their first moment to their last."""
    start, end = span.start, span.end
    if start.kind == "date":
        span = replace(span, start=day_start(start, zone))
    if end.kind == "date":
        span = replace(span, end=day_end(end, zone), open_end=True)
    return replace(span, kind="date-time")


def _common(spans: Sequence[Span]) -> str:
    return next((span.kind for span in spans if span.kind), "date-time")


def _bounded(span: Span, kind: str) -> Span:
    """The same with infinity for bounds that are open."""
    cast = "date" if kind == "date" else "timestamptz"
    start, end = span.start, span.end
    if start.kind == "unbounded":
        start = Term(kind, f"'-infinity'::{cast}")
    if end.kind == "unbounded":
        end = Term(kind, f"'infinity'::{cast}")
    return replace(span, start=start, end=end)


def _related(relation: str, first: Span, second: Span) -> Term:
    signs = {
        "{before}": "<=" if first.open_end else "<",
        "{after}": ">=" if second.open_end else ">",
    }
    bounds = {"{s}": first.start, "{e}": first.end, "{S}": second.start, "{E}": second.end}
    pattern, terms = [], []
    for word in relation.replace("(", "( ").replace(")", " )").split():
        if word in bounds:
            pattern.append("{}")
            terms.append(bounds[word])
        else:
            pattern.append(signs.get(word, word))
    return joined("boolean", "(" + " ".join(pattern) + ")", *terms)
