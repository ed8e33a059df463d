"""The search box."""

import re

import pytest

from layers.access.access import ANONYMOUS
from layers.declarations.registry import layer_of
from layers.reading.queries import place
from layers.reading.shares import share_of
from layers.search.search import search
from spatial.periods import NOW


def found(client, text, at=""):
    return client.get("/search", {"q": text, "at": at}).content.decode()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("示范楼", "buildings/B1"),
        ("人民路", "roads/RD1"),
        ("人民路 1号", "addresses/A1"),
        ("后山", "hazard-sites/H1"),
        ("431382001001", "districts/431382001001"),
    ],
)
def test_names_addresses_and_codes_are_found(client, town, text, wanted):
    assert f'data-open="{wanted}"' in found(client, text)


def test_the_search_follows_the_date(client, town):
    assert "warnings/W2020" not in found(client, "黄色预警")
    assert "warnings/W2020" in found(client, "黄色预警", "2020-07-09")


def test_hidden_layers_are_not_searched(client, town):
    assert "units/" not in found(client, "人民路1号101")


def test_a_clerk_finds_units(clerk):
    assert "units/B1U0101" in found(clerk, "人民路1号101")


@pytest.mark.parametrize(
    "text", ["%", "_", "\\", "'", "没有这个地方", "x" * 500, "\x00", "a b c d e f"]
)
def test_odd_texts_find_nothing_and_break_nothing(client, town, text):
    answer = client.get("/search", {"q": text})
    assert answer.status_code == 200
    assert "data-open" not in answer.content.decode()


def test_an_empty_search_says_what_to_type(client, town):
    assert "输入名称" in found(client, "  ")


def test_an_exact_code_comes_first_and_has_a_place(town):
    hit = search(share_of(ANONYMOUS, layer_of("districts")), "431382001", NOW)[0]
    assert hit.code == "431382001"
    assert place(*hit.place).distance(place(*hit.place)) == 0


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("人民路", ["roads/RD1"]),
        ("示范", []),
        ("示范楼 ", ["buildings/B1"]),
        ("h1", []),
        ("431382001", ["districts/431382001"]),
    ],
)
def test_what_is_called_just_so_is_marked(client, town, text, exact):
    """Enter may open it without asking; what only begins so it may not."""
    page = found(client, text)
    assert re.findall(r'data-open="([^"]+)" data-exact', page) == exact
