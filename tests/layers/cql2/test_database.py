"""What PostGIS makes of compiled filters: no value raises an error, NULL stays unknown."""

import itertools

import pytest
from django.db import connection

from layers.cql2.compiling import FilterCrs, Queryable, compile_filter

pytestmark = pytest.mark.django_db

NUMBERS = ("small", "whole", "long", "real", "exact")
FIELDS = {
    field.name: field
    for field in (
        Queryable("code", "integer", "code"),
        Queryable("small", "integer", "small"),
        Queryable("whole", "integer", "whole"),
        Queryable("long", "integer", "long"),
        Queryable("real", "number", "real"),
        Queryable("exact", "number", "exact"),
        Queryable("name", "string", "name"),
        Queryable("ok", "boolean", "ok"),
        Queryable("day", "date", "day"),
        Queryable("seen", "date-time", "seen"),
        Queryable("valid", "interval", "valid"),
        Queryable("geom", "geometry", "geom", 4546),
    )
}
TABLE = """
CREATE TEMP TABLE things (
    code integer, small smallint, whole integer, long bigint, real float8, exact numeric,
    name varchar(20), ok boolean, day date, seen timestamptz, valid tstzrange, geom geometry
) ON COMMIT DROP;
INSERT INTO things VALUES
(1, 7, 7, 7, 7, 7, 'Café Ärger', true, '2020-06-01', '2020-06-01 12:00Z',
 '[2020-01-01 00:00Z,2021-01-01 00:00Z)',
 ST_Transform(ST_GeomFromText('POLYGON((111.66 27.68,111.68 27.68,111.68 27.70,111.66 27.70,111.66 27.68))', 4490), 4546)),
(2, -32768, -2147483648, -9223372036854775808, -1.7e308, -1e100, '100%_\\', false, '0001-01-01',
 '0001-01-01 00:00Z', '[2021-01-01 00:00Z,)',
 ST_Transform(ST_GeomFromText('LINESTRING(111.60 27.69,111.74 27.69)', 4490), 4546)),
(3, 32767, 2147483647, 9223372036854775807, 1.7e308, 1e100, '', NULL, '9999-12-31',
 '9999-12-31 23:59:59.999999Z', '(,)', ST_Transform(ST_GeomFromText('POINT(111.67 27.69)', 4490), 4546)),
(4, 0, 0, 0, 'NaN', 'NaN', 'straße', true, 'infinity', 'infinity', 'empty',
 ST_GeomFromText('POINT EMPTY', 4546)),
(5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
(6, -1, -1, -1, '-Infinity', 0.5, '桥', false, '-infinity', '-infinity', '(,2020-01-01 00:00Z)',
 ST_Transform(ST_GeomFromText('POINT(111.90 27.90)', 4490), 4546)),
(7, 1, 1, 1, 5e-324, 1e-100, 'x', true, '1970-01-01', '1970-01-01 00:00Z',
 '[2020-06-01 00:00Z,2020-07-01 00:00Z)',
 ST_Transform(ST_GeomFromText('POINT(111.68 27.70)', 4490), 4546));
"""
LON_LAT = FilterCrs()
WINDOW = (111.0, 27.0, 112.5, 28.5)


@pytest.fixture(autouse=True)
def things():
    with connection.cursor() as cursor:
        cursor.execute(TABLE)


def matching(text: str, crs: FilterCrs = LON_LAT, zone: str = "UTC") -> set[int]:
    found = compile_filter(text, "cql2-text", FIELDS, crs, window=WINDOW, time_zone=zone)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT code FROM things WHERE {found.sql}", found.params)
        return {code for (code,) in cursor.fetchall()}


@pytest.mark.parametrize("op", ["+", "-", "*", "/", "%", "div", "^"])
def test_no_two_numbers_raise_an_error(op):
    literals = ("0", "-1", "0.5", "-0.5", "1e308", "-1e308", "1e-308", "9007199254740992", "1000")
    operands = [*NUMBERS, *literals]
    for left, right in itertools.product(operands, operands):
        matching(f"({left} {op} {right}) > 1")
        matching(f"({left} {op} {right}) * 2 = real")


@pytest.mark.parametrize("text", ["real ^ (real ^ real) > 1", "(exact * 1e-300 * 1e-300) ^ 0.5 > 0", "2 ^ (exact * 1e-300 * 1e-300) > 0", "2 ^ 3 ^ 4 > 0"])  # fmt: skip
def test_no_chain_of_powers_raises_an_error(text):
    matching(text)


