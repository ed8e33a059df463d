"""A past day compared with today on the map: what was added, what ended, with a legend."""

import pytest

from tests.town import centre_degrees

DRAWN = (
    "window.tujing.map.queryRenderedFeatures({layers: ['compared-fill']})"
    ".map(f => f.properties.code + ' ' + f.properties.change)"
)


def test_the_past_is_compared_with_today(visit):
    lon, lat = centre_degrees(50, 50)
    visit.open(f"/#16.5/{lat:.5f}/{lon:.5f}/0/0&at=2019-06-01&on=parcels,buildings")
    assert visit.page.evaluate(DRAWN) == []
    visit.page.click("#compare")
    visit.page.wait_for_selector("#compare-told [data-kind=ended]")
    visit.page.wait_for_function(f"new Set({DRAWN}).size === 4")
    assert set(visit.page.evaluate(DRAWN)) == {
        "P1 ended", "P2 added", "P3 added", "B1 changed"}  # fmt: skip
    told = visit.page.inner_text("#compare-told")
    assert [part in told for part in ("增加 2", "变化 1", "终止 1")] == [True] * 3
    assert "cmp=1" in visit.page.url
    visit.page.uncheck("input[value=parcels]")
    visit.page.wait_for_function(f"{DRAWN}.every(text => text.startsWith('B1'))")
    visit.page.click("#past-now")
    visit.page.wait_for_function(f"{DRAWN}.length === 0")
    assert visit.page.is_hidden("#past")


@pytest.mark.long
def test_a_link_restores_the_comparison(visit):
    lon, lat = centre_degrees(50, 50)
    visit.open(f"/#16.5/{lat:.5f}/{lon:.5f}/0/0&at=2019-06-01&cmp=1&on=parcels")
    visit.page.wait_for_function(f"new Set({DRAWN}).size === 3")
    assert visit.page.get_attribute("#compare", "aria-pressed") == "true"
