"""Geometry literals: what is read, what is refused, and where they are placed."""

import json

import pytest
import shapely

from layers.cql2.compiling import FilterCrs, FilterError, Queryable, compile_filter

WORLD = {"geom": Queryable("geom", "geometry", '"geom"', 4326)}
CITY = {"geom": Queryable("geom", "geometry", '"geom"', 4546)}
WINDOW = (111.0, 27.0, 112.5, 28.5)
LON_LAT = FilterCrs()
SQUARE = "POLYGON((111.6 27.6, 111.7 27.6, 111.7 27.7, 111.6 27.7, 111.6 27.6))"
FAR = "POLYGON((0 0, 170 0, 170 80, 0 80, 0 0))"


def literal(shape, op="S_INTERSECTS", fields=WORLD, crs=LON_LAT, window=None):
    found = compile_filter(f"{op}(geom, {shape})", "cql2-text", fields, crs, window=window)
    return shapely.from_wkb(found.params[0])


def refusal(shape, **settings):
    with pytest.raises(FilterError) as caught:
        literal(shape, **settings)
    return str(caught.value)


@pytest.mark.parametrize(
    "shape",
    [
        "POINT(1 2)",
        "LINESTRING(1 2, 3 4)",
        "POLYGON((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))",
        "MULTIPOINT(1 2, 3 4)",
        "MULTILINESTRING((1 2, 3 4), (5 6, 7 8))",
        "MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
    ],
)
def test_every_type_is_read(shape):
    found = literal(shape)
    assert found.equals_exact(shapely.from_wkt(shape), 0)
    assert shapely.get_srid(found) == 4326


def test_a_collection_is_tested_by_its_members():
    text = "S_{}(geom, GEOMETRYCOLLECTION(POINT(1 2), POINT(5 6), LINESTRING(1 2, 3 4)))"
    found = compile_filter(text.format("INTERSECTS"), "cql2-text", WORLD, LON_LAT)
    each = 'ST_Intersects("geom", %s::geometry)'
    assert found.sql == f"({each} OR {each})"
    assert [shapely.from_wkb(value).geom_type for value in found.params] == [
        "MultiPoint",
        "LineString",
    ]
    assert " AND " in compile_filter(text.format("DISJOINT"), "cql2-text", WORLD, LON_LAT).sql


def test_heights_are_left_out():
    assert literal("POINT(1 2 3)").wkt == "POINT (1 2)"
    assert literal("BBOX(1, 2, -9, 3, 4, 9)").bounds == (1, 2, 3, 4)


def test_north_comes_first_where_the_authority_says_so():
    flipped = FilterCrs(4326, flipped=True)
    assert literal("POINT(27 111)", crs=flipped).wkt == "POINT (111 27)"
    assert literal("BBOX(27, 111, 28, 112)", crs=flipped).bounds == (111, 27, 112, 28)


@pytest.mark.parametrize(
    "shape, wkt",
    [
        ("BBOX(1, 2, 3, 4)", "POLYGON ((3 2, 3 4, 1 4, 1 2, 3 2))"),
        ("BBOX(1, 2, 1, 2)", "POINT (1 2)"),
        ("BBOX(1, 2, 1, 4)", "LINESTRING (1 2, 1 4)"),
        ("BBOX(180, 2, -170, 4)", "MULTIPOLYGON (((-170 2, -170 4, -180 4, -180 2, -170 2)))"),
        ("BBOX(180, 2, -180, 4)", "LINESTRING (180 2, 180 4)"),
        ("BBOX(200, 2, -200, 4)", "POINT EMPTY"),
    ],
)
def test_a_box_becomes_what_it_covers(shape, wkt):
    assert literal(shape).wkt == wkt


def test_a_box_across_the_antimeridian_is_two():
    assert [part.bounds for part in literal("BBOX(150, -90, -150, 90)").geoms] == [
        (150, -90, 180, 90),
        (-180, -90, -150, 90),
    ]


@pytest.mark.parametrize(
    "shape, word",
    [
        ("POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))", "有效"),
        ("POLYGON((0 0, 1 0, 1 1, 0 1))", "闭合"),
        ("POLYGON((0 0, 1 0, 0 0))", "至少 4"),
        ("LINESTRING(1 1)", "至少 2"),
        ("LINESTRING(1 1, 1 1)", "有效"),
        ("POINT(111 127)", "次序"),
        ("POINT(1 91)", "次序"),
        ("BBOX(0, 5, 1, 4)", "下边界"),
        ("BBOX(0, 5, 1)", "4 个或 6 个"),
        ("MULTIPOLYGON(((0 0, 2 0, 2 2, 0 2, 0 0)), ((1 1, 3 1, 3 3, 1 3, 1 1)))", "有效"),
    ],
)
def test_what_is_no_geometry_is_refused(shape, word):
    assert word in refusal(shape)


