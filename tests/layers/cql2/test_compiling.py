"""Filters as SQL: every operator, and every way in which a filter is refused."""

import json

import pytest

from layers.cql2.compiling import Filter, FilterCrs, FilterError, Queryable, compile_filter

FIELDS = {
    field.name: field
    for field in (
        Queryable("name", "string", '"name"'),
        Queryable("地类", "string", '"land_use"'),
        Queryable("n", "integer", '"n"'),
        Queryable("area", "number", '"area"'),
        Queryable("ok", "boolean", '"ok"'),
        Queryable("day", "date", '"day"'),
        Queryable("seen", "date-time", '"seen"'),
        Queryable("valid", "interval", '"valid"'),
        Queryable("geom", "geometry", '"geom"', 4326),
        Queryable("share", "number", "(n % 7)"),
    )
}


def compiled(text: str, language: str = "cql2-text", **settings: object) -> Filter:
    return compile_filter(text, language, FIELDS, FilterCrs(), **settings)


def refused(text: str, language: str = "cql2-text") -> str:
    with pytest.raises(FilterError) as caught:
        compiled(text, language)
    return str(caught.value)


@pytest.mark.parametrize(
    "text, sql, params",
    [
        ("true", "true", ()),
        ("ok", '"ok"', ()),
        ("NOT ok", '(NOT "ok")', ()),
        ("ok = false", '("ok" = false)', ()),
        ("n = 1", '("n" = %s)', (1,)),
        ("n <> 1.5", '("n" <> %s)', (1.5,)),
        ("1 < n", '(%s < "n")', (1,)),
        ("area >= n", '("area" >= "n")', ()),
        ("name = 'it''s'", '("name" = %s)', ("it's",)),
        ("地类 <= '0101'", '("land_use" <= %s)', ("0101",)),
        ("name IS NULL", '("name" IS NULL)', ()),
        ("geom IS NOT NULL", '(NOT ("geom" IS NULL))', ()),
        ("(n + 1) IS NULL", '((("n")::numeric + (%s)::numeric) IS NULL)', (1,)),
        ("n = 1 AND ok AND area > 2", '(("n" = %s) AND "ok" AND ("area" > %s))', (1, 2)),
        ("n = 1 OR ok", '(("n" = %s) OR "ok")', (1,)),
        ("name LIKE 'a%'", '("name" LIKE %s)', ("a%",)),
        ("name NOT LIKE 'a_'", '(NOT ("name" LIKE %s))', ("a_",)),
        (r"name LIKE '100\%'", '("name" LIKE %s)', (r"100\%",)),
        ("n BETWEEN 1 AND 2", '(("n" >= %s) AND ("n" <= %s))', (1, 2)),
        ("n IN (1, 2)", '("n" IN (%s, %s))', (1, 2)),
        ("name NOT IN ('a')", '(NOT ("name" IN (%s)))', ("a",)),
        ("CASEI(name) = CASEI('A')", '(lower("name") = lower(%s::text))', ("A",)),
        ("CASEI(name) LIKE CASEI('A%')", '(lower("name") LIKE lower(%s::text))', ("A%",)),
        ("share = 1", '((n %% 7) = %s)', (1,)),
        ("n % 2 = 1", '((("n")::numeric %% NULLIF((%s)::numeric, 0)) = (%s)::numeric)', (2, 1)),
        ("n / 2 = 1", '((("n")::numeric / NULLIF((%s)::numeric, 0)) = (%s)::numeric)', (2, 1)),
        ("n div 2 = 1", '(div(("n")::numeric, NULLIF((%s)::numeric, 0)) = (%s)::numeric)', (2, 1)),
        ("(n = 1) = ok", '(("n" = %s) = "ok")', (1,)),
        ("S_INTERSECTS(geom, geom)", 'ST_Intersects("geom", "geom")', ()),
    ],
)  # fmt: skip
def test_a_text_becomes_a_condition(text, sql, params):
    found = compiled(text)
    assert (found.sql, found.params) == (sql, params)


def test_accents_are_taken_off_both_sides():
    found = compiled("ACCENTI(CASEI(name)) = ACCENTI(CASEI('É'))")
    assert found.sql.count("NFD") == 2
    assert found.params == ("É",)


def test_the_fields_read_are_named():
    assert compiled("n = 1 OR 地类 = 'x' AND NOT ok").names == {"n", "地类", "ok"}
    assert compiled("true").names == frozenset()


def test_an_unknown_field_is_told_with_the_ones_there_are():
    message = refused("owner = 'x'")
    assert "没有字段“owner”" in message
    assert "name" in message


def test_json_keeps_every_digit_of_an_integer():
    tree = {"op": "=", "args": [{"property": "n"}, 2**63 - 1]}
    assert compiled(json.dumps(tree), "cql2-json").params == (2**63 - 1,)


