"""Two views side by side: another day on the right, the handle by keyboard, the list of what differs."""

import pytest

from tests.town import centre_degrees

RIGHT = (
    "window.tujing.right && [...new Set(window.tujing.right.queryRenderedFeatures"
    "({layers: ['parcels']}).map(f => f.properties.code))].sort().join()"
)


@pytest.mark.long
def test_two_days_side_by_side(visit):
    lon, lat = centre_degrees(50, 50)
    visit.open(f"/#16.5/{lat:.5f}/{lon:.5f}/0/0&at=2019-06-01&on=parcels,buildings")
    page = visit.page
    left = visit.drawn("parcels")
    page.click("#tool-swipe")
    page.wait_for_function(f"({RIGHT} || '').includes('P2')")
    assert "P1" in left
    assert "P1" not in page.evaluate(RIGHT)
    page.focus("#swipe")
    page.keyboard.press("End")
    assert page.get_attribute("#swipe", "aria-valuenow") == "98"
    page.keyboard.press("ArrowLeft")
    assert "swipe=96" in page.url
    page.evaluate("window.tujing.map.jumpTo({zoom: 15.8, bearing: 20})")
    assert page.evaluate("window.tujing.right.getZoom()") == pytest.approx(15.8)
    assert page.evaluate("window.tujing.right.getBearing()") == pytest.approx(20)
    page.click("#swipe-list")
    page.wait_for_selector(".differences")
    tally = page.inner_text("#panel-body .tally").split()
    assert dict(zip(tally[::2], tally[1::2], strict=True)) == {
        "增加": "2", "变化": "1", "图形变动": "0", "终止": "1"}  # fmt: skip
    before = page.evaluate("window.tujing.map.getZoom()")
    page.click(".differences button >> nth=0")
    page.wait_for_function(f"Math.abs(window.tujing.map.getZoom() - {before}) > 0.1")


@pytest.mark.long
def test_two_plans_side_by_side_and_the_link_keeps_them(visit):
    lon, lat = centre_degrees(50, 50)
    only = '{"parcels":[{"column":"code","how":"eq","value":"%s"}]}'
    side = '{"at":"","on":["parcels"],"only":%s}' % (only % "P2")
    visit.open(f"/#16.5/{lat:.5f}/{lon:.5f}/0/0&on=parcels&only={only % 'P3'}&side={side}")
    visit.page.wait_for_function(f"{RIGHT} === 'P2'")
    visit.page.wait_for_function(
        "window.tujing.map.queryRenderedFeatures({layers: ['parcels']}).every(f => f.properties.code === 'P3')"
    )
    visit.page.click("#swipe-list")
    visit.page.wait_for_selector(".differences")
    text = visit.page.inner_text("#panel-body")
    assert "P2" in text
    assert "P3" in text
    visit.page.click("#swipe-close")
    assert "side=" not in visit.page.url
    assert visit.page.is_hidden("#map-right")