@pytest.mark.parametrize(
    "text, codes",
    [
        ("whole + 1 = 8", {1}),
        ("whole / 2 = 3.5", {1}),
        ("whole div 2 = 3", {1}),
        ("whole % 4 = 3", {1, 3}),
        ("whole ^ 2 = 49", {1}),
        ("whole - whole = 0 AND code < 3", {1, 2}),
        ("code / 0 IS NULL", {1, 2, 3, 4, 5, 6, 7}),
        ("0 ^ (-1) IS NULL AND code = 1", {1}),
        ("(-8) ^ 0.5 IS NULL AND code = 1", {1}),
        ("10 ^ 400 IS NULL AND code = 1", {1}),
        ("0 ^ 0 = 1 AND 0 ^ 2 = 0 AND 2 ^ (-1) = 0.5 AND code = 1", {1}),
        ("whole > 1e20", set()),
        ("whole < 1e300", {1, 2, 3, 4, 6, 7}),
        ("whole = long AND small = real", {1, 7} - {7}),
        ("code BETWEEN 2 AND 3", {2, 3}),
        ("code IN (1, whole, code + 0)", {1, 2, 3, 4, 5, 6, 7}),
        ("small IN (7, 1e300)", {1}),
    ],
)
def test_numbers(text, codes):
    assert matching(text) == codes


@pytest.mark.parametrize(
    "text, codes",
    [
        ("CASEI(name) = CASEI('CAFÉ ÄRGER')", {1}),
        ("ACCENTI(name) = ACCENTI('Cafe Arger')", {1}),
        ("ACCENTI(CASEI(name)) LIKE ACCENTI(CASEI('CAFÊ%'))", {1}),
        ("CASEI(ACCENTI(name)) IN (CASEI('CAFE ARGER'), 'x')", {1, 7}),
        (r"name LIKE '100\%%'", {2}),
        (r"name LIKE '%\\'", {2}),
        ("name LIKE '_'", {6, 7}),
        ("name LIKE ''", {3}),
        ("name NOT LIKE '%'", set()),
        ("name >= 'a' AND name < 'y'", {4, 7}),
        ("name BETWEEN 'w' AND 'y'", {7}),
        ("name = '桥'", {6}),
        ("name IS NULL", {5}),
        ("'a' = 'a' AND 'a' LIKE 'A' OR code = 2", {2}),
    ],
)
def test_texts(text, codes):
    assert matching(text) == codes


@pytest.mark.parametrize(
    "text, codes",
    [
        ("ok", {1, 4, 7}),
        ("NOT ok", {2, 6}),
        ("ok IS NULL", {3, 5}),
        ("ok = true OR ok = false", {1, 2, 4, 6, 7}),
        ("ok IN (false)", {2, 6}),
        ("(whole = 7) = ok", {1, 2, 6}),
        ("(whole = 7) IS NULL", {5}),
        ("NOT (whole = 7 OR name = 'x')", {2, 3, 4, 6}),
        ("NOT (whole = 7 AND name = 'x')", {1, 2, 3, 4, 6, 7}),
        ("true", {1, 2, 3, 4, 5, 6, 7}),
        ("NOT true OR false", set()),
    ],
)
def test_three_truths(text, codes):
    assert matching(text) == codes


