"""Spread texts: the database and the program spread alike."""

from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from layers.search.patterns import (
    FUNCTION,
    MARK,
    MOST_SEGMENTS,
    NOTHING,
    contains,
    every,
    folded,
    segments_of,
    spread,
)

# What offices write: Chinese, digits of both widths, Latin letters, signs, blanks, an emoji.
LETTERS = "人民路桥号栋０１２9012ABxyz（）()－-%_\\'\"ĸ 　\t\n😀ß"


def in_the_database(text):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {FUNCTION}(%s)", [text])
        return cursor.fetchone()[0]


def test_the_database_spreads_as_the_program_does(db):
    for text in (LETTERS, LETTERS[::-1], "", "桥", "1", "人民路 １２号Ｂ座", MARK, "100%"):
        assert in_the_database(text) == spread(folded(text))


def test_no_text_is_spread_to_the_pattern_of_nothing(db):
    for text in ("", MARK, MARK * 5, "  ", "人"):
        assert NOTHING not in in_the_database(text)


def test_a_pattern_finds_what_holds_the_text_and_nothing_else(db):
    texts = ["人民路12号", "人民", "民人", "人 民", "5%", "50", "a_b", "axb", "a\\b", "x", "xx"]
    with connection.cursor() as cursor:
        for wanted in [*texts, "民路", "%", "_", "\\", "12", "2", "xb"]:
            cursor.execute(
                f"SELECT t FROM unnest(%s) AS t WHERE {FUNCTION}(t) LIKE %s",
                [texts, contains(folded(wanted))],
            )
            found = {text for (text,) in cursor.fetchall()}
            assert found == {text for text in texts if folded(wanted) in folded(text)}, wanted


@given(st.text(LETTERS, max_size=40))
def test_parts_are_of_the_text_and_few(text):
    parts = segments_of(text)
    assert len(parts) <= MOST_SEGMENTS == len(every(parts))
    assert all(part and part in folded(text) for part in parts)
