"""Spread texts: the database and the program spread alike."""

from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from layers.access.access import ANONYMOUS
from layers.cql2.compiling import FilterCrs, compile_filter
from layers.declarations.registry import layer_of
from layers.ogc.common.requests import queryables_of
from layers.reading.shares import share_of
from layers.search.patterns import (
    FUNCTION,
    MARK,
    MOST_SEGMENTS,
    NOTHING,
    contains,
    folded,
    implied_sql,
    segments_of,
    spread,
)
from spatial.base.models import Road
from tests.factories import open_feature

# What offices write: Chinese, digits of both widths, Latin letters, signs, blanks, an emoji.
SHAPE = "SRID=4546;LINESTRING(566000 3064000, 566100 3064000)"
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
    assert len(parts) <= MOST_SEGMENTS
    assert all(part and part in folded(text) for part in parts)


PIECES = ["人民", "路", "%", "_", "\\%", "\\_", "\\\\", "1", "２", "AB", "b", " ", "İ", "ß"]


@given(st.lists(st.sampled_from(PIECES), max_size=6), st.lists(st.sampled_from(PIECES), max_size=6))
def test_what_is_like_a_pattern_meets_what_the_pattern_implies(pattern, filling):
    """The implied condition takes no row away: a text made of the pattern itself has its pieces."""
    text = "".join(
        "".join(filling) if piece == "%" else "人" if piece == "_" else piece.removeprefix("\\")
        for piece in pattern
    )
    implied = implied_sql("name", "".join(pattern))
    if implied:
        held = implied[1].strip("%").replace("\\", "")
        assert held in spread(folded(text)).replace("\\", "")


def test_a_filter_like_a_pattern_goes_by_the_index_and_is_exact(db):
    for code, name in {"R1": "人民路", "R2": "新人民路", "R3": "人 民路", "R4": "建设路"}.items():
        open_feature(Road, code, name=name, kind="local", geom=SHAPE)
    fields = queryables_of(share_of(ANONYMOUS, layer_of("roads")))
    made = compile_filter("name LIKE '%人民%'", "cql2-text", fields, FilterCrs())
    assert made.sql.count("LIKE") == 2
    others = compile_filter("NOT name LIKE '%人民%'", "cql2-text", fields, FilterCrs())
    with connection.cursor() as cursor:
        for one, expected in ((made, {"R1", "R2"}), (others, {"R3", "R4"})):
            sql = f"SELECT code FROM base_road WHERE starts_with(code, 'R') AND {one.sql}"
            cursor.execute(sql, one.params)
            assert {code for (code,) in cursor.fetchall()} == expected
    assert (
        compile_filter("kind LIKE '%人民%'", "cql2-text", fields, FilterCrs()).sql.count("LIKE")
        == 1
    )