@pytest.mark.parametrize(
    "text, codes",
    [
        ("day = DATE('2020-06-01')", {1}),
        ("day = '2020-06-01'", {1}),
        ("day IN ('2020-06-01', DATE('1970-01-01'))", {1, 7}),
        ("day BETWEEN '1970-01-01' AND '2020-12-31'", {1, 7}),
        ("seen = TIMESTAMP('2020-06-01T12:00:00Z')", {1}),
        ("seen = '2020-06-01T20:00:00.000+08:00'", {1}),
        ("seen = DATE('2020-06-01')", {1}),
        ("DATE('2020-06-01') = seen", {1}),
        ("seen IN (DATE('2020-06-01'), TIMESTAMP('1970-01-01T00:00:00Z'))", {1, 7}),
        ("seen > DATE('2020-05-31')", {1, 3, 4}),
        ("seen > DATE('2020-06-01')", {3, 4}),
        ("DATE('2020-06-01') < seen", {3, 4}),
        ("seen >= day AND seen <= day", {1, 2, 3, 7}),
        ("NOT seen <> day", {1, 2, 3, 7}),
        ("seen = DATE('9999-12-31') OR seen = DATE('0001-01-01')", {2}),
        ("seen <= DATE('0001-01-01')", {2, 6}),
        ("day < TIMESTAMP('1970-01-02T00:00:00Z')", {2, 6, 7}),
        ("T_BEFORE(day, DATE('1970-01-02'))", {2, 6, 7}),
        ("T_AFTER(seen, DATE('2020-06-01'))", {3, 4}),
        ("T_EQUALS(day, '2020-06-01')", {1}),
        ("T_INTERSECTS(seen, DATE('2020-06-01'))", {1}),
        ("T_INTERSECTS(day, INTERVAL('2020-01-01', '..'))", {1, 3, 4}),
        ("T_DISJOINT(day, INTERVAL('..', '..'))", set()),
        ("T_INTERSECTS(day, INTERVAL('2020-01-01T00:00:00Z', '2020-06-01'))", {1}),
        ("T_INTERSECTS(valid, DATE('2020-12-31'))", {1, 3}),
        ("T_INTERSECTS(valid, DATE('2021-01-01'))", {2, 3}),
        ("T_INTERSECTS(valid, TIMESTAMP('2021-01-01T00:00:00Z'))", {2, 3}),
        ("T_DISJOINT(valid, INTERVAL('2021-01-01', '..'))", {1, 6, 7}),
        ("T_AFTER(valid, DATE('2020-12-31'))", {2}),
        ("T_BEFORE(valid, TIMESTAMP('2021-01-01T00:00:00Z'))", {1, 6, 7}),
        ("T_BEFORE(valid, TIMESTAMP('2020-12-31T23:59:59.999999Z'))", {6, 7}),
        ("T_EQUALS(valid, INTERVAL('2020-01-01', '2020-12-31'))", {1}),
        ("T_CONTAINS(valid, INTERVAL('2020-06-01', '2020-06-30'))", {1, 3}),
        ("T_DURING(valid, INTERVAL('2020-01-01', '2020-12-31'))", {7}),
        ("T_STARTS(valid, INTERVAL('2020-01-01', '..'))", {1}),
        ("T_STARTEDBY(valid, INTERVAL('2020-01-01', '2020-06-30'))", {1}),
        ("T_FINISHES(valid, INTERVAL('..', '2020-12-31'))", {1}),
        ("T_FINISHEDBY(valid, INTERVAL('2020-06-01', '2020-12-31'))", {1}),
        ("T_MEETS(valid, INTERVAL('2021-01-01', '2021-12-31'))", {1}),
        ("T_METBY(valid, INTERVAL('2020-01-01', '2020-12-31'))", {2}),
        ("T_OVERLAPS(valid, INTERVAL('2020-06-15', '2020-08-01'))", {7}),
        ("T_OVERLAPPEDBY(valid, INTERVAL('2019-01-01', '2020-06-15'))", {1, 7}),
        ("T_INTERSECTS(INTERVAL(day, seen), DATE('2020-06-01'))", {1}),
        ("T_EQUALS(valid, valid)", {1, 2, 3, 6, 7}),
    ],
)  # fmt: skip
def test_times(text, codes):
    assert matching(text) == codes


def test_a_day_begins_when_the_zone_says_so():
    assert matching("seen = DATE('2020-06-02')", zone="Pacific/Kiritimati") == {1}
    assert matching("T_INTERSECTS(valid, DATE('2021-01-01'))", zone="Asia/Shanghai") == {1, 2, 3}


SMALL = "POLYGON((111.665 27.685,111.675 27.685,111.675 27.695,111.665 27.695,111.665 27.685))"
LARGE = "POLYGON((0 0,170 0,170 80,0 80,0 0))"
HALF = "POLYGON((0 0,111.67 0,111.67 80,0 80,0 0))"


