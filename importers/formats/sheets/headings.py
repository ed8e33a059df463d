"""What headers mean, by lists of words that a city may extend.

Each list under ``data/headers`` has the columns word, role and source: which document,
dialect or habit of surveyors the word was seen in.
"""

import csv
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from importers.values.headings import plain

HEADERS = Path(__file__).resolve().parents[3] / "data" / "headers"
_DROPPED = str.maketrans("", "", "()[]【】{}「」:;,.、·*_-/ \t\r\n")


def folded(text: str) -> str:
    """A header without width, case, spaces and punctuation, with what stands in brackets.

    >>> folded("纵坐标（X）"), folded("S_Exp")
    ('纵坐标x', 'sexp')
    """
    return unicodedata.normalize("NFKC", text).translate(_DROPPED).casefold()


@cache
def heading_words(name: str) -> Mapping[str, str]:
    """One list: folded word → role. Raises FileNotFoundError if the list is missing."""
    with (HEADERS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return {folded(row["word"]): row["role"] for row in csv.DictReader(lines)}


@cache
def vocabulary() -> frozenset[str]:
    """Every word that any list of headers knows, folded."""
    lists = ("ordinates", "boundary", "pipe_lines", "pipe_points")
    return frozenset(word for name in lists for word in heading_words(name))


def role_of(header: str, name: str) -> str:
    """The role of a header in one list, with its bracketed remark or without; '' if none.

    >>> role_of("Ｘ（米）", "ordinates"), role_of("纵坐标(X)", "ordinates")
    ('north', 'north')
    """
    known = heading_words(name)
    return known.get(folded(header)) or known.get(folded(plain(header)), "")


def columns_by_role(headers: Sequence[str], name: str) -> dict[str, list[str]]:
    """The headers that have a role, in their order: role → headers."""
    found: dict[str, list[str]] = {}
    for header in headers:
        if role := role_of(header, name):
            found.setdefault(role, []).append(header)
    return found
