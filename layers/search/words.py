"""Words by their pinyin: what somebody who types renminlu, rml or lantian may mean.

The words come from the searched texts themselves and are kept when these are written
(``reading_words``); here they are looked up. Only words of fields that the caller sees count.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection

from layers.models import SearchWord
from layers.reading.shares import Share

LEAST_PINYIN, LEAST_INITIALS = 3, 2
MOST_WORDS = 8
LAST = "\U0010ffff"
TABLE = f'"{SearchWord._meta.db_table}"'


@dataclass(frozen=True)
class Word:
    """A word that letters may stand for, and the fields that hold it, as ``layer.field``."""

    text: str
    sources: frozenset[str]


def sources_of(shares: Iterable[Share]) -> set[str]:
    """The searched fields that the shares show."""
    return {
        source_of(share.layer.id, name)
        for share in shares
        for name in share.layer.search
        if name in share.names
    }


def source_of(layer_id: str, field: str) -> str:
    """The name of a searched field."""
    return f"{layer_id}.{field}"


def words_of(letters: str, sources: Collection[str]) -> list[Word]:
    """The words that small letters may stand for, whole pinyin first, then the most used."""
    if not (letters.isascii() and letters.isalpha()) or len(letters) < LEAST_INITIALS:
        return []
    # As many characters as the letters cover: the last syllable may be half typed.
    covered = (
        "(SELECT min(n) FROM (SELECT n, sum(length(s)) OVER (ORDER BY n) AS so_far"
        " FROM unnest(string_to_array(spelling, ' ')) WITH ORDINALITY AS t (s, n)) AS c"
        " WHERE so_far >= %(length)s)"
    )
    ranges = [("initials", "%(length)s", 1)]
    if len(letters) >= LEAST_PINYIN:
        ranges.append(("pinyin", covered, 0))
    rows = " UNION ALL ".join(
        f"SELECT left(word, ({size})::int) AS text, {rank} AS rank, sources FROM {TABLE}"
        f" WHERE {column} >= %(letters)s AND {column} < %(end)s AND sources && %(sources)s"
        for column, size, rank in ranges
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT text, array_agg(DISTINCT source) FROM (SELECT text, rank, unnest(sources)"
            f" AS source FROM ({rows}) AS r) AS w WHERE source = ANY (%(sources)s)"
            " GROUP BY text ORDER BY min(rank), count(*) DESC, text LIMIT %(most)s",
            {
                "length": len(letters),
                "letters": letters,
                "end": letters + LAST,
                "sources": sorted(sources),
                "most": MOST_WORDS,
            },
        )
        return [Word(text, frozenset(found)) for text, found in cursor.fetchall()]