@pytest.mark.parametrize(
    "node, word",
    [
        ({"type": "Point", "coordinates": [1]}, "坐标"),
        ({"type": "Point", "coordinates": [1, True]}, "坐标"),
        ({"type": "Point", "coordinates": [1, "2"]}, "坐标"),
        ({"type": "Point", "coordinates": [1, 10**400]}, "坐标"),
        ({"type": "Point"}, "坐标"),
        ({"type": {"a": 1}}, "图形类型"),
        ({"type": "GeometryCollection", "geometries": [{"type": ["Point"]}]}, "一层"),
        ({"type": "Polygon", "coordinates": []}, "没有坐标"),
        ({"type": "MultiPoint", "coordinates": 5}, "没有坐标"),
        ({"type": "LineString", "coordinates": [[[1, 2]], [3, 4]]}, "坐标"),
        ({"type": "MultiPoint", "coordinates": [[1, 2]] * 100_001}, "顶点"),
        ({"type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]] * 9_000] * 6}, "顶点"),
        ({"type": "GeometryCollection", "geometries": [{"type": "GeometryCollection"}]}, "一层"),
        ({"type": "GeometryCollection", "geometries": [1]}, "一层"),
        ({"bbox": "1234"}, "BBOX"),
        ({"bbox": [1, 2, 3, None]}, "坐标"),
    ],
)
def test_json_that_is_no_geometry_is_refused(node, word):
    text = json.dumps({"op": "s_intersects", "args": [{"property": "geom"}, node]})
    with pytest.raises(FilterError, match=word):
        compile_filter(text, "cql2-json", WORLD, FilterCrs())


@pytest.mark.parametrize("op", ["S_CONTAINS", "S_CROSSES", "S_EQUALS", "S_OVERLAPS", "S_TOUCHES", "S_WITHIN"])  # fmt: skip
def test_a_collection_is_for_intersecting_only(op):
    assert "GEOMETRYCOLLECTION" in refusal("GEOMETRYCOLLECTION(POINT(1 1))", op=op)


def test_a_projected_box_does_not_cross_the_antimeridian():
    assert "左边界" in refusal("BBOX(5, 0, 1, 1)", crs=FilterCrs(3857))
    assert "超出范围" in refusal("POINT(1e9 0)".replace("1e9", "1000000000"), crs=FilterCrs(3857))


def test_a_literal_in_the_columns_crs_is_left_as_it_is():
    flipped = FilterCrs(4546, flipped=True)
    assert (
        literal("POINT(3064000 566000)", fields=CITY, crs=flipped).wkt == "POINT (566000 3064000)"
    )


def test_a_literal_is_moved_and_its_edges_bend():
    found = literal(SQUARE, fields=CITY, window=WINDOW)
    assert shapely.get_srid(found) == 4546
    assert shapely.get_num_coordinates(found) > 40
    assert found.bounds == pytest.approx((559_000, 3_053_000, 570_000, 3_066_000), abs=2_000)


def test_a_far_literal_is_cut_to_the_window():
    found = literal(FAR, fields=CITY, window=WINDOW)
    assert found.bounds == pytest.approx((500_000, 2_988_000, 648_000, 3_155_000), abs=3_000)
    assert literal("POINT(-60 10)", fields=CITY, window=WINDOW).is_empty
    assert literal("BBOX(0, 40, 10, 50)", fields=CITY, window=WINDOW).is_empty


@pytest.mark.parametrize("shape", [FAR, "POINT(-60 10)", "LINESTRING(111.6 27.6, 0 0)"])
def test_for_containment_something_stays_outside_the_window(shape):
    found = literal(shape, op="S_CONTAINS", fields=CITY, window=WINDOW)
    assert found.bounds[0] < 500_000
    assert not found.is_empty


def test_without_a_window_the_area_of_the_projection_counts():
    west, south, east, north = literal("BBOX(-180, -90, 180, 90)", fields=CITY).bounds
    assert -100_000 < west < east < 1_000_000
    assert 1_000_000 < south < north < 6_000_000
    assert literal("POINT(201 0)", fields=CITY).is_empty


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_a_projection_has_no_place_for_is_refused():
    polar = {"geom": Queryable("geom", "geometry", '"geom"', 4326)}
    beyond = FilterCrs(4546)
    assert "EPSG:4326" in refusal("POINT(90000000 90000000)", fields=polar, crs=beyond)


def test_two_literals_stay_in_their_crs():
    found = compile_filter("S_WITHIN(POINT(1 1), BBOX(0,0,2,2))", "cql2-text", CITY, FilterCrs())
    assert found.sql == "ST_Within(%s::geometry, %s::geometry)"
    assert {shapely.get_srid(shapely.from_wkb(value)) for value in found.params} == {4326}
    assert found.names == frozenset()


def test_a_column_in_another_crs_follows_the_first():
    fields = {**CITY, "other": Queryable("other", "geometry", "o", 4490)}
    found = compile_filter("S_TOUCHES(geom, other)", "cql2-text", fields, FilterCrs())
    assert found.sql == 'ST_Touches("geom", ST_Transform(o, 4546))'
