"""The search over every layer: by code, name, address; bounded, and as of any moment.

Only the published views are read, as the share's role. One statement looks in turn for what
is called so, a house of that number, what begins so, what holds the text, what holds all its
parts. Each step goes by the index of spread texts and stops after a few hundred rows; where
enough is found, no later one is taken. What stands in some ten thousand rows is answered from
every 64th of them, which have an index of their own, beside what is called just so
(docs/adr/0019-search.md).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from layers.reading.reading import read
from layers.reading.shares import Share
from layers.reading.timestamps import shown_sql
from layers.search.patterns import (
    FUNCTION,
    MOST_SEGMENTS,
    NOTHING,
    begins,
    contains,
    equals,
    folded,
    is_searchable,
    numbered,
    segments_of,
    spread,
)
from spatial.periods import AsOf

MAX_LENGTH = 60
MIN_CODE = 3
TIMEOUT_MS = 3_000
SAMPLE = "(hashtext(code) & 63) = 0"  # the condition of the indexes of every 64th row
MANY = 150  # so many of the sample stand for some ten thousand rows
POOL = 200  # how many matches of one step are ranked
LAST = "\U0010ffff"
# The steps, from the best: what a match of the later ones stands behind.
CODE, BEGINNING_OF_CODE, NAME, NUMBER, BEGINNING, TEXT, NUMBERED_PARTS, PARTS, SAMPLED = range(9)


@dataclass(frozen=True)
class SearchHit:
    """One found feature; ``texts`` are its search fields, ``place`` longitude and latitude."""

    code: str
    texts: tuple[str, ...]
    place: tuple[float, float] | None


@dataclass(frozen=True)
class Wanted:
    """What is looked for: the text as one, and its parts, each of which must occur."""

    text: str
    parts: tuple[str, ...]
    code: str = ""  # as it was written, if it may be one

    @property
    def by_code(self) -> "Wanted":
        """The same, looked for among codes alone."""
        return Wanted(NOTHING, (), self.code)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not is_searchable(self.text)


def wanted_of(text: str) -> Wanted:
    """What a query looks for.

    >>> wanted_of("人民路 12"), wanted_of(" b-1 ").code
    (Wanted(text='人民路12', parts=('人民路', '12'), code=''), 'b-1')
    """
    cut = " ".join(text.replace("\x00", "").split())[:MAX_LENGTH].strip()
    parts = tuple(part for part in segments_of(cut) if is_searchable(part))
    code = cut if cut.isascii() and " " not in cut else ""
    return Wanted(folded(cut), parts if len(parts) > 1 else (), code)


def terms_of(text: str) -> list[str]:
    """The words of a query; each must occur.

    >>> terms_of("  人民路 12 号 ")
    ['人民路', '12', '号']
    """
    return text.replace("\x00", "").strip()[:MAX_LENGTH].split()[:MOST_SEGMENTS]


def search(share: Share, text: str, as_of: AsOf, most: int = 6) -> list[SearchHit]:
    """The best matches of a share: its code exactly, its code's beginning, then its texts.

    Raises:
        QueryTimeout: beyond the time limit.
    """
    return search_for(share, wanted_of(text), as_of, most)


def search_for(share: Share, wanted: Wanted, as_of: AsOf, most: int = 6) -> list[SearchHit]:
    """As ``search``, of a query that was read before.

    Raises:
        QueryTimeout: beyond the time limit.
    """
    if wanted.is_empty:
        return []
    moment, at = shown_sql(as_of)
    steps = _steps(wanted, len(_columns(share)))
    params = [value for step in steps for value in (*step, *at)]
    params += [spread(wanted.text)] * 2
    rows = read(
        share,
        search_sql(share, moment, len(wanted.parts), most),
        params,
        timeout_ms=TIMEOUT_MS,
        by_text=True,
        prepared=True,
    )
    return [_hit(row) for row in rows]


def is_code(share: Share, code: str, as_of: AsOf) -> bool:
    """Whether the text is exactly the code of a feature of the share at a moment."""
    moment, params = shown_sql(as_of)
    sql = f"SELECT 1 FROM {share.view} WHERE {moment} AND code = %s"
    return bool(read(share, sql, [*params, code], prepared=True))


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


@lru_cache(maxsize=1024)
def search_sql(share: Share, moment: str, parts: int, most: int) -> str:
    """The statement: the same for every query of so many parts, so that it is planned once.

    A step is fenced off from the condition on time: the planner takes a third of all versions
    for current ones, and would combine the index of texts with that of all current codes.
    """
    columns = _columns(share)
    folded_texts = [f"{FUNCTION}({column})" for column in columns]
    texts = "".join(f", {column}" for column in columns)
    shape = ", geom" if share.layer.geometry else ""
    state = "stands" if moment == "stands" else "valid"
    rows = f"SELECT code{texts}{shape}, {state} FROM {share.view} WHERE"
    either = f"({' OR '.join(f'{text} LIKE %s' for text in folded_texts) or 'false'})"

    def step(tier: int, condition: str, limit: int, when: str = "true") -> str:
        return (
            f"SELECT {tier} AS tier, t.* FROM ({rows} {condition} OFFSET 0) AS t"
            f" WHERE {when} AND {moment} LIMIT {limit}"
        )

    steps = _steps_sql(step, either, parts, most)
    found = " UNION ALL ".join(f"SELECT * FROM {name}" for name in steps if "many" not in name)
    first = folded_texts[0] if folded_texts else "code"
    place = "ST_Transform(ST_PointOnSurface(geom), 4326)" if shape else "NULL::geometry"
    # The spread text once for each match: it is most of what ranking costs.
    placed = (
        f"position(%s in spread) AS at FROM (SELECT *, {first} AS spread FROM found OFFSET 0) AS f"
    )
    goes_on = "substr(spread, at + length(%s), 1) BETWEEN '0' AND '9'"  # its number: 12 in 128
    order = f"tier, {goes_on}, at = 0, at, length(spread), spread, code"
    return (
        f"WITH {', '.join(f'{name} AS MATERIALIZED ({sql})' for name, sql in steps.items())},"
        f" found AS (SELECT DISTINCT ON (code) * FROM ({found}) AS f ORDER BY code, tier),"
        f" best AS (SELECT *, row_number() OVER (ORDER BY {order}) AS place"
        f" FROM (SELECT *, {placed} OFFSET 0) AS f ORDER BY place LIMIT {most:d})"
        f" SELECT code{texts}, ST_X(p), ST_Y(p) FROM best, LATERAL (SELECT {place} AS p) AS s"
        f" ORDER BY place"
    )


def _steps_sql(step: Callable[..., str], either: str, parts: int, most: int) -> dict[str, str]:
    """The steps by name; none is taken where those before it have found enough."""

    def few(*names: str) -> str:
        return f"({' + '.join(f'(SELECT count(*) FROM {name})' for name in names)} < {most})"

    rare = f"(SELECT n < {MANY} FROM many)"
    uncoded = few("coded", "coded_so")  # matches of codes stand before all others
    called = f"{uncoded} AND {few('named', 'housed')}"
    steps = {
        "coded": step(CODE, "code = %s", 1),
        "coded_so": step(BEGINNING_OF_CODE, "code >= %s AND code < %s", POOL),
        "sample": step(SAMPLED, f"{either} AND {SAMPLE}", MANY, uncoded),
        "many": "SELECT count(*) AS n FROM sample",
        "named": step(NAME, either, POOL, uncoded),
        "housed": step(NUMBER, either, POOL, f"{uncoded} AND {rare}"),
        "begun": step(BEGINNING, either, POOL, f"{rare} AND {called}"),
        "held": step(TEXT, either, POOL, f"{rare} AND {called} AND {few('begun')}"),
    }
    if parts:
        together = " AND ".join([either] * parts)
        short = f"{rare} AND {called} AND {few('begun')} AND {few('held')}"
        rare_parts = f"{short} AND (SELECT n < {MANY} FROM many_parts)"
        steps |= {
            "sample_parts": step(SAMPLED, f"{together} AND {SAMPLE}", MANY, short),
            "many_parts": "SELECT count(*) AS n FROM sample_parts",
            "housed_parts": step(NUMBERED_PARTS, together, POOL, rare_parts),
            "parts": step(PARTS, together, POOL, f"{rare_parts} AND {few('housed_parts')}"),
        }
    return steps


def _steps(wanted: Wanted, columns: int) -> Iterable[list[str]]:
    """The parameters of each step, in the order of the statement."""
    text, code, parts = wanted.text, wanted.code, wanted.parts
    start = code if len(code) >= MIN_CODE else ""
    yield [code]
    yield [start or LAST, (start or LAST) + LAST]
    yield [contains(text)] * columns
    yield [equals(text)] * columns
    yield [numbered(text)] * columns
    yield [begins(text)] * columns
    yield [contains(text)] * columns
    if parts:
        houses = [*parts[:-1], f"{parts[-1]}号"] if parts[-1].isdecimal() else parts
        for texts in (parts, houses, parts):
            yield [contains(part) for part in texts for _ in range(columns)]


def _columns(share: Share) -> list[str]:
    layer = share.layer
    return [f'"{layer.column(name).column}"' for name in layer.search if name in share.names]


def _escaped(term: str) -> str:
    return term.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _hit(row: tuple) -> SearchHit:
    code, *texts, x, y = row
    return SearchHit(code, tuple(t for t in texts if t), (x, y) if x is not None else None)
