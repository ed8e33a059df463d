"""Numbers, texts and what is computed of them, without an error that data could cause."""

import math
from collections.abc import Sequence

from layers.cql2.errors import FilterError
from layers.cql2.terms import Scope, Term, check_count, check_kind, joined

INT8 = 2**63
EXACT = 2**53
MAX_LN = 690  # e to this power still is a double

ARITHMETIC = {
    "+": "({0} + {1})",
    "-": "({0} - {1})",
    "*": "({0} * {1})",
    "/": "({0} / NULLIF({1}, 0))",
    "%": "({0} %% NULLIF({1}, 0))",
    "div": "div({0}, NULLIF({1}, 0))",
}
# Where a power has no value among the numbers, or none that a double holds, it is NULL.
POWER = (
    "(SELECT CASE WHEN base = 0 AND exponent < 0 THEN NULL"
    " WHEN base < 0 AND exponent <> trunc(exponent) THEN NULL"
    " WHEN base = 0 OR exponent = 0 THEN (exponent = 0)::int::numeric"
    " WHEN abs(exponent) > 1e15 OR abs(base) > 1e300 OR abs(base) < 1e-300 THEN NULL"
    " WHEN abs(exponent::float8 * ln(abs(base::float8))) > {2} THEN NULL"
    " ELSE power(base::float8, exponent::float8)::numeric END"
    " FROM (SELECT {0} AS base, round({1}, 30) AS exponent OFFSET 0) AS operands)"
)
ACCENTS = "normalize(regexp_replace(normalize({0}, NFD), '[\\u0300-\\u036f]', '', 'g'), NFC)"


def number(value: float) -> Term:
    """A number literal. Raises FilterError for one that the database cannot hold."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise FilterError("filter 中有超出范围的数")
        if value.is_integer() and abs(value) <= EXACT:
            value = int(value)
    elif not -INT8 <= value < INT8:
        raise FilterError(f"整数 {str(value)[:30]} 超出 64 位")
    return Term("number", "%s", (value,), value=value)


def text(value: str) -> Term:
    """A text literal. Raises FilterError for characters that the database cannot hold."""
    if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise FilterError("filter 的文本中有数据库存不下的字符（NUL 或半个代理对）")
    return Term("string", "%s", (value,), value=value)


def arithmetic(op: str, args: Sequence[Term], _scope: Scope) -> Term:
    """Two numbers computed in numeric, which neither overflows nor divides by zero."""
    check_count(op, args, 2)
    for term in args:
        check_kind(op, term, "number")
    left, right = (exactly(term) for term in args)
    if op == "^":
        pattern = POWER.replace("{2}", str(MAX_LN))
        return joined("number", pattern, left, right, exact=True)
    return joined("number", ARITHMETIC[op], left, right, exact=True)


def exactly(term: Term) -> Term:
    """The number as numeric."""
    return term if term.exact else joined("number", "({0})::numeric", term, exact=True)


def caseless(op: str, args: Sequence[Term], _scope: Scope) -> Term:
    """CASEI: a text without regard to case."""
    return _normalised(op, args, "lower({0})")


def accentless(op: str, args: Sequence[Term], _scope: Scope) -> Term:
    """ACCENTI: a text without the marks that stand on its letters."""
    return _normalised(op, args, ACCENTS)


def _normalised(op: str, args: Sequence[Term], pattern: str) -> Term:
    check_count(op, args, 1)
    check_kind(op, args[0], "string")
    term = args[0]
    sql = f"{term.sql}::text" if term.value is not None and term.sql == "%s" else term.sql
    return Term("string", pattern.format(sql), term.params, value=term.value)
