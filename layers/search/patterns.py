r"""Texts as the search compares them: folded, without blanks, a mark around each character.

PostgreSQL's trigram index knows no word of fewer than three characters. With marks between
all characters, every pair of neighbours is a trigram, and every single one too:
``ĸ人ĸ民ĸ路ĸ`` holds ĸ人ĸ, 人ĸ民, ĸ民ĸ, 民ĸ路, ĸ路ĸ. So the index finds 人民 and 桥, and ``LIKE``
over the same expression decides exactly (docs/adr/0019-search.md). Pure.

>>> contains("人民"), contains("桥")
('%ĸ人ĸ民ĸ%', '%ĸ桥ĸ%')
>>> folded(" B座 １２号"), folded("100%")
('b座12号', '100%')
"""

import re

MARK = "ĸ"  # a letter, for the index knows letters alone; of Greenlandic until 1973
NOTHING = MARK * 3  # a pattern that no text has, and whose trigram no index holds
# What counts as the same: as `translate` takes it, the last ones are left out.
FROM, TO = "０１２３４５６７８９（）－\u3000 \t\r\n" + MARK, "0123456789()-"
FUNCTION = "search_text"  # of the migration 0013 of this floor
MOST_SEGMENTS = 4
_TABLE = str.maketrans(FROM[: len(TO)], TO, FROM[len(TO) :])
SHORTEST_PIECE = 2
_PIECES = re.compile(r"(?:\\.|[^\\%_])+", re.DOTALL)  # of a pattern, between % and _
_RUNS = re.compile(r"[0-9]+|[a-z]+|[^0-9a-z]+")


def folded(text: str) -> str:
    """A text in small letters, without blanks, its digits and brackets of half width."""
    small = (low if len(low := char.lower()) == 1 else char for char in text)
    return "".join(small).translate(_TABLE)


def segments_of(text: str) -> list[str]:
    """The parts of a query that must each occur: its words, or of one word its runs.

    >>> segments_of("人民路 12号"), segments_of("人民路12号"), segments_of("人民路")
    (['人民路', '12号'], ['人民路', '12', '号'], ['人民路'])
    """
    parts = [folded(part) for part in text.split()]
    if len(parts) == 1:
        parts = _RUNS.findall(parts[0])
    return list(dict.fromkeys(part for part in parts if part))[:MOST_SEGMENTS]


def is_searchable(text: str) -> bool:
    """Whether the index can find a folded text: some character of it is a letter or a digit.

    >>> is_searchable("路"), is_searchable("%_"), is_searchable("😀")
    (True, False, False)
    """
    return any(char.isalnum() for char in text)


def spread(text: str) -> str:
    """A folded text with its marks.

    >>> spread("路1")
    'ĸ路ĸ1ĸ'
    """
    return f"{MARK}{MARK.join(text)}{MARK}"


def equals(text: str) -> str:
    r"""The pattern of what is called so.

    >>> equals("5%")
    'ĸ5ĸ\\%ĸ'
    """
    return re.sub(r"([\\%_])", r"\\\1", spread(text))


def begins(text: str) -> str:
    """The pattern of what is called so or begins so."""
    return f"{equals(text)}%"


def contains(text: str) -> str:
    """The pattern of what a text occurs in."""
    return f"%{equals(text)}%"


def numbered(text: str) -> str:
    """The pattern of a house: what holds a text that ends in a digit, and then 号.

    >>> numbered("人民路1"), numbered("人民路") == NOTHING
    ('%ĸ人ĸ民ĸ路ĸ1ĸ号ĸ%', True)
    """
    return contains(f"{text}号") if text[-1:].isdecimal() else NOTHING


def implied_sql(column: str, pattern: str) -> tuple[str, str] | None:
    r"""A condition on the spread text of a column that each text like a pattern meets.

    It is of the longest piece of the pattern; None where all are too short to narrow anything.

    >>> implied_sql("name", "%人民%桥%")
    ('search_text(name) LIKE %s', '%ĸ人ĸ民ĸ%')
    >>> implied_sql("name", "%桥_") is None
    True
    """
    pieces = (folded(re.sub(r"\\(.)", r"\1", piece)) for piece in _PIECES.findall(pattern))
    longest = max(pieces, key=len, default="")
    has_sure_case = all(char.isascii() or char.lower() == char.upper() for char in longest)
    if len(longest) < SHORTEST_PIECE or not is_searchable(longest) or not has_sure_case:
        return None
    return f"{FUNCTION}({column}) LIKE %s", contains(longest)
