"""Checks of a drawn area: what limits it, as the caller may read it; and its report."""

import json
import re

import pytest

from layers.access.access import ANONYMOUS
from layers.ogc.formats.slots import slot_of
from tests.factories import open_feature, square
from tests.town import centre_degrees
from tests.webmap.map.sketches.test_shapes import BOW, SQUARE, ring
from webmap.map.sketches import check_pages, checking
from webmap.map.sketches.checking import FREE, NO_DATA, OCCUPIED, Order, checked

pytestmark = pytest.mark.django_db


def found(area=SQUARE, caller=ANONYMOUS, **more):
    return checked(caller, Order(area, **more), 10_000)


def by_layer(check):
    return {one.layer.id: one for one in check.limits}


def test_each_layer_is_occupied_free_or_without_data(town):
    limits = by_layer(found())
    farmland = limits["constraints"]  # 60 to 100 m of the square's 100
    assert (farmland.state, farmland.count) == (OCCUPIED, 1)
    assert farmland.measure == pytest.approx(4_000, abs=1)
    assert farmland.share == pytest.approx(0.4, abs=1e-4)
    (piece,) = farmland.pieces
    assert (piece.key, piece.name) == ("constraints/C1", "示范永久基本农田")
    assert not piece.is_sliver
    away = ring((400, 400), (410, 400), (410, 410), (400, 410))
    assert by_layer(found(away))["constraints"].state == FREE


def test_a_layer_that_holds_nothing_on_the_day_says_so(town):
    limits = by_layer(found(at="2017-06-01"))
    assert limits["constraints"].state == NO_DATA


def test_a_narrow_strip_is_remarked(town):
    strip = ring((0, 0), (60.5, 0), (60.5, 100), (0, 100))
    (piece,) = by_layer(found(strip))["constraints"].pieces
    assert piece.measure == pytest.approx(50, abs=1)
    assert piece.is_sliver


def test_statistics_of_the_chosen_layers_by_class(town):
    (parcels,) = found(layers=("parcels", "units", "nonsense")).contents
    assert (parcels.layer.id, parcels.count) == ("parcels", 2)
    assert parcels.measure == pytest.approx(10_000, abs=1)
    assert sum(size for _value, _number, size in parcels.groups) == pytest.approx(10_000, abs=1)
    assert "0701" in parcels.groups[0][0]


def check(client, geometries=(SQUARE,), **more):
    body = {"geometries": list(geometries), **more}
    return client.post("/sketches/check", json.dumps(body), "application/json")


def test_the_answer_is_a_readable_part_of_a_page(client, town):
    answer = check(client, title="一期", layers=["parcels"])
    text = answer.content.decode()
    assert re.search(r"占用.*示范永久基本农田", text, re.DOTALL)
    assert "40.00%" in text
    pieces = json.loads(re.search(r'id="check-pieces"[^>]*>(.*?)</script>', text)[1])
    assert "constraints/C1" in {one["properties"]["key"] for one in pieces["features"]}


def test_pipes_are_checked_for_those_who_may_see_them(client, planner, town):
    answer = check(planner).content.decode()
    assert 'data-layer="pipe-lines"' in answer
    planner.logout()
    assert 'data-layer="pipe-lines"' not in check(planner).content.decode()


def test_several_shapes_are_one_area_and_a_distance_is_around_it(client, town):
    other = ring((50, 0), (150, 0), (150, 100), (50, 100))
    assert "15,000.0" in check(client, [SQUARE, other]).content.decode()
    line = {"type": "LineString", "coordinates": [centre_degrees(0, 0), centre_degrees(100, 0)]}
    assert check(client, [line]).status_code == 422
    assert "核对结果" in check(client, [line], reach_m=10).content.decode()


@pytest.mark.parametrize(
    ("geometries", "more", "status", "words"),
    [
        ([BOW], {}, 422, "处自相交"),
        ([], {}, 400, "请先画出"),
        ([SQUARE], {"reach_m": -1}, 400, "距离应为"),
        ([SQUARE], {"at": "2999-01-01"}, 422, "不晚于今天"),
        ([SQUARE], {"layers": [1]}, 400, "图层"),
        (
            [
                {
                    "type": "Polygon",
                    "coordinates": [[[116, 40], [116.1, 40], [116, 40.1], [116, 40]]],
                }
            ],
            {},
            422,
            "不在本市",
        ),
    ],
)
def test_what_cannot_be_checked_is_refused_with_the_reason(client, geometries, more, status, words):
    answer = check(client, geometries, **more)
    assert answer.status_code == status
    assert words in answer.json()["error"]


def test_too_many_corners_and_too_many_at_once_are_told(client, town, monkeypatch):
    monkeypatch.setattr(checking.overlay, "MOST", 1)
    open_feature(code="P7", geom=square(20, 20, 5))
    assert "仅列最大" in check(client).content.decode()
    monkeypatch.setattr(check_pages, "SYNC_PER_CALLER", 1)
    with slot_of(ANONYMOUS, "127.0.0.1", "计算", 1):
        assert check(client).status_code == 429
