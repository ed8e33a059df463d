"""以图管房: the unit table, the unit card, and who may see them."""

import re

from layers.models import PersonalRead
from tests.town import HOLDER, UNIT


def test_the_public_sees_the_building_and_a_hint_to_sign_in(client, town):
    text = client.get("/units/B1").content.decode()
    assert "示范楼" in text
    assert "请登录后查看" in text
    assert "B1U0101" not in text


def test_the_table_has_the_top_floor_first_and_the_basement_last(clerk):
    text = clerk.get("/units/B1").content.decode()
    floors = re.findall(r'<th scope="row">([^<]+)</th>', text)
    assert floors == ["3层", "2层", "1层", "-1层"]


def test_a_unit_on_two_floors_spans_them_and_shows_what_binds_most(clerk):
    text = clerk.get("/units/B1").content.decode()
    cell = re.search(rf'<td rowspan="2"[^>]*>.{{0,80}}data-open="units/{UNIT}"[^>]*>', text, re.S)
    assert cell
    assert "查封" in cell.group(0)
    assert "抵押" in cell.group(0)


def test_the_legend_counts_every_state(clerk):
    text = clerk.get("/units/B1").content.decode()
    found = dict(re.findall(r"</i>(\S+) <b>(\d+)</b>", text))
    assert found == {"查封": "1", "预告": "1", "已登记": "1", "未登记": "4"}


def test_before_the_units_there_is_no_table(clerk):
    assert 'class="unit"' not in clerk.get("/units/B1?at=2017-01-01").content.decode()


def test_a_unit_card_masks_its_rights_until_asked(clerk):
    text = clerk.get(f"/panel/units/{UNIT}").content.decode()
    assert "查封登记" in text
    assert "张**" in text
    assert HOLDER not in text
    full = clerk.post(f"/panel/rights/{UNIT}/personal", {"reason": "核对"}).content.decode()
    assert HOLDER in full
    assert PersonalRead.objects.get().code == UNIT


def test_rights_are_closed_to_who_may_not_see_units(planner):
    assert planner.get(f"/panel/units/{UNIT}").status_code == 404
    assert planner.post(f"/panel/rights/{UNIT}/personal").status_code == 404
    assert not PersonalRead.objects.exists()
