"""Figures by district add up to the whole, and are of the day that is named."""

import pytest

from layers.access.access import ANONYMOUS
from layers.declarations.registry import layer_of
from layers.reading.shares import share_of
from spatial.base.models import District
from spatial.parcels.models import Building, Parcel
from spatial.periods import NOW, at
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature, square
from tests.webmap.documents.conftest import ordered, pdf_of, text_of
from webmap.documents import statistics
from webmap.documents.statistics import figures
from webmap.models import DocumentOrder

pytestmark = pytest.mark.django_db
WEST, EAST = "431382001", "431382002"


@pytest.fixture
def two_towns(db):
    open_feature(District, code=WEST, level="town", name="西镇", geom=square(-500, -500, 500))
    open_feature(District, code=EAST, level="town", name="东镇", geom=square(0, -500, 500))


def shares(name):
    return share_of(ANONYMOUS, layer_of(name)), share_of(ANONYMOUS, layer_of("districts"))


def test_each_feature_counts_once_in_the_district_of_a_point_inside(two_towns):
    open_feature(Building, code="B1", geom=square(-100, -100, 10))
    open_feature(Building, code="B2", geom=square(100, -100, 10))
    open_feature(Building, code="B3", geom=square(-8, -100, 10))  # more of it in the west
    open_feature(Building, code="B4", geom=square(5000, 5000, 10))
    rows = figures(*shares("buildings"), NOW, "town", "")
    assert [(r.name, r.count, r.measure) for r in rows] == [
        ("西镇", 2, pytest.approx(200)),
        ("东镇", 1, pytest.approx(100)),
        ("区划以外", 1, pytest.approx(100)),
    ]


def test_of_a_day_and_by_class(two_towns):
    open_feature(
        code="P1",
        at=moment(2020),
        land_use="0701",
        scheme="gbt21010_2017",
        geom=square(-90, -90, 10),
    )
    open_feature(
        code="P2",
        at=moment(2020),
        land_use="0602",
        scheme="gbt21010_2017",
        geom=square(-60, -90, 10),
    )
    apply(change(moment(2022)), Parcel, [Edit(Action.END, "P1")])
    assert [r.value for r in figures(*shares("parcels"), NOW, "town", "land_use")] == ["0602"]
    then = figures(*shares("parcels"), at(moment(2021)), "town", "land_use")
    assert {(r.value, r.count) for r in then} == {("0701", 1), ("0602", 1)}


def test_the_document_has_the_rows_and_their_sum(two_towns, client):
    open_feature(Building, code="B1", geom=square(-100, -100, 10))
    open_feature(Building, code="B2", geom=square(100, -100, 20))
    text = text_of(pdf_of(client, ordered(client, "statistics", layer="buildings", level="town")))
    for said in ("西镇", "东镇", "合计", "500.0", "涟图统〔"):
        assert said in text


def test_a_layer_without_features_is_a_table_without_rows(two_towns, client):
    row = ordered(client, "statistics", layer="buildings", level="village")
    assert "没有符合条件的要素" in text_of(pdf_of(client, row))


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"layer": "nowhere"}, 404),
        ({"layer": "pipe-lines"}, 404),
        ({"layer": "buildings", "level": "street"}, 422),
        ({"layer": "buildings", "by": "owner"}, 422),
        ({"layer": "buildings", "at": "2999-12-31"}, 422),
    ],
)
def test_what_cannot_be_is_refused(two_towns, client, form, status):
    assert client.post("/documents/order/statistics", form).status_code == status


def test_too_many_rows_are_refused_in_words(two_towns, client, monkeypatch):
    monkeypatch.setattr(statistics, "MOST_ROWS", 1)
    open_feature(Building, code="B1", geom=square(-100, -100, 10))
    open_feature(Building, code="B2", geom=square(100, -100, 20))
    row = ordered(client, "statistics", layer="buildings", level="town")
    assert row.state == DocumentOrder.State.FAILED
    assert "改按乡镇" in row.message


@pytest.mark.long
def test_ten_thousand_rows_are_set(two_towns, client, monkeypatch):
    rows = [statistics.Row(f"4313820{n:05}", f"第{n}村", "", n, n / 2) for n in range(10_000)]
    monkeypatch.setattr(statistics, "figures", lambda *_: rows)
    text = text_of(
        pdf_of(client, ordered(client, "statistics", layer="buildings", level="village"))
    )
    assert "第9999村" in text
