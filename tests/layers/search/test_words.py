"""Words by their pinyin, read from what is written."""

import pytest
from django_tasks_db.models import DBTaskResult

from layers.access.access import ANONYMOUS, Caller
from layers.declarations.registry import all_layers, layer_of
from layers.models import SearchState, SearchWord
from layers.reading.shares import share_of, shares_of
from layers.search.everywhere import search_everywhere
from layers.search.reading_words import queue_reading, read_words, spelled_fields, words_in
from layers.search.words import MOST_WORDS, sources_of, words_of
from spatial.base.models import Address, Road
from spatial.housing.models import Unit
from spatial.periods import NOW
from tests.factories import open_feature, spot

SHAPE = "SRID=4546;LINESTRING(566000 3064000, 566100 3064000)"
ROADS = {"roads.name"}


def road(code, name):
    open_feature(Road, code, name=name, kind="local", geom=SHAPE)


def read():
    read_words.call()


def found(text, caller=ANONYMOUS):
    results = search_everywhere(shares_of(caller), text, NOW)
    return {hit.code for layer in results.layers for hit in layer.hits}


@pytest.fixture
def roads(db):
    for code, name in {"R1": "人民路", "R2": "蓝田大道", "R3": "绿地路", "R4": "重庆路"}.items():
        road(code, name)
    read()


@pytest.mark.parametrize(
    ("letters", "word"),
    [
        ("renminlu", "人民路"),
        ("renmin", "人民"),
        ("renminl", "人民路"),
        ("rml", "人民路"),
        ("lantian", "蓝田"),
        ("lt", "蓝田"),
        ("tiandadao", "田大道"),
        ("lvdi", "绿地"),
        ("chongqing", "重庆"),
        ("cq", "重庆"),
    ],
)
def test_letters_stand_for_words(roads, letters, word):
    assert word in [one.text for one in words_of(letters, ROADS)]


@pytest.mark.parametrize(
    "letters", ["", "r", "zhongqinglu", "enmin", "xyz", "人民", "r1", "%", "ñandu"]
)
def test_other_letters_stand_for_nothing(roads, letters):
    assert words_of(letters, ROADS) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("renminlu", "R1"),
        ("RenMinLu", "R1"),
        ("rml", "R1"),
        ("lantian", "R2"),
        ("rml 12", "A1"),
        ("renminlu12号", "A1"),
    ],
)
def test_a_search_by_letters_finds_the_feature(roads, text, code):
    open_feature(Address, "A1", full_address="人民路12号", road_name="人民路", geom=spot())
    read()
    assert code in found(text)
    assert "R3" not in found(text)


def test_letters_of_a_layer_that_is_not_seen_stand_for_nothing(db):
    rooms = {"building_code": "B1", "floor_from": 1, "floor_to": 1, "room": "101"}
    open_feature(Unit, "U1", address="紫薇巷", geom=None, **rooms)
    read()
    assert "units.address" in SearchWord.objects.get(word="紫薇巷").sources
    assert words_of("ziweixiang", sources_of(shares_of(ANONYMOUS))) == []
    everybody = {f"{layer.id}.{name}" for layer in all_layers() for name in layer.search}
    assert [word.text for word in words_of("ziweixiang", everybody)] == ["紫薇巷"]
    assert found("ziweixiang") == set()
    assert found("ziweixiang", Caller("管理员", is_admin=True)) == {"U1"}


def test_only_what_is_new_is_read(db):
    road("R1", "人民路")
    assert read_words.call()["roads"] == 2
    assert "roads" not in read_words.call()
    road("R2", "蓝田路")
    assert read_words.call()["roads"] == 2
    SearchState.objects.filter(pk="roads").update(fields="other")
    assert read_words.call()["roads"] == 4
    assert SearchWord.objects.count() == len({"人民路", "民路", "蓝田路", "田路"})


def test_free_texts_are_not_kept(db):
    assert spelled_fields(layer_of("cases")) == []


def test_the_clocks_queue_one_reading_for_all_that_is_new(db):
    DBTaskResult.objects.all().delete()
    read()
    assert not queue_reading()
    road("R1", "人民路")
    assert queue_reading()
    assert not queue_reading()
    assert DBTaskResult.objects.count() == 1


def test_more_meanings_than_are_looked_for_are_cut(db):
    for n, char in enumerate("一二三四五六七八九十百千"):
        road(f"R{n}", f"人民路{char}巷口")
    read()
    assert len(words_of("rm", ROADS)) <= MOST_WORDS
    assert share_of(ANONYMOUS, layer_of("roads"))


def test_words_are_bounded():
    long = "涟源市蓝田街道人民路" * 20
    assert all(len(word) <= 12 for word, *_ in words_in(long))


def test_a_code_is_taken_for_nothing_else(db):
    road("431382", "431382路")
    road("431383", "路431382")
    assert found("431382") == {"431382"}
    assert found("43138") == {"431382", "431383"}
