"""A picture shows what the share shows, at its place, in the colours of the declaration."""

import re

import pytest
from django.contrib.gis.geos import LineString

from layers.access.access import ANONYMOUS, Caller
from layers.declarations.registry import layer_of
from layers.ogc.pictures import drawing
from layers.ogc.pictures.drawing import TooManyFeatures, draw
from layers.ogc.pictures.frames import centred
from layers.reading.shares import Share, share_of
from spatial.base.models import Road
from spatial.city import city
from spatial.parcels.models import Building, Parcel
from spatial.periods import NOW, at
from spatial.pipes.models import PipePoint
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature, spot, square

pytestmark = pytest.mark.django_db
ADMIN = Caller("admin", frozenset(), is_admin=True)


def frame(scale=500):
    return centred(*spot().coords, 200, 100, scale)


def picture(*layers, scale=500, caller=ANONYMOUS, as_of=NOW):
    return draw([share_of(caller, layer_of(name)) for name in layers], frame(scale), as_of)


def path_points(svg, colour):
    """The corners of the first path of a fill."""
    path = re.search(rf'fill="{colour}"[^>]* d="([^"]+)"', svg)[1]
    return {tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)}


def test_an_area_lies_where_it_is_to_a_hundredth_of_a_millimetre():
    open_feature(Building, code="B1", storeys_above=5, geom=square(0, 0, 20))
    assert path_points(picture("buildings").svg, "#dcc4a0") == {
        (100, 50), (140, 50), (140, 10), (100, 10),
    }  # fmt: skip


def test_the_scale_is_true():
    open_feature(Building, code="B1", storeys_above=5, geom=square(0, 0, 20))
    xs = [x for x, _ in path_points(picture("buildings", scale=1000).svg, "#dcc4a0")]
    assert max(xs) - min(xs) == pytest.approx(20)


def test_a_street_is_as_wide_as_on_the_ground():
    line = LineString((*spot(-60, 0),), (*spot(60, 0),), srid=city().projected)
    open_feature(Road, code="R1", kind="primary", name="人民路", width_m=12.0, geom=line)
    width = re.search(r'stroke="#f6c26b" stroke-width="([\d.]+)"', picture("roads").svg)[1]
    assert float(width) == pytest.approx(24, rel=0.02)  # and the edge that makes it legible


def test_names_are_drawn_in_chinese():
    line = LineString((*spot(-60, 0),), (*spot(60, 0),), srid=city().projected)
    open_feature(Road, code="R1", kind="primary", name="人民<路>", width_m=12.0, geom=line)
    assert ">人民&lt;路&gt;</text>" in picture("roads").svg


def test_only_what_the_share_shows_is_drawn():
    open_feature(PipePoint, code="PP1", network="JS", geom=spot(0, 0))
    assert share_of(ANONYMOUS, layer_of("pipe-points")) is None
    assert picture("pipe-points", caller=ADMIN).counts == {"pipe-points": 1}


def test_a_field_outside_the_share_is_not_asked_for(monkeypatch):
    asked = []
    monkeypatch.setattr(drawing, "drawables", lambda *args, **_: asked.append(args[3]) or [])
    bare = Share(layer_of("buildings"), (layer_of("buildings").field("usage"),))
    draw([bare], frame(), NOW)
    draw([share_of(ANONYMOUS, layer_of("buildings"))], frame(), NOW)
    assert asked == [[], ["name", "storeys_above"]]


def test_a_day_is_drawn_as_it_was():
    open_feature(code="P1", at=moment(2020), land_use="0701", scheme="gbt21010_2017")
    apply(change(moment(2022)), Parcel, [Edit(Action.END, "P1")])
    assert picture("parcels").counts == {"parcels": 0}
    assert picture("parcels", as_of=at(moment(2021))).counts == {"parcels": 1}


def test_what_lies_outside_is_not_drawn_and_what_leaves_is_cut():
    open_feature(Building, code="OUT", geom=square(900, 0, 10))
    open_feature(Building, code="WIDE", storeys_above=5, geom=square(-5000, -5000, 10_000))
    drawn = picture("buildings")
    assert drawn.counts == {"buildings": 1}
    assert max(abs(x) for x, _ in path_points(drawn.svg, "#dcc4a0")) < 250


def test_the_classes_that_were_seen_are_known_for_the_legend():
    open_feature(Building, code="B1", storeys_above=5, geom=square(0, 0, 20))
    assert picture("buildings").seen == {"buildings": {"#dcc4a0"}}


def test_more_than_a_picture_shows_is_refused(monkeypatch):
    monkeypatch.setattr(drawing, "MOST_FEATURES", 1)
    open_feature(Building, code="B1", geom=square(0, 0, 5))
    open_feature(Building, code="B2", geom=square(10, 0, 5))
    with pytest.raises(TooManyFeatures):
        picture("buildings")
