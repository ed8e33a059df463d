"""The address says what is seen, and what it says is seen: links, back and forward, reload."""

import pytest
from django.contrib.auth.models import User

from spatial.housing.roles import HousingRole
from tests.browser.sessions import let_in
from tests.browser.test_map import click_on, near
from tests.town import centre_degrees, make_user

pytestmark = pytest.mark.long  # software draws the map: by night

OPENED = "() => document.querySelector('#panel-body .record')?.dataset.code"
VIEW = r"^#\d+\.\d\d\/\d+\.\d+\/\d+\.\d+\/-?\d+\/\d+&on="
WHERE = "[tujing.map.getZoom().toFixed(2), tujing.map.getBearing(), tujing.state.at].join('|')"


def shows(visit, code):
    visit.page.wait_for_function(f"({OPENED})() === '{code}'")


def entries(visit):
    return visit.page.evaluate("history.length")


def test_back_and_forward_lead_through_what_was_opened(visit):
    page = visit.page
    visit.open("/" + near())
    page.wait_for_selector("#panel-body h1")
    before = entries(visit)
    page.evaluate("window.tujing.open('parcels/P2')")
    shows(visit, "P2")
    page.evaluate("window.tujing.open('buildings/B1', { fly: true })")
    shows(visit, "B1")
    page.evaluate("window.tujing.map.panBy([40, 0], { duration: 0 })")
    page.evaluate("window.tujing.open('buildings/B1')")
    page.evaluate("window.tujing.turnTo('2020-01-01')")
    page.wait_for_function("location.hash.includes('at=2020-01-01')")
    assert entries(visit) == before + 3
    page.go_back()
    shows(visit, "B1")
    assert page.is_hidden("#past")
    page.go_back()
    shows(visit, "P2")
    assert "sel=parcels%2FP2" in page.url
    page.go_back()
    page.wait_for_selector("#panel-body h1:not(.record h1)")
    assert page.evaluate(OPENED) is None
    assert "sel=" not in page.url
    page.go_forward()
    shows(visit, "P2")
    page.go_forward()
    page.go_forward()
    page.wait_for_selector("#past:not([hidden])")
    shows(visit, "B1")
    assert entries(visit) == before + 3
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert "sel=" not in page.url
    page.go_back()  # what was closed is one step back
    shows(visit, "B1")
    page.go_forward()
    page.wait_for_function("!document.body.classList.contains('open')")


def test_an_address_pasted_into_an_open_map_is_followed(visit):
    page = visit.page
    visit.open("/" + near() + "&sel=parcels/P3")
    shows(visit, "P3")
    for anchor in ("#panel", "#"):  # places within the page: no views
        page.evaluate("hash => { location.hash = hash; }", anchor)
        page.wait_for_function(f"/{VIEW}/.test(location.hash)")
        assert "P3" in page.url
    lon, lat = centre_degrees(30, 40)
    link = f"#17.25/{lat:.5f}/{lon:.5f}/30/40&at=2020-07-09&on=roads,parcels&sel=parcels/P2"
    page.evaluate("hash => { location.hash = hash; }", link)
    shows(visit, "P2")
    visit.settle()
    assert page.evaluate(WHERE) == "17.25|30|2020-07-09"
    assert page.is_checked("input[value=parcels]")
    assert not page.is_checked("input[value=buildings]")
    assert visit.drawn("parcels")
    assert "2020" in page.inner_text("#past")
    page.go_back()
    page.wait_for_function("tujing.state.at === '' && tujing.map.getZoom() < 17")
    assert page.is_checked("input[value=buildings]")
    assert page.is_hidden("#past")
    on_earth_alone = "#17/27.6/111.6/0/0&here=999,999&at=2020-06-22T20:00:00"  # nor of no zone
    for broken in ("#17/999/111/0/0", "#a/b/c/d/e&at=2020-99-99&sel=", on_earth_alone):
        page.evaluate("hash => { location.hash = hash; }", broken)
        page.wait_for_function(
            f"/{VIEW}/.test(location.hash) && !/sel=|at=|here=/.test(location.hash)"
        )


def test_the_point_asked_about_is_in_the_link(visit):
    page = visit.page
    visit.open("/planning" + near(0, 0))
    click_on(visit, -30, -30)
    page.wait_for_selector("#panel-body .here .limits")
    link, told = page.url, page.inner_text("#panel-body .code")
    assert "here=111." in link
    page.evaluate("window.tujing.open('parcels/P3')")
    shows(visit, "P3")
    assert "here=" not in page.url
    page.go_back()
    page.wait_for_selector("#panel-body .here .limits")
    page.goto("about:blank")
    page.goto(link)
    visit.settle()
    page.wait_for_selector("#panel-body .here .limits")
    assert page.inner_text("#panel-body .code") == told
    page.wait_for_function("tujing.map.getLayer('selected-line')")


