"""Low zooms: fewer features, the same picture, through the partial index."""

import random

import pytest
from django.contrib.gis.geos import Polygon
from django.db import connection

from layers.access.access import ANONYMOUS
from layers.declarations.registry import layer_of
from layers.ogc.tiles.drawing import MOST_FEATURES, draw, tile_sql
from layers.ogc.tiles.framing import framing_of
from layers.ogc.tiles.matrices import UNITS, WORLD_M, TilePlace, pixel_m, side_m
from layers.ogc.tiles.thinning import mark_pixels, mark_sql
from layers.reading.shares import share_of
from spatial.city import city
from spatial.crs import transformer
from spatial.parcels.models import Building, Parcel
from spatial.periods import NOW, at
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from spatial.versions.upkeep import analyze
from tests.factories import centre, change, moment, open_feature, square
from tests.layers.ogc.tiles.tilings import frame_of, place_at

pytestmark = pytest.mark.django_db
NUMBER, SIDE = 4_000, 10.0


def share():
    return share_of(ANONYMOUS, layer_of("buildings"))


@pytest.fixture
def village(db):
    """Small houses over two kilometres, all within one tile of zoom 10."""
    rng = random.Random(1)
    x, y = centre()
    edits = []
    for n in range(NUMBER):
        w, s = x + rng.uniform(-1000, 1000), y + rng.uniform(-1000, 1000)
        house = Polygon.from_bbox((w, s, w + SIDE, s + SIDE))
        house.srid = city().projected
        edits.append(
            Edit(Action.OPEN, f"B{n:05d}", {"geom": house, "storeys_above": 2, "name": "x"})
        )
    apply(change(moment(2020)), Building, edits)


@pytest.mark.parametrize("zoom", [10, 11, 12, 13])
def test_marks_stand_for_as_much_as_is_there(village, tmp_path, zoom):
    places = {place_at(zoom, dx, dy) for dx in (-1000, 0, 1000) for dy in (-1000, 0, 1000)}
    shown = set()
    for place in places:
        body = draw(share(), place, NOW).body
        if body:
            shown |= set(frame_of(body, tmp_path, "buildings")["code"])
    expected = NUMBER * SIDE**2 / (mark_pixels(zoom) * pixel_m(zoom)) ** 2
    assert expected < NUMBER / 3
    assert expected - 4 * expected**0.5 < len(shown) < expected + 4 * expected**0.5


def test_a_mark_is_a_square_of_its_size_and_carries_what_colours_it(tmp_path):
    house = square(0, 0, 2.0)
    codes = [f"B{n}" for n in range(3000)]
    apply(
        change(moment(2020)),
        Building,
        [
            Edit(Action.OPEN, code, {"geom": house, "storeys_above": 7, "name": "x"})
            for code in codes
        ],
    )
    frame = frame_of(draw(share(), place_at(13), NOW).body, tmp_path, "buildings")
    assert 0 < len(frame) < 200
    columns = set(frame.columns) - {"geometry", "mvt_id"}
    assert columns == {"code", "storeys_above"}
    assert set(frame["storeys_above"]) == {7}
    west, south, east, north = frame.geometry.iloc[0].bounds  # in the units of the tile
    assert east - west == north - south == pytest.approx(mark_pixels(13) * UNITS / 512, abs=1)
    spot = house.transform(3857, clone=True).centroid
    across = (spot.x + WORLD_M / 2) / side_m(13) % 1
    assert (west + east) / 2 == pytest.approx(across * UNITS, abs=1)


def test_what_is_larger_than_a_mark_is_always_there_with_its_shape(tmp_path):
    ring = ((0, 0), (400, 0), (400, 100), (100, 100), (100, 400), (0, 400), (0, 0))
    place = place_at(13)
    side = side_m(13)
    east = (place.column + 0.5) * side - WORLD_M / 2  # in the middle of its tile
    north = WORLD_M / 2 - (place.row + 0.5) * side
    x, y = transformer(3857, city().projected).transform(east, north)
    shape = Polygon([(x + dx, y + dy) for dx, dy in ring], srid=city().projected)
    open_feature(Building, "B1", geom=shape)
    for zoom in (11, 12, 13):
        above = TilePlace(zoom, place.row >> (13 - zoom), place.column >> (13 - zoom))
        frame = frame_of(draw(share(), above, NOW).body, tmp_path, "buildings")
        assert frame["code"].tolist() == ["B1"]
        assert len(frame.geometry.iloc[0].exterior.coords) == 7


def test_what_one_zoom_shows_the_next_shows_too(village, tmp_path):
    seen = {}
    for zoom in (11, 12, 13):
        places = {
            place_at(zoom, dx, dy)
            for dx in range(-1200, 1201, 400)
            for dy in range(-1200, 1201, 400)
        }
        bodies = [draw(share(), place, NOW).body for place in places]
        frames = [frame_of(body, tmp_path, "buildings") for body in bodies if body]
        seen[zoom] = {code for frame in frames for code in frame["code"]}
    assert seen[11] < seen[12] < seen[13]


@pytest.mark.parametrize("model", [Building, Parcel])
def test_the_partial_index_serves_every_low_zoom_now_and_then(model):
    """With statistics of a register that is not empty, or any index would do."""
    grid = [(20 * (n % 40), 20 * (n // 40)) for n in range(1600)]
    edits = [Edit(Action.OPEN, f"C{dx}-{dy}", {"geom": square(dx, dy)}) for dx, dy in grid]
    apply(change(moment(2020)), model, edits)
    layer = {Building: "buildings", Parcel: "parcels"}[model]
    of = share_of(ANONYMOUS, layer_of(layer))
    with connection.cursor() as cursor:
        analyze(cursor, model._meta.db_table)  # an ANALYZE of the site passes over it
        cursor.execute("SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off")
        for zoom, index in ((10, 3000), (11, 3000), (12, 300), (13, 300)):
            for as_of in (NOW, at(moment(2020, 6))):
                place = place_at(zoom)
                sql, params = tile_sql(of, place, framing_of(place), as_of, MOST_FEATURES)
                cursor.execute(f"EXPLAIN {sql}", params)
                plan = "\n".join(row[0] for row in cursor.fetchall())
                assert f"tiles_{layer}_{index}" in plan, (zoom, as_of)


def test_marks_turn_as_outer_rings_do(tmp_path):
    """By the surveyor's formula in the tile's own units, where south is up, it is positive."""
    open_feature(Building, "B1", geom=square(0, 0, 2.0))
    with connection.cursor() as cursor:
        spot = "ST_Transform(ST_Centroid(geom), 3857)"
        west, _, _, north = place_at(13).bounds
        cursor.execute(
            f"SELECT ST_AsText({mark_sql(13, spot)}) FROM parcels_building",
            {"west": west, "north": north},
        )
        ring = cursor.fetchone()[0][9:-2]
    points = [tuple(map(float, pair.split())) for pair in ring.split(",")]
    turned = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:], strict=False))
    assert turned > 0
    assert all(value == int(value) for point in points for value in point)
