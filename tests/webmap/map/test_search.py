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


def test_a_position_is_gone_to(client, town):
    page = found(client, "北纬27°41′36.24″ 东经111°39′50.76″")
    assert 'data-place="111.6641000,27.6934000"' in page
    assert 'href="#17/27.6934000/111.6641000/0/0&amp;here=111.6641000,27.6934000"' in page
    assert "data-open" not in page


def test_a_position_outside_the_city_is_said_to_be_outside(client, town):
    page = found(client, "116.39, 39.9")
    assert "不在本市范围内" in page
    assert "data-place" not in page


PERSONS = ["11010519491231002X", "13812345678", "查人 张三丰", "以人查房：张三丰", "张三丰"]


@pytest.mark.parametrize("text", PERSONS)
def test_who_may_not_search_people_is_told_why_not(client, town, text):
    page = found(client, text)
    assert "不能以人查房" in page
    assert "<form" not in page
    assert "data-open" not in page


@pytest.mark.parametrize("text", PERSONS)
def test_who_may_is_asked_for_the_reason(clerk, town, text):
    page = found(clerk, text)
    assert 'action="/sharing/people"' in page
    assert 'name="reason"' in page
    person = re.search(r'name="text" value="([^"]+)"', page)[1]
    form = {"text": person, "reason": "核对产权"}
    answer = clerk.post("/sharing/people", form)
    assert answer.status_code == 200
    assert ("/panel/buildings/B1" in answer.content.decode()) == (person == "张三丰")


@pytest.mark.parametrize("text", ["示范楼", "431382001001", "后山", "B1", "1"])
def test_nobody_is_looked_for_where_a_thing_is_meant(client, town, text):
    assert "data-people" not in found(client, text)


def test_what_is_posted_is_searched_as_well(client, town):
    page = client.post("/search?at=", {"q": "示范楼"}).content.decode()
    assert 'data-open="buildings/B1"' in page


@pytest.mark.parametrize("text", ["字" * 10_000, "1 " * 5_000, "😀", "\u202e人民", "א" * 99, "E E"])
def test_long_and_strange_texts_are_answered(client, town, text):
    answer = client.post("/search", {"q": text})
    assert answer.status_code == 200
    assert len(answer.content) < 3_000
