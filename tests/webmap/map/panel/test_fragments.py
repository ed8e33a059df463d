"""The search's shortest words, the unit table's sums, and readings that leave no trace."""

import re

import pytest

from layers.models import PersonalRead
from spatial.housing.models import Unit
from tests.factories import moment, open_feature, square
from tests.town import UNIT


@pytest.mark.parametrize("text", ["P", "1", "a b", " 4 "])
def test_one_letter_is_too_short_to_search(client, town, text):
    answer = client.get("/search", {"q": text}).text
    assert "data-open" not in answer
    assert "输入名称" in answer


def test_one_chinese_character_is_enough(client, town):
    assert 'data-open="roads/RD1"' in client.get("/search", {"q": "路"}).text


def test_the_options_stand_in_a_list_box_with_their_place(client, town):
    text = client.get("/search", {"q": "示范楼"}).text
    assert text.index('role="listbox"') < text.index('role="option"')
    assert re.search(
        r'data-open="buildings/B1" data-exact data-lon="111\.\d+" data-lat="27\.\d+"', text
    )
    assert 'role="listbox"' not in client.get("/search", {"q": "没有这个"}).text


def test_the_unit_table_is_captioned_with_building_number_and_area(clerk):
    caption = re.search(r"<caption[^>]*>(.*?)</caption>", clerk.get("/units/B1").text, re.S)
    for wanted in ("示范楼", "共 7 户", "建筑面积 619.50 m²"):  # 7 × 88.5, the duplex once
        assert wanted in caption.group(1)


def test_a_unit_on_floor_0_is_shown_not_lost(clerk):
    open_feature(
        Unit, "B1U0001", moment(2019), building_code="B1", entrance="1", floor_from=0, floor_to=0,
        room="001", geom=square(10, 10, 10),
    )  # fmt: skip
    assert 'data-open="units/B1U0001"' in clerk.get("/units/B1").text


def test_a_layer_without_names_logs_no_reading(clerk):
    assert clerk.post(f"/panel/units/{UNIT}/personal").status_code == 404
    assert not PersonalRead.objects.exists()


def test_an_anonymous_caller_can_reveal_nothing(client, town):
    for path in ("parcels/P2", "hazard-sites/H1", f"rights/{UNIT}", "pipe-lines/PL1"):
        assert client.post(f"/panel/{path}/personal").status_code == 404
    assert not PersonalRead.objects.exists()
