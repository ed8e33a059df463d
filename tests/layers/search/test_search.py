"""The search of one layer: by index what reading every row would find, in the right order."""

import random

import pytest
from django.db import connection

from layers.access.access import ANONYMOUS, Caller, Grant
from layers.declarations.registry import all_layers, layer_of
from layers.reading import reading
from layers.reading.publish import ensure_roles
from layers.reading.shares import share_of
from layers.search import search as module
from layers.search.patterns import folded
from layers.search.search import POOL, search, search_sql, wanted_of
from spatial.base.models import Address, Road
from spatial.parcels.models import Building
from spatial.periods import NOW, at
from spatial.versions.actions import apply, undo
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature, spot, square

SHAPE = "SRID=4546;LINESTRING(566000 3064000, 566100 3064000)"


def put(model, texts, column, **values):
    """One feature for each text, all of one change."""
    shape = SHAPE if model is Road else spot() if model is Address else square()
    edits = [
        Edit(Action.OPEN, f"S{n:05}", {column: text, "geom": shape, **values})
        for n, text in enumerate(texts)
    ]
    made = change(moment(2020))
    apply(made, model, edits)
    return made


def codes(layer_id, text, as_of=NOW, most=POOL, caller=ANONYMOUS):
    return [hit.code for hit in search(share_of(caller, layer_of(layer_id)), text, as_of, most)]


def firsts(layer_id, text, **options):
    share = share_of(ANONYMOUS, layer_of(layer_id))
    return [hit.texts[0] for hit in search(share, text, NOW, **options)]


def test_every_searched_field_has_its_index(db):
    """A search that goes past the index reads 3.5 million rows."""
    with connection.cursor() as cursor:
        for layer in all_layers():
            for name in layer.search:
                cursor.execute(
                    "SELECT count(*) FROM pg_indexes WHERE tablename = %s AND indexdef LIKE %s"
                    " AND indexdef NOT LIKE '%%WHERE%%' AND indexname LIKE 'text\\_%%'",
                    [layer.model._meta.db_table, f"%{layer.column(name).column})::text%"],
                )
                if cursor.fetchone()[0] != 1:
                    cursor.execute(
                        "SELECT indexdef FROM pg_indexes WHERE tablename = %s",
                        [layer.model._meta.db_table],
                    )
                    pytest.fail(f"{layer.id}.{name}: {cursor.fetchall()}")


def test_the_statement_goes_by_the_indexes(db):
    share = share_of(ANONYMOUS, layer_of("buildings"))
    wanted = wanted_of("人民路 12")
    steps = module._steps(wanted, 2)
    params = [*(value for step in steps for value in step), "x", "x"]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {search_sql(share, 'stands', 2, 5)}", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "text_buildings_sample" in plan
    assert plan.count("on text_buildings ") >= 4


@pytest.mark.slow(reason="300 roads, each query held against every row")
def test_it_finds_what_reading_every_row_finds(db):
    dice = random.Random(16)
    texts = ["".join(dice.choices("人民路12号 A", k=dice.randint(1, 7))) for _ in range(300)]
    put(Road, texts, "name", kind="local")
    for _ in range(60):
        text = "".join(dice.choices("人民路12号 a", k=dice.randint(1, 4)))
        wanted = wanted_of(text)
        if wanted.is_empty:
            continue
        expected = {
            f"S{n:05}"
            for n, name in enumerate(texts)
            if wanted.text in folded(name)
            or wanted.parts
            and all(part in folded(name) for part in wanted.parts)
        }
        found = [code for code in codes("roads", text) if code.startswith("S")]
        assert set(found) == expected, text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("桥", ["桥", "桥头", "大桥", "石桥村"]),
        ("蓝田", ["蓝田", "蓝田街道", "新蓝田村"]),
        ("人民路", ["人民路", "人民路东段", "东人民路"]),
        ("ktv", ["欢乐KTV"]),
        ("5%", ["5%胡同"]),
        ("x_y", ["x_y巷", "xay巷"]),  # the other one has both its parts
        ("路东", ["人民路东段"]),
    ],
)
def test_what_is_called_so_comes_first(db, text, expected):
    names = ["石桥村", "大桥", "桥头", "桥", "新蓝田村", "蓝田街道", "蓝田", "东人民路"]
    names += ["人民路东段", "人民路", "欢乐KTV", "5%胡同", "50胡同", "x_y巷", "xay巷"]
    put(Road, names, "name", kind="local")
    assert firsts("roads", text) == expected


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("人民路 12", "市人民路12号"),
        ("人民路12", "市人民路12号"),
        ("人民路 12号", "市人民路12号"),
        ("人民路１２号", "市人民路12号"),
        ("12 人民路", "市人民路12号"),
        ("人民路 1", "市人民路1号"),
        ("人民路 128", "市人民路128号"),
        ("建设路 3栋 12", "市建设路5号院3栋12号"),
    ],
)
def test_a_house_number_is_that_number_first(db, text, first):
    numbers = [128, 120, 112, 1, 12, 121, 512]
    texts = [f"市人民路{n}号" for n in numbers] + ["市建设路5号院3栋128号", "市建设路5号院3栋12号"]
    put(Address, texts, "full_address")
    assert firsts("addresses", text, most=3)[0] == first