@pytest.mark.parametrize(
    "text, codes",
    [
        (f"S_INTERSECTS(geom, {SMALL})", {1, 2, 3}),
        (f"S_INTERSECTS({SMALL}, geom)", {1, 2, 3}),
        (f"S_DISJOINT(geom, {SMALL})", {4, 6, 7}),
        (f"NOT S_INTERSECTS(geom, {SMALL})", {4, 6, 7}),
        (f"S_WITHIN(geom, {LARGE})", {1, 2, 3, 6, 7}),
        (f"S_INTERSECTS(geom, {LARGE})", {1, 2, 3, 6, 7}),
        (f"S_DISJOINT(geom, {LARGE})", {4}),
        (f"S_CONTAINS({LARGE}, geom)", {1, 2, 3, 6, 7}),
        (f"S_CONTAINS(geom, {SMALL})", {1}),
        (f"S_CONTAINS(geom, {LARGE})", set()),
        ("S_CONTAINS(geom, MULTIPOINT(111.67 27.69, 0 0))", set()),
        ("S_CONTAINS(geom, MULTIPOINT(111.67 27.69, 111.665 27.685))", {1}),
        ("S_CONTAINS(geom, POINT(0 0))", set()),
        ("S_EQUALS(geom, MULTIPOINT(111.67 27.69, 0 0))", set()),
        (f"S_OVERLAPS(geom, {HALF})", {1}),
        (f"S_OVERLAPS(geom, MULTIPOLYGON({SMALL[7:]}, ((0 0, 1 0, 1 1, 0 0))))", {1}),
        (f"S_OVERLAPS(geom, {SMALL})", set()),
        (f"S_CROSSES(geom, {HALF})", {2}),
        ("S_CROSSES(geom, LINESTRING(111.665 27.69, 0 0))", {1}),
        ("S_CROSSES(geom, LINESTRING(111.64 27.60, 111.64 27.80))", {2}),
        ("S_TOUCHES(geom, BBOX(0, 40, 10, 50))", set()),
        ("S_INTERSECTS(geom, BBOX(0, 40, 10, 50))", set()),
        ("S_DISJOINT(geom, BBOX(0, 40, 10, 50))", {1, 2, 3, 4, 6, 7}),
        ("S_INTERSECTS(geom, BBOX(111.8, -90, -170, 90))", {6}),
        ("S_INTERSECTS(geom, BBOX(170, -90, 111.8, 90))", {1, 2, 3, 7}),
        ("S_INTERSECTS(geom, BBOX(111.6701, 27, 111.6701, 28))", {1, 2}),
        (f"S_INTERSECTS(geom, GEOMETRYCOLLECTION(POINT(0 0), {SMALL}, {HALF}))", {1, 2, 3}),
        (f"S_DISJOINT(geom, GEOMETRYCOLLECTION(POINT(0 0), {SMALL}, {HALF}))", {4, 6, 7}),
        ("S_WITHIN(geom, geom)", {1, 2, 3, 6, 7}),
        ("geom IS NULL", {5}),
        (f"S_INTERSECTS({SMALL}, POINT(111.67 27.69)) AND code = 1", {1}),
    ],
)  # fmt: skip
def test_spaces(text, codes):
    assert matching(text) == codes


@pytest.mark.parametrize(
    "crs, box",
    [
        (FilterCrs(4326), "111.8, 27.8, 112, 28"),
        (FilterCrs(4326, flipped=True), "27.8, 111.8, 28, 112"),
        (FilterCrs(4490, flipped=True), "27.8, 111.8, 28, 112"),
        (FilterCrs(3857), "12445519, 3222808, 12467783, 3247982"),
        (FilterCrs(4546, flipped=True), "3076000, 578000, 3098000, 598500"),
        (FilterCrs(3857), "-20037508, 3222808, 20037508, 20037508"),
    ],
)
def test_a_box_selects_the_same_in_every_crs(crs, box):
    assert matching(f"S_INTERSECTS(geom, BBOX({box}))", crs) == {6}


def test_what_touches_is_found_in_the_columns_own_crs():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO things (code, geom) VALUES (8, ST_MakeEnvelope(0,0,9,9,4546))")
    assert matching("S_TOUCHES(geom, BBOX(9, 0, 10, 5))", FilterCrs(4546)) == {8}
    assert matching("S_EQUALS(geom, BBOX(0, 0, 9, 9))", FilterCrs(4546)) == {8}


def test_a_hole_that_touches_its_shell_still_does_no_harm():
    hole = "111.663333333 27.68, 111.67 27.69, 111.671 27.685, 111.663333333 27.68"
    shell = "111.66 27.68, 111.71 27.68, 111.71 27.71, 111.66 27.71, 111.66 27.68"
    assert matching(f"S_INTERSECTS(geom, POLYGON(({shell}), ({hole})))") >= {1, 2, 7}
    assert matching(f"S_WITHIN(geom, POLYGON(({shell}), ({hole})))") >= {7}


def test_an_edge_follows_the_parallel_and_not_the_chord():
    # between 111 and 112.4 degrees the straight line of the projection lies 500 m off
    assert matching("S_INTERSECTS(geom, BBOX(110, 27.6899, 112.49, 27.6901))") == {1, 2, 3}
    assert matching("S_CONTAINS(BBOX(109, 27.68999, 112.49, 27.69001), geom)") == {3}


def test_a_spatial_index_is_used():
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON things USING gist (geom)")
        cursor.execute("SET LOCAL enable_seqscan = off")
        for op in ("S_INTERSECTS", "S_WITHIN", "S_CONTAINS", "S_OVERLAPS"):
            found = compile_filter(f"{op}(geom, {SMALL})", "cql2-text", FIELDS, LON_LAT)
            cursor.execute(f"EXPLAIN SELECT code FROM things WHERE {found.sql}", found.params)
            assert "Index Cond" in "\n".join(line for (line,) in cursor.fetchall())