def test_shading_and_layers_that_are_off_stay_off_in_a_link(visit, settings, tmp_path):
    settings.TERRAIN = tmp_path / "some.tif"
    settings.TERRAIN.write_bytes(b"")
    page = visit.page
    visit.open("/" + near() + "&on=")
    assert not page.is_checked("input[value=roads]")
    page.uncheck("input[name=relief]")
    assert "relief=0" in page.url
    assert page.url.count("on=&") == 1
    page.reload()
    visit.settle()
    assert not page.is_checked("input[name=relief]")
    assert page.evaluate("tujing.map.getLayoutProperty('relief', 'visibility')") == "none"
    assert page.locator("input[name=layer]:checked").count() == 0
    page.check("input[name=relief]")
    assert "relief" not in page.url


def test_skip_link_language_and_signing_in_keep_the_view(visit):
    page = visit.page
    visit.open("/" + near() + "&at=2020-07-09&sel=parcels/P3")
    shows(visit, "P3")
    before = page.url
    page.focus("a.skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "panel"
    assert page.url == before
    page.click("form.lang button")
    page.wait_for_selector("html[lang=en]")
    visit.settle()
    shows(visit, "P3")
    assert "at=2020-07-09" in page.url
    page.click(".who a.signin")
    assert "sel%3Dparcels" in page.url


def test_past_days_are_written_in_the_citys_time_wherever_the_browser_is(visit):
    page = visit.page
    cdp = page.context.new_cdp_session(page)
    cdp.send("Emulation.setTimezoneOverride", {"timezoneId": "America/New_York"})
    visit.open("/" + near() + "&at=2024-06-22T20:00:00Z")
    assert "2024年6月23日" in page.inner_text("#past-text")
    assert "04:00" in page.inner_text("#past-text")
    assert page.input_value("#time-date") == "2024-06-23"
    page.evaluate("tujing.turnTo('2020-07-09')")
    assert "2020年7月9日" in page.inner_text("#past-text")
    assert page.input_value("#time-date") == "2020-07-09"


ASKING = (
    "document.querySelector('[data-post] [name=reason]').value = '核对';"
    "document.querySelector('[data-post]').requestSubmit()",
    "tujing.turnTo('2021-01-01')",
    "document.getElementById('q').value = '示范楼';"
    "document.getElementById('search-form').requestSubmit()",
    "document.getElementById('tool-export').click()",
    "setTimeout(() => tujing.map.fire('error', { error: { status: 404, message: 'tile' } }), 1100)",
)


def lose_session(visit):
    """The session ends, as after a night: the browser forgets it."""
    visit.page.context.clear_cookies(name="sessionid")


@pytest.fixture
def housing(visit):
    """An officer at the unit table."""
    let_in(visit, make_user("fangguan", HousingRole.HOUSING))
    visit.open("/housing" + near() + "&sel=buildings/B1")
    visit.page.wait_for_selector(".unit-table .unit")
    return visit


def test_a_lost_session_says_so_and_leads_back(housing):
    page = housing.page
    page.fill("#q", "示范")
    lose_session(housing)
    page.click("[data-open='units/B1U0101']")
    page.wait_for_selector("#signed-out")
    assert "登录已过期" in page.inner_text("#signed-out")
    assert "没有找到" not in page.inner_text("body")
    assert page.input_value("#q") == "示范"
    view = page.url
    page.click("#signed-out a.signin")
    page.fill("#id_username", "fangguan")
    page.fill("#id_password", "fangguan")
    page.click("button.button")
    page.wait_for_selector("#panel-body .record[data-code=B1U0101] .rights")
    assert page.url == view
    assert page.query_selector("#signed-out") is None


def test_wherever_the_map_asks_a_lost_session_is_told_until_it_is_back(housing):
    page = housing.page
    page.evaluate("tujing.open('units/B1U0101')")
    page.wait_for_selector("[data-post]")
    for what in ASKING:
        lose_session(housing)
        page.evaluate(what)
        page.wait_for_selector("#signed-out a.signin")
        assert "登录已过期" in page.inner_text("#signed-out")
        assert "没有找到" not in page.inner_text("#panel-body")
        let_in(housing, User.objects.get(username="fangguan"))  # in another tab
        page.evaluate("tujing.open('units/B1U0201')")
        shows(housing, "B1U0201")
        page.wait_for_selector("[data-post]")
        assert page.query_selector("#signed-out") is None
