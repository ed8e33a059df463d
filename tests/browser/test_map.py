"""The map in a browser: it opens, is searched, clicked, turned to another day, restored."""

import re

import pytest

from tests.browser.sessions import let_in
from tests.town import centre_degrees

NEAR = "#16.5/{:.5f}/{:.5f}/0/0"


def near(dx=50.0, dy=50.0):
    lon, lat = centre_degrees(dx, dy)
    return NEAR.format(lat, lon)


def click_on(visit, dx, dy):
    """Click on a place given in metres from the centre."""
    lon, lat = centre_degrees(dx, dy)
    spot = visit.page.evaluate(
        "([lon, lat]) => { const p = window.tujing.map.project([lon, lat]);"
        " const b = window.tujing.map.getCanvas().getBoundingClientRect();"
        " return [p.x + b.left, p.y + b.top]; }",
        [lon, lat],
    )
    visit.page.mouse.click(*spot)


@pytest.mark.parametrize(
    ("path", "layer"),
    [("/", "buildings"), ("/planning", "plan-zones"), ("/housing", "buildings")],
)
def test_an_entrance_opens_and_its_tiles_arrive(visit, path, layer):
    visit.open(path + near())
    assert visit.tiles(layer)
    assert visit.drawn(layer)
    visit.page.wait_for_selector("#panel-body h1")


def test_the_hazards_entrance_lists_what_is_in_force(visit):
    visit.open("/hazards#13/{1:.4f}/{0:.4f}/0/0&at=2020-07-09".format(*centre_degrees()))
    assert {"H1"} <= visit.drawn("hazard-sites")
    assert visit.drawn("warnings") == {"W2020"}
    visit.page.wait_for_selector("#panel-body [data-open='warnings/W2020']")


def test_a_click_opens_the_record_and_escape_closes_it(visit):
    visit.open("/" + near())
    click_on(visit, 25, 25)
    visit.page.wait_for_selector("#panel-body .record[data-layer=buildings]")
    assert "示范楼" in visit.page.inner_text("#panel-body")
    assert "sel=buildings" in visit.page.url
    visit.page.keyboard.press("Escape")
    visit.page.wait_for_function("!document.body.classList.contains('open')")
    assert "sel=" not in visit.page.url


def test_a_click_in_planning_tells_what_is_there(visit):
    visit.open("/planning" + near(0, 0))
    click_on(visit, -30, -30)
    visit.page.wait_for_selector("#panel-body .here .limits")
    assert "≤ 2.5" in visit.page.inner_text("#panel-body")


def test_search_by_keyboard_opens_the_record(visit):
    visit.open("/")
    visit.page.fill("#q", "后山")
    visit.page.wait_for_selector("#found [data-open='hazard-sites/H1']")
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#panel-body .record[data-code=H1]")
    assert visit.page.is_hidden("#found")


def test_another_day_shows_another_state_and_back(visit):
    visit.open("/" + near() + "&on=parcels")
    assert visit.drawn("parcels") == {"P2", "P3"}
    visit.page.fill("#time-date", "2019-06-01")
    visit.page.dispatch_event("#time-date", "change")
    visit.page.wait_for_function(
        "window.tujing.map.queryRenderedFeatures({layers: ['parcels']})"
        ".some(f => f.properties.code === 'P1')",
        timeout=20_000,
    )
    visit.settle()
    assert visit.drawn("parcels") == {"P1"}
    assert "2019" in visit.page.inner_text("#past")
    assert "at=2019-06-01" in visit.page.url
    visit.page.click("#past-now")
    visit.page.wait_for_function(
        "window.tujing.map.queryRenderedFeatures({layers: ['parcels']})"
        ".some(f => f.properties.code === 'P2')",
        timeout=20_000,
    )
    assert visit.page.is_hidden("#past")


@pytest.mark.long
def test_a_link_restores_the_view(visit):
    lon, lat = centre_degrees(30, 40)
    visit.open(f"/#17.25/{lat:.5f}/{lon:.5f}/30/40&at=2020-07-09&on=roads,parcels&sel=parcels/P3")
    visit.page.wait_for_selector("#panel-body .record[data-code=P3]")
    view = visit.page.evaluate(
        "[tujing.map.getZoom(), tujing.map.getPitch(), tujing.map.getBearing(),"
        " tujing.state.at, [...tujing.state.on].sort().join()]"
    )
    assert view == [17.25, 40, 30, "2020-07-09", "parcels,roads"]
    assert visit.page.is_checked("input[value=parcels]")
    assert not visit.page.is_checked("input[value=buildings]")


def test_without_a_mouse_enter_asks_what_is_in_the_middle(visit):
    visit.open("/" + near(25, 25))
    visit.page.focus(".maplibregl-canvas")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#panel-body .record[data-layer=buildings]")


@pytest.mark.long
def test_a_measured_line_has_the_length_it_has(visit):
    visit.open("/" + near())
    visit.page.click("#tool-length")
    click_on(visit, 0, 0)
    click_on(visit, 0, 100)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_function(
        "/\\d米|\\d 米/.test(document.getElementById('notice').textContent)"
    )
    length_m = float(re.search(r"长度 ([\d.]+) 米", visit.page.inner_text("#notice"))[1])
    assert length_m == pytest.approx(100, abs=1)  # a pixel is 0.6 m


def test_the_unit_table_is_walked_with_arrow_keys(visit):
    from spatial.housing.roles import HousingRole
    from tests.town import make_user

    let_in(visit, make_user("fangguan", HousingRole.HOUSING))
    visit.open("/housing" + near() + "&sel=buildings/B1")
    visit.page.wait_for_selector(".unit-table .unit")
    visit.page.focus("[data-open='units/B1U0101']")
    visit.page.keyboard.press("ArrowUp")
    focused = "document.activeElement.dataset.open"
    assert visit.page.evaluate(focused) == "units/B1U0201"
    visit.page.keyboard.press("ArrowRight")
    assert visit.page.evaluate(focused) in ("units/B1U0302", "units/B1U0202")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#panel-body .record[data-layer=units] .rights")


def test_a_narrow_phone_shows_everything_within_its_width(visit):
    visit.page.set_viewport_size({"width": 360, "height": 740})
    visit.open("/" + near())
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    click_on(visit, 25, 25)
    visit.page.wait_for_selector("#panel-body .record")
    box = visit.page.locator("#panel").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
