"""My position and bookmarks: what a browser gives away, what it refuses, what it keeps."""

import pytest

from tests.town import centre_degrees

pytestmark = pytest.mark.long


def test_my_position_is_shown_with_its_accuracy(visit):
    lon, lat = centre_degrees(50, 50)
    context = visit.page.context
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 40})
    visit.open("/")
    visit.page.click("#tool-position")
    visit.page.wait_for_function(
        "document.getElementById('notice').textContent.includes('误差约 40 米')"
    )
    assert visit.page.evaluate("window.tujing.map.getSource('position') !== undefined")
    visit.page.click("#tool-position")
    assert visit.page.get_attribute("#tool-position", "aria-pressed") == "false"
    context.set_geolocation({"longitude": 116.4, "latitude": 39.9})
    visit.page.wait_for_timeout(200)
    visit.page.click("#tool-position")
    visit.page.wait_for_function(
        "document.getElementById('notice').textContent.includes('不在本市')"
    )


def test_a_refusal_is_said(visit):
    visit.page.context.clear_permissions()
    visit.open("/")
    visit.page.click("#tool-position")
    visit.page.wait_for_function("document.getElementById('notice').textContent.includes('许可')")


def test_a_bookmark_of_nobody_known_stays_in_the_browser(visit):
    lon, lat = centre_degrees(50, 50)
    visit.open(f"/#16.5/{lat:.5f}/{lon:.5f}/0/0&on=parcels")
    page = visit.page
    page.click("#tool-bookmarks")
    page.fill(".bookmark-form input", "广场")
    page.press(".bookmark-form input", "Enter")
    page.wait_for_selector(".bookmarks .open")
    page.evaluate("window.tujing.map.jumpTo({zoom: 14})")
    page.click(".bookmarks .open")
    page.wait_for_function("Math.abs(window.tujing.map.getZoom() - 16.5) < 0.01")
    assert not [url for url in visit.asked if "/bookmarks" in url and "map/" not in url]
