"""Somebody without an account reports on a phone's screen, and follows what became of it."""

import pytest

from grid.cases.actions import act
from grid.models import Case, CasePhoto
from layers.sharing import limits
from tests.grid.people import CHIEF, INTAKE, make_ground, picture, publish_all

WORDS = "人行道上井盖缺失，电话13800138000"


@pytest.fixture
def street(visit, settings, tmp_path):
    settings.CASE_FILES = tmp_path / "cases"
    limits.forget()
    make_ground()
    visit.page.set_viewport_size({"width": 400, "height": 860})
    return visit


def test_a_report_without_an_account_and_its_way(street):
    page = street.page
    page.goto(f"{street.base}/report/")
    page.wait_for_selector("html[data-ready]")
    page.click(".send")  # the browser itself asks for what is missing
    assert not Case.objects.exists()
    page.fill("#sift", "道路破损")
    offered = page.locator("[name=class] option")
    assert all("道路破损" in text for text in offered.all_inner_texts()[1:])
    page.select_option("[name=class]", "event:0113")
    page.fill("[name=description]", WORDS)
    page.click(".send")
    assert "请在地图上点选位置" in page.inner_text("#problem")
    page.evaluate("tujing.map.jumpTo({zoom: 19})")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2 + 30, box["y"] + box["height"] / 2)
    page.wait_for_selector("#place.set")
    page.set_input_files(
        "[name=photos]",
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture(4000, 3000)},
    )
    page.wait_for_selector("#previews img")
    page.click(".send")
    page.wait_for_selector("text=已收到")
    code = page.inner_text(".taken code")
    assert "井盖缺失" not in page.content()
    assert CasePhoto.objects.get(case_code=code).width == 1600  # made smaller before it was sent

    act(INTAKE, code, "accept", {})
    publish_all(act(CHIEF, code, "file", {"condition": "1"}), words=WORDS)
    page.goto(f"{street.base}/report/follow")
    page.fill("[name=number]", code)
    page.keyboard.press("Enter")
    page.wait_for_selector(".stages li[aria-current]:has-text('立案')")
    assert "井盖缺失，电话×××" in page.inner_text(".words")
    shown = page.locator(".pictures img")
    shown.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.pictures img').naturalWidth > 0")

    page.click("text=在地图上看")
    page.wait_for_selector("html[data-ready=cases]")
    assert page.inner_text("b[data-stage=open]") == "1"
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector(".maplibregl-popup-content:has-text('道路破损')")


def test_a_photo_that_is_none_is_told_before_it_is_sent(street):
    page = street.page
    page.goto(f"{street.base}/report/")
    page.wait_for_selector("html[data-ready]")
    page.set_input_files(
        "[name=photos]", {"name": "坏.jpg", "mimeType": "image/jpeg", "buffer": b"<script>"}
    )
    page.wait_for_selector("#problem:has-text('读不出')")
    assert page.locator("[name=photos]").evaluate("e => e.files.length") == 0


def test_a_position_outside_the_city_is_told_and_not_taken(street):
    page = street.page
    page.context.grant_permissions(["geolocation"], origin=street.base)
    page.context.set_geolocation({"latitude": 39.9, "longitude": 116.4})
    page.goto(f"{street.base}/report/")
    page.wait_for_selector("html[data-ready]")
    page.click("#locate")
    page.wait_for_selector("#place:has-text('不在地图范围内')")
    assert page.input_value("[name=lon]") == ""
    lon, lat = page.evaluate("tujing.map.getCenter().toArray()")
    page.context.set_geolocation({"latitude": lat, "longitude": lon})
    page.click("#locate")
    page.wait_for_selector("#place.set")
    assert float(page.input_value("[name=lon]")) == pytest.approx(lon, abs=1e-5)