def test_house_12_stands_before_128_without_its_sign(db):
    put(Address, ["人民路128", "人民路12-1", "人民路12"], "full_address")
    assert firsts("addresses", "人民路 12") == ["人民路12", "人民路12-1", "人民路128"]


def test_a_code_comes_before_a_name(db):
    open_feature(Road, "AB12", name="路甲", kind="local", geom=SHAPE)
    open_feature(Road, "AB1", name="路乙", kind="local", geom=SHAPE)
    open_feature(Road, "ZZ9", name="ab1 路", kind="local", geom=SHAPE)
    assert codes("roads", "AB1") == ["AB1", "AB12", "ZZ9"]


def test_a_moment_is_searched_as_it_was(db):
    opened = open_feature(Road, "R1", name="老街", kind="local", geom=SHAPE)
    edit = Edit(Action.REPLACE, "R1", {"name": "新街", "kind": "local", "geom": SHAPE}, opened.pk)
    renamed = change(moment(2021))
    apply(renamed, Road, [edit])
    past = at(moment(2020, 6))
    assert codes("roads", "老街") == []
    assert codes("roads", "新街") == ["R1"]
    assert codes("roads", "老街", past) == ["R1"]
    assert codes("roads", "新街", past) == []
    undo(renamed, who="tester", why="测试")
    assert codes("roads", "老街") == ["R1"]
    assert codes("roads", "新街") == []
    assert codes("roads", "老街", at(moment(2022))) == ["R1"]


def test_what_is_written_is_found_at_once(db):
    """Also in the midst of its transaction, and with what the index has put off."""
    open_feature(Road, "R1", name="刚刚建成的路", kind="local", geom=SHAPE)
    assert codes("roads", "刚刚") == ["R1"]


def test_a_field_that_is_not_shared_is_neither_found_nor_ranked_by(db):
    open_feature(Building, "B9", name="甲楼", address="紫薇巷1号")
    open_feature(Building, "B8", name="紫薇巷", address="别处")
    open_feature(Building, "B7", name="紫薇巷口", address="紫薇巷1号")
    narrow = Caller("系统", grants=(Grant("units", frozenset({"address"})),), key=1)
    share = share_of(ANONYMOUS, layer_of("buildings"))
    fields = tuple(field for field in share.fields if field.name != "address")
    part = type(share)(share.layer, fields)
    ensure_roles([part])
    assert [hit.code for hit in search(part, "紫薇", NOW)] == ["B8", "B7"]
    assert [hit.texts for hit in search(part, "B9", NOW)] == [("甲楼",)]
    assert codes("buildings", "紫薇") == ["B8", "B7", "B9"]
    assert narrow.key


def test_a_share_of_districts_finds_only_its_own(db, town):
    share = share_of(ANONYMOUS, layer_of("buildings"))
    none = type(share)(share.layer, share.fields, ("999999999",))
    ensure_roles([none])
    assert codes("buildings", "示范楼") == ["B1"]
    assert search(none, "示范楼", NOW) == search(none, "B1", NOW) == []


def test_many_rows_are_answered_from_the_sample(db, monkeypatch):
    """The name itself is still found, though it is not of the sample."""
    monkeypatch.setattr(module, "MANY", 3)
    search_sql.cache_clear()
    try:
        put(Road, [f"东风路{n}段" for n in range(600)], "name", kind="local")
        open_feature(Road, "R1", name="东风路", kind="local", geom=SHAPE)
        with connection.cursor() as cursor:
            cursor.execute("SELECT code FROM base_road WHERE (hashtext(code) & 63) = 0")
            sample = {code for (code,) in cursor.fetchall()}
        found = codes("roads", "东风路")
        assert found[0] == "R1"
        assert len(found) == 4
        assert set(found[1:]) <= sample
        assert codes("roads", "东风路 7段")[0] == "S00007"
    finally:
        search_sql.cache_clear()


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "%", "%%", "_", "\\", "'", '"', "😀", "()", "--", "ĸ", "ĸĸĸ", "\ud800"],
)
def test_what_names_nothing_asks_nothing(db, text, monkeypatch):
    monkeypatch.setattr(reading, "read", lambda *_a, **_k: pytest.fail("asked"))
    monkeypatch.setattr(module, "read", lambda *_a, **_k: pytest.fail("asked"))
    assert codes("roads", text) == []


@pytest.mark.parametrize(
    "text",
    [
        "字" * 10_000,
        "a" * 10_000,
        "1 " * 5_000,
        "א" * 40,
        "\u202e路",
        "路%",
        "x' OR 1=1",
        "ÄÖ",
        "İ",
        "路😀",
    ],
)
def test_odd_texts_break_nothing(db, text):
    put(Road, ["人民路", "x"], "name", kind="local")
    assert codes("roads", text) == []
