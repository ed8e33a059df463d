"""Shapes of sketches: bounded, cleaned of what is not theirs, measured, told where they cross."""

import pytest
import shapely

from tests.town import centre_degrees
from webmap.map.sketches import shapes
from webmap.map.sketches.shapes import crossing_of, features_in, figures, geometry_in
from webmap.web.errors import BadInput, BadRequest


def ring(*corners):
    return {
        "type": "Polygon",
        "coordinates": [[list(centre_degrees(*c)) for c in (*corners, corners[0])]],
    }


SQUARE = ring((0, 0), (100, 0), (100, 100), (0, 100))
BOW = ring((0, 0), (100, 100), (100, 0), (0, 100))


def feature(geometry, **properties):
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def test_a_feature_keeps_its_name_note_and_colour_and_nothing_else():
    given = feature(SQUARE, name=" 红线 ", note="一期", colour="#A63A2B", mode="polygon", x=1)
    (found,) = features_in([given])
    assert found["properties"] == {
        "drawn": "polygon",
        "name": "红线",
        "note": "一期",
        "colour": "#a63a2b",
    }
    assert shapely.equals_exact(
        shapely.geometry.shape(found["geometry"]), shapely.geometry.shape(SQUARE), 1e-9
    )


@pytest.mark.parametrize("odd", [{"drawn": "point"}, {"colour": "red"}, {"name": 5}, "text", None])
def test_odd_properties_are_left_out(odd):
    (found,) = features_in([{"type": "Feature", "geometry": SQUARE, "properties": odd}])
    assert found["properties"] == {"drawn": "polygon"}


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {},
        {"type": "Point", "coordinates": [500, 20]},
        {"type": "Point", "coordinates": [111, float("nan")]},
        {"type": "Point", "coordinates": ["a", 1]},
        {"type": "Polygon", "coordinates": []},
        {"type": "GeometryCollection", "geometries": []},
    ],
)
def test_what_is_no_shape_on_earth_is_refused(geometry):
    with pytest.raises(BadRequest):
        features_in([feature(geometry)])


def test_too_many_are_refused(monkeypatch):
    point = {"type": "Point", "coordinates": list(centre_degrees())}
    with pytest.raises(BadInput, match="500"):
        features_in([feature(point)] * 501)
    monkeypatch.setattr(shapes, "MOST_CORNERS", 9)
    with pytest.raises(BadInput, match="顶点"):
        features_in([feature(SQUARE), feature(SQUARE)])


def test_figures_are_of_the_plane_and_of_the_ellipsoid():
    found = figures(geometry_in(SQUARE))
    assert found["area_m2"] == pytest.approx(10_000, abs=0.01)
    assert found["area_mu"] == pytest.approx(15, abs=0.001)
    assert found["length_m"] == pytest.approx(400, abs=0.01)
    # On the meridian of the zone a metre of the plane is one of the ellipsoid; beside it a bit more.
    assert 9_990 < found["ellipsoidal_area_m2"] < 10_000


def test_a_crossing_is_told_with_its_place_and_a_repair():
    found = crossing_of(geometry_in(BOW))
    middle = centre_degrees(50, 50)
    assert (found.longitude, found.latitude) == pytest.approx(middle, abs=1e-7)
    assert found.repaired.is_valid
    assert figures(found.repaired)["area_m2"] == pytest.approx(5_000, abs=1)
    assert crossing_of(geometry_in(SQUARE)) is None
    assert f"{middle[0]:.4f}" in found.text()
    assert "X " in found.text()


def test_a_spike_has_no_repair_that_invents_ground():
    lon, lat = centre_degrees()
    flat = {
        "type": "Polygon",
        "coordinates": [[[lon, lat], [lon + 0.01, lat], [lon + 0.005, lat], [lon, lat]]],
    }
    found = crossing_of(geometry_in(flat))
    assert found.repaired is None


def test_far_shapes_have_no_figures_here():
    far = geometry_in({"type": "LineString", "coordinates": [[-69, 0], [-68, 0]]})
    with pytest.raises(BadInput, match="离本市太远"):
        figures(far)
