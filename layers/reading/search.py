"""The search over every layer: by code, name, address; bounded, and as of any moment.

Only the published views are read. What is matched is found through the trigram
indexes of this app's migrations; a term without letters is compared as it is, since
``ILIKE`` folds every row's text first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from layers.reading.reading import read
from layers.reading.shares import Share
from layers.reading.timestamps import shown_sql
from spatial.periods import AsOf

MAX_TERMS = 4
MAX_LENGTH = 60
MIN_CODE = 3
TIMEOUT_MS = 3_000
POOL = 200  # how many matches are ranked


@dataclass(frozen=True)
class SearchHit:
    """One found feature; ``texts`` are its search fields, ``place`` longitude and latitude."""

    code: str
    texts: tuple[str, ...]
    place: tuple[float, float] | None


def search(share: Share, text: str, as_of: AsOf, most: int = 6) -> list[SearchHit]:
    """The best matches of a share: its code exactly, its code's beginning, then its texts.

    Raises:
        QueryTimeout: beyond the time limit.
    """
    terms = terms_of(text)
    if not terms:
        return []
    sql, params = search_sql(share, terms, as_of, most)
    return [_hit(row) for row in read(share, sql, params, timeout_ms=TIMEOUT_MS)]


def terms_of(text: str) -> list[str]:
    """The words of a query; each must occur.

    >>> terms_of("  人民路 12 号 ")
    ['人民路', '12', '号']
    """
    return text.replace("\x00", "").strip()[:MAX_LENGTH].split()[:MAX_TERMS]


def search_sql(share: Share, terms: list[str], as_of: AsOf, most: int) -> tuple[str, list[Any]]:
    """The query and its parameters.

    Texts and codes are looked up apart: joined by OR, neither would use its index.
    """
    moment, at = shown_sql(as_of)
    layer = share.layer
    columns = [f'"{layer.column(name).column}"' for name in layer.search if name in share.names]
    texts = "".join(f", {column}" for column in columns)
    select = f"SELECT code{texts}{', geom' if layer.geometry else ''} FROM {share.view}"
    matching, matched = matching_sql(columns, terms)
    found = f"(SELECT * FROM ({select} WHERE {moment} AND {matching}) AS t LIMIT {POOL})"
    params = [*at, *matched]
    if len(terms) == 1 and terms[0].isascii() and len(terms[0]) >= MIN_CODE:
        found += (
            f" UNION ALL ({select} WHERE {moment} AND code LIKE %s AND NOT {matching} LIMIT {POOL})"
        )
        params += [*at, f"{_escaped(terms[0])}%", *matched]
    shape = "ST_Transform(ST_PointOnSurface(geom), 4326)" if layer.geometry else "NULL::geometry"
    first = columns[0] if columns else "code"
    sql = (
        f"WITH found AS MATERIALIZED ({found}),"
        f" best AS (SELECT * FROM found ORDER BY code = %s DESC, starts_with(code, %s) DESC,"
        f" position(%s in {first}) = 0, position(%s in {first}), length({first}), code"
        f" LIMIT {most:d})"
        f" SELECT code{texts}, ST_X(p), ST_Y(p) FROM best, LATERAL (SELECT {shape} AS p) AS s"
    )
    return sql, [*params, *([terms[0]] * 4)]


def is_code(share: Share, code: str, as_of: AsOf) -> bool:
    """Whether the text is exactly the code of a feature of the share at a moment."""
    moment, params = shown_sql(as_of)
    sql = f"SELECT 1 FROM {share.view} WHERE {moment} AND code = %s"
    return bool(read(share, sql, [*params, code]))


def matching_sql(columns: Sequence[str], terms: Sequence[str]) -> tuple[str, list[str]]:
    """A condition that every term occurs in some text, and its parameters."""
    clauses: list[str] = []
    params: list[str] = []
    for term in terms:
        operator = "ILIKE" if term.lower() != term.upper() else "LIKE"
        options = [f"{column} {operator} %s" for column in columns]
        params += [f"%{_escaped(term)}%"] * len(options)
        clauses.append(f"({' OR '.join(options)})" if options else "false")
    return f"({' AND '.join(clauses)})", params


def _escaped(term: str) -> str:
    return term.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _hit(row: tuple) -> SearchHit:
    code, *texts, x, y = row
    return SearchHit(code, tuple(t for t in texts if t), (x, y) if x is not None else None)
