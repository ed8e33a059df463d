"""=, <>, <, <=, >, >=, BETWEEN, IN, LIKE and IS NULL."""

import re
from collections.abc import Sequence
from unicodedata import normalize

from layers.cql2.errors import FilterError
from layers.cql2.scalars import exactly
from layers.cql2.terms import (
    TITLES,
    Scope,
    Term,
    chained,
    check_count,
    check_kind,
    joined,
    refuse_pair,
)
from layers.cql2.timestamps import day_end, day_or_instant, day_start

TEMPORAL = ("date", "date-time")
SCALAR = ("string", "number", "boolean", *TEMPORAL)
MIRRORED = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_DANGLING = re.compile(r"(?<!\\)(?:\\\\)*\\$")
_MARKS = re.compile(r"[\u0300-\u036f]")


def compared(op: str, args: Sequence[Term], scope: Scope) -> Term:
    """Two scalars of one type compared; a date with an instant, as the whole day."""
    check_count(op, args, 2)
    left, right = alike(op, *args)
    if left.kind == right.kind:
        return joined("boolean", f"({{0}} {op} {{1}})", left, right)
    if left.kind == "date":
        left, right, op = right, left, MIRRORED[op]
    return _moment_and_day(op, left, right, scope)


def alike(op: str, left: Term, right: Term) -> tuple[Term, Term]:
    """Both in one type, texts read as dates where the other is one. Raises FilterError."""
    for term in (left, right):
        if term.kind == "interval":
            raise FilterError(f"时间区间不能用 {op} 比较，请用 T_EQUALS、T_INTERSECTS 等")
        if term.kind == "geometry":
            raise FilterError(f"图形不能用 {op} 比较，请用 S_EQUALS、S_INTERSECTS 等")
        check_kind(op, term, *SCALAR)
    left, right = _dated(left, right), _dated(right, left)
    if left.kind != right.kind and not (left.kind in TEMPORAL and right.kind in TEMPORAL):
        refuse_pair(op, left, right)
    if left.exact or right.exact:
        left, right = exactly(left), exactly(right)
    return left, right


def between(op: str, args: Sequence[Term], scope: Scope) -> Term:
    """A scalar within two bounds, both included."""
    check_count(op, args, 3)
    subject, low, high = args
    check_kind(op, subject, "string", "number", *TEMPORAL)
    bounds = [compared(">=", (subject, low), scope), compared("<=", (subject, high), scope)]
    return chained("AND", bounds)


def among(op: str, args: Sequence[Term], scope: Scope) -> Term:
    """A scalar that equals a member of a list."""
    check_count(op, args, 2)
    subject, members = args
    check_kind(op, members, "list")
    if not members.parts:
        raise FilterError("IN 的列表是空的")
    pairs = [alike(op, subject, member) for member in members.parts]
    if len({(left.kind, right.kind, left.exact) for left, right in pairs}) > 1 or any(
        left.kind != right.kind for left, right in pairs
    ):
        return chained("OR", [compared("=", (subject, member), scope) for member in members.parts])
    slots = ", ".join(f"{{{n}}}" for n in range(1, len(pairs) + 1))
    return joined("boolean", f"({{0}} IN ({slots}))", pairs[0][0], *(right for _, right in pairs))


def like(op: str, args: Sequence[Term], scope: Scope) -> Term:
    r"""A text that matches a pattern of %, _ and escapes with \."""
    check_count(op, args, 2)
    for term in args:
        check_kind(op, term, "string")
    pattern = args[1].value
    if pattern is None:
        raise FilterError("LIKE 的模式要直接写出来，不能是字段")
    if any(_DANGLING.search(p) for p in (pattern, _MARKS.sub("", normalize("NFD", pattern)))):
        raise FilterError(f"LIKE 的模式“{pattern[:40]}”以单个 \\ 结尾；要找 \\ 请写 \\\\")
    found = joined("boolean", "({0} LIKE {1})", *args)
    searched = next((f for f in scope.fields.values() if f.sql == args[0].sql and f.implied), None)
    implied = searched.implied(pattern) if searched and searched.implied else None
    if implied is None:
        return found
    sql, param = implied
    return chained("AND", [found, Term("boolean", sql, (param,))])


def is_null(op: str, args: Sequence[Term], _scope: Scope) -> Term:
    """Whether something has no value."""
    check_count(op, args, 1)
    term = args[0]
    if not term.sql:
        raise FilterError(f"IS NULL 要字段或算式，给了{TITLES[term.kind]}")
    return joined("boolean", "({0} IS NULL)", term)


def _dated(term: Term, other: Term) -> Term:
    """A text literal read as the date or instant that the other side is."""
    if term.kind != "string" or other.kind not in TEMPORAL or term.sql != "%s":
        return term
    return day_or_instant(term.value)


def _moment_and_day(op: str, moment: Term, day: Term, scope: Scope) -> Term:
    begins, over = day_start(day, scope.zone), day_end(day, scope.zone)
    terms: tuple[Term, ...]
    if op == "=":
        pattern, terms = "({0} >= {1} AND {2} < {3})", (moment, begins, moment, over)
    elif op == "<>":
        pattern, terms = "({0} < {1} OR {2} >= {3})", (moment, begins, moment, over)
    elif op in ("<", ">="):
        pattern, terms = f"({{0}} {op} {{1}})", (moment, begins)
    else:
        pattern, terms = f"({{0}} {'<' if op == '<=' else '>='} {{1}})", (moment, over)
    return joined("boolean", pattern, *terms)