@pytest.mark.parametrize(
    "text, word",
    [
        ("", "空"),
        ("   ", "空"),
        ("n", "真假"),
        ("n = ", "语法"),
        ("n == 1", "语法"),
        ("n = 1; DROP TABLE x", "语法"),
        ("n = 'x'", "类型不同"),
        ("name = 1", "类型不同"),
        ("name = n", "类型不同"),
        ("ok = 1", "类型不同"),
        ("day = 1", "类型不同"),
        ("n = null", "IS NULL"),
        ("geom = 1", "S_EQUALS"),
        ("valid = day", "T_EQUALS"),
        ("n = (1, 2)", "列表"),
        ("n IN (1, 'x')", "类型不同"),
        ("ok BETWEEN 1 AND 2", "BETWEEN"),
        ("n LIKE 'x'", "文本"),
        ("name LIKE 地类", "模式"),
        ("name LIKE 'x\\'", "结尾"),
        ("ACCENTI(name) LIKE ACCENTI('x\\\u0301')", "结尾"),
        ("CASEI(n) = 'x'", "文本"),
        ("name + 1 = 2", "数"),
        ("NOT n", "真假"),
        ("n AND ok", "真假"),
        ("buffer(geom, 10) = 1", "不提供函数"),
        ("A_CONTAINS(name, ('x', 'y'))", "数组"),
        ("day = DATE('2021-02-30')", "日期"),
        ("day = '2021-13-01'", "日期"),
        ("day = DATE(name)", "日期"),
        ("seen = TIMESTAMP('2021-01-01T25:00:00Z')", "时刻"),
        ("seen = '2021-01-01T00:00:00'", "时刻"),
        ("n = 1e400", "超出范围"),
        ("n = 9007199254740993", "cql2-json"),
        ("n = " + "9" * 400, "cql2-json"),
        ("name = 'x", "引号"),
        ("name = 'x\x00'", "NUL"),
        ("name = '\ud800'", "代理"),
        ("(n = 1", "配对"),
        ("n = 1)", "配对"),
        ("S_INTERSECTS(geom, name)", "图形"),
        ("S_INTERSECTS(geom)", "参数"),
        ("T_AFTER(name, DATE('2020-01-01'))", "文本"),
        ("T_AFTER(day, DATE('2020-01-01'), day)", "参数"),
        ("T_DURING(day, INTERVAL('2020-01-01', '2021-01-01'))", "时间区间"),
        ("T_AFTER(day, INTERVAL('2022-01-01', '2021-01-01'))", "早于"),
        ("T_AFTER(day, INTERVAL(name, '2021-01-01'))", "INTERVAL"),
        ("valid IS NULL AND INTERVAL('..', '..') IS NULL", "IS NULL"),
        ("+".join(["n"] * 55) + " = 1", "算术"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_chinese(text, word):
    assert word in refused(text)


@pytest.mark.parametrize(
    "tree, word",
    [
        (None, "IS NULL"),
        ([], "真假"),
        ({}, "不认识"),
        ({"casei": "x"}, "不认识"),
        ({"op": 1, "args": []}, "运算"),
        ({"op": "=", "args": {"property": "n"}}, "运算"),
        ({"op": "=", "args": [{"property": "n"}]}, "2 个参数"),
        ({"op": "and", "args": []}, "参数"),
        ({"op": "not", "args": [True, True]}, "参数"),
        ({"op": "in", "args": [{"property": "n"}, []]}, "空"),
        ({"op": "in", "args": [{"property": "n"}, 1]}, "列表"),
        ({"op": "=", "args": [{"property": {"a": 1}}, 1]}, "没有字段"),
        ({"op": "=", "args": [{"property": "n"}, 2**63]}, "64 位"),
        ({"op": "=", "args": [{"property": "name"}, "\x00"]}, "NUL"),
        ({"op": "=", "args": [{"property": "name"}, "\ud800"]}, "代理"),
        ({"op": "=", "args": [{"property": "day"}, {"date": 5}]}, "日期"),
        (
            {"op": "t_after", "args": [{"property": "day"}, {"interval": ["2020-01-01"]}]},
            "INTERVAL",
        ),
        ({"op": "t_after", "args": [{"property": "day"}, {"interval": [1, 2]}]}, "INTERVAL"),
        ({"op": "s_intersects", "args": [{"property": "geom"}, {"type": "Circle"}]}, "图形类型"),
    ],
)
def test_json_that_cannot_be_answered_is_refused(tree, word):
    assert word in refused(json.dumps(tree), "cql2-json")


@pytest.mark.parametrize(
    "text, word",
    [
        ("{", "JSON"),
        ('{"op": "=", "op": "<", "args": []}', "重复"),
        ("NaN", "NaN"),
        ("1" * 5000, "JSON"),
        ('{"op":"=","args":[{"property":"n"},1e999]}', "超出范围"),
    ],
)
def test_text_that_is_not_json_is_refused(text, word):
    assert word in refused(text, "cql2-json")


def test_an_unknown_language_is_refused():
    assert "cql2-text" in refused("true", "cql-text")


def test_a_day_is_a_span_of_instants_in_the_given_zone():
    found = compiled("seen = DATE('2020-01-01')", time_zone="Asia/Shanghai")
    assert found.sql == '("seen" >= %s AND "seen" < %s)'
    assert [moment.isoformat() for moment in found.params] == [
        "2019-12-31T16:00:00+00:00",
        "2020-01-01T16:00:00+00:00",
    ]


@pytest.mark.parametrize(
    "op, sql",
    [
        ("<", '("seen" < %s)'),
        ("<=", '("seen" < %s)'),
        (">", '("seen" >= %s)'),
        (">=", '("seen" >= %s)'),
        ("<>", '("seen" < %s OR "seen" >= %s)'),
    ],
)
def test_an_instant_lies_before_within_or_after_a_day(op, sql):
    assert compiled(f"seen {op} DATE('2020-01-01')").sql == sql


@pytest.mark.parametrize("kind, srid", [("geometry", 0), ("string", 4326), ("text", 0)])
def test_a_field_is_declared_soundly(kind, srid):
    with pytest.raises(ValueError, match="x"):
        Queryable("x", kind, "x", srid)
