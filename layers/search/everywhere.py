"""One search over every layer that a caller sees: by what is written, and by what letters mean."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from layers.reading.reading import QueryTimeout
from layers.reading.shares import Share
from layers.search.patterns import NOTHING
from layers.search.search import SearchHit, Wanted, is_code, search_for, wanted_of
from layers.search.words import source_of, sources_of, words_of
from spatial.periods import AsOf

PER_LAYER = 5
WHOLE_CODE = 6  # from this length on, a text that is a code is taken for it
_LETTERS = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True)
class LayerHits:
    """The best matches of one layer."""

    share: Share
    hits: list[SearchHit]


@dataclass(frozen=True)
class Results:
    """What was found, by layer; whether some layer could not be searched to the end."""

    layers: list[LayerHits]
    is_late: bool = False


def search_everywhere(shares: Sequence[Share], text: str, as_of: AsOf) -> Results:
    """The best matches of every share, the shares in their order.

    A text that is the code of something is taken for nothing else.
    """
    wanted = wanted_of(text)
    if wanted.is_empty or not is_telling(text):
        return Results([])
    if len(wanted.code) >= WHOLE_CODE:
        coded = [share for share in shares if is_code(share, wanted.code, as_of)]
        shares, wanted = (coded, wanted.by_code) if coded else (shares, wanted)
    meanings = [] if wanted.text == NOTHING else list(_meanings(shares, text))
    found, is_late = [], False
    for share in shares:
        try:
            hits = _hits(share, wanted, meanings, as_of)
        except QueryTimeout:
            is_late = True
            continue
        if hits:
            found.append(LayerHits(share, hits))
    return Results(found, is_late)


def is_telling(text: str) -> bool:
    """Whether a text narrows anything down: single letters or digits do not, a 字 does.

    >>> is_telling("1"), is_telling("a b"), is_telling("桥"), is_telling("ab")
    (False, False, True, True)
    """
    return any(len(word) > 1 or not word.isascii() for word in text.split())


def _meanings(shares: Sequence[Share], text: str) -> Iterator[tuple[Wanted, frozenset[str]]]:
    """What the first letters of a text may mean in Chinese, and the fields that hold it."""
    letters = _LETTERS.search(text)
    if not letters:
        return
    for word in words_of(letters[0].lower(), sources_of(shares)):
        meant = wanted_of(text[: letters.start()] + word.text + text[letters.end() :])
        yield replace(meant, code=""), word.sources


def _hits(
    share: Share, wanted: Wanted, meanings: Sequence[tuple[Wanted, frozenset[str]]], as_of: AsOf
) -> list[SearchHit]:
    """The matches of what is written first, then of each of its meanings."""
    found = {hit.code: hit for hit in search_for(share, wanted, as_of, PER_LAYER)}
    own = {source_of(share.layer.id, name) for name in share.layer.search if name in share.names}
    for meant, sources in meanings:
        if len(found) >= PER_LAYER:
            break
        if own & sources:
            for hit in search_for(share, meant, as_of, PER_LAYER):
                found.setdefault(hit.code, hit)
    return list(found.values())[:PER_LAYER]
