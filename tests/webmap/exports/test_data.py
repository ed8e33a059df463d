import pytest

from layers.access.access import ANONYMOUS
from layers.declarations.registry import layer_of
from layers.reading.shares import share_of
from spatial.base.models import District
from spatial.city import city
from spatial.crs import transformer
from spatial.parcels.models import Building, Parcel
from spatial.periods import NOW, at
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import centre, change, moment, open_feature, square
from webmap.exports import data
from webmap.exports.data import draw_layers
from webmap.exports.paint import legend_of, with_labels

pytestmark = pytest.mark.django_db


def box(west=-50, south=-50, east=50, north=50):
    """A box in degrees from metres around the centre."""
    x, y = centre()
    back = transformer(city().projected, 4326)
    low, high = back.transform(x + west, y + south), back.transform(x + east, y + north)
    return (*low, *high)


def draw(*layers, bbox=None, as_of=NOW):
    return draw_layers(
        [share_of(ANONYMOUS, layer_of(name)) for name in layers], bbox or box(), as_of
    )


def codes(drawn):
    return [feature["properties"]["code"] for feature in drawn.features]


def test_only_what_meets_the_box_is_read():
    open_feature(code="IN")
    open_feature(code="OUT", geom=square(5000, 0))
    assert codes(draw("parcels")[0]) == ["IN"]


def test_shapes_are_cut_at_the_box():
    open_feature(code="WIDE", geom=square(-5000, -5000, 10_000))
    bbox = box()
    ring = draw("parcels", bbox=bbox)[0].features[0]["geometry"]["coordinates"][0]
    assert min(x for x, _ in ring) == pytest.approx(bbox[0], abs=1e-7)
    assert max(y for _, y in ring) == pytest.approx(bbox[3], abs=1e-7)


def test_coordinates_have_seven_decimals():
    open_feature(code="P1", geom=square(1.2345678, 0))
    text = str(draw("parcels")[0].features[0]["geometry"]["coordinates"])
    decimals = [
        len(n.rstrip("])").split(".")[1]) for n in text.replace("(", "").split(", ") if "." in n
    ]
    assert decimals
    assert max(decimals) <= 7


def test_the_state_of_a_day_is_read():
    open_feature(code="P1", at=moment(2020), land_use="0701", scheme="gbt21010_2017")
    apply(change(moment(2022)), Parcel, [Edit(Action.END, "P1")])
    assert codes(draw("parcels")[0]) == []
    assert codes(draw("parcels", as_of=at(moment(2021)))[0]) == ["P1"]


def test_values_are_written_for_people():
    open_feature(
        code="P1", land_use="0701", scheme="gbt21010_2017", registered_area_m2=1234.5, location=""
    )
    properties = draw("parcels")[0].features[0]["properties"]
    assert properties["land_use"] == "0701 城镇住宅用地"
    assert properties["registered_area_m2"] == "1,234.5"
    assert properties["location"] == "—"
    assert properties["schematic"] == "否"


def test_personal_fields_never_leave():
    open_feature(code="P1", right_holder="王小明")
    open_feature(Building, code="B1", owner="王小明")
    for drawn in draw("parcels", "buildings"):
        assert drawn.features
        assert "王小明" not in str(drawn.features)


def test_what_does_not_fit_is_counted(monkeypatch):
    monkeypatch.setattr(data, "PER_LAYER", 3)
    monkeypatch.setattr(data, "IN_ALL", 4)
    for number in range(5):
        open_feature(code=f"P{number}", geom=square(number * 2, 0, 1))
        open_feature(Building, code=f"B{number}", geom=square(number * 2, 0, 1))
    parcels, buildings = draw("parcels", "buildings")
    assert (len(parcels.features), parcels.total, parcels.omitted) == (3, 5, 2)
    assert (len(buildings.features), buildings.total, buildings.omitted) == (1, 5, 4)


def test_the_legend_names_what_is_on_the_map_and_nothing_else():
    open_feature(code="P1", land_use="0701", scheme="gbt21010_2017")
    open_feature(Building, code="B1", storeys_above=5)
    parcels, buildings = draw("parcels", "buildings")
    assert [entry["title"] for entry in legend_of(buildings)] == ["4–6 层"]
    assert len(legend_of(parcels)) == 1


def test_labels_are_left_out_where_there_are_too_many():
    for number in range(45):
        open_feature(
            District, code=f"4313820010{number:02}", level="village", name=f"村{number}",
            geom=square(number, 0, 0.5),
        )  # fmt: skip
    open_feature(District, code="431382001", level="town", name="蓝田街道")
    labels = [f["label"] for f in with_labels(draw("districts")[0]) if "label" in f]
    assert labels == ["蓝田街道"]
