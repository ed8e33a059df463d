"""What a review of the map found, replayed: measured shapes, keys alone, paper, hazards, a phone."""

import re
from datetime import UTC, datetime

import pytest

from spatial.housing.roles import HousingRole
from tests.browser.sessions import let_in
from tests.browser.test_map import click_on, near
from tests.browser.test_map_address import lose_session
from tests.town import make_user

pytestmark = pytest.mark.long  # software draws the map: by night

NOTICE = "document.getElementById('notice').textContent"


def test_what_was_measured_is_in_the_link_and_back_takes_it_away(visit):
    page = visit.page
    visit.open("/" + near())
    before = page.evaluate("history.length")
    page.click("#tool-area")
    for place in ((0, 0), (0, 60), (60, 60)):
        click_on(visit, *place)
    page.keyboard.press("Enter")
    page.wait_for_function(f"/公顷/.test({NOTICE})")
    told, link = page.evaluate(NOTICE), page.url
    assert "m=area:" in link
    assert page.evaluate("history.length") == before + 1
    page.goto("about:blank")
    page.goto(link)
    visit.settle()
    page.wait_for_function(f"/公顷/.test({NOTICE})")
    assert page.evaluate(NOTICE) == told, "the same figures at the other end"
    page.keyboard.press("Escape")
    page.wait_for_function("!location.hash.includes('m=')")
    page.evaluate("hash => { location.hash = hash; }", link.split("#")[1])
    page.wait_for_function(f"/公顷/.test({NOTICE})")


def test_a_distance_is_measured_by_keys_alone(visit):
    page = visit.page
    visit.open("/" + near())
    tabs = 0
    page.focus("#q")
    while page.evaluate("document.activeElement.id") != "tool-length":
        page.keyboard.press("Tab")
        tabs += 1
        assert tabs < 12, "the tools come after every layer"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.classList.contains('maplibregl-canvas')")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_function(f"/长度/.test({NOTICE})")
    assert re.search(r"长度 [1-9]", page.evaluate(NOTICE))


def test_paper_shows_the_map_and_what_belongs_to_it(visit):
    page = visit.page
    visit.open("/" + near() + "&at=2020-07-09&sel=parcels/P3")
    page.wait_for_selector("#panel-body .record")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    metres = page.evaluate(
        "(() => { const box = tujing.map.getContainer(), y = box.clientHeight / 2;"
        " return tujing.map.unproject([0, y]).distanceTo(tujing.map.unproject([box.clientWidth, y])); })()"
    )
    page.emulate_media(media="print")
    for unseen in ("#panel", ".tools", ".time", "header.bar", "#map", ".past"):
        assert page.is_hidden(unseen), unseen
    assert "2020年7月9日" in page.inner_text("#print-day")
    assert re.fullmatch(r"[125]0* (米|公里)", page.inner_text("#print-scale"))
    picture = page.evaluate(
        "(() => { const image = document.getElementById('print-map'), paper = document.createElement('canvas');"
        " [paper.width, paper.height] = [image.naturalWidth, image.naturalHeight];"
        " const pen = paper.getContext('2d'); pen.drawImage(image, 0, 0);"
        " const { data } = pen.getImageData(0, 0, paper.width, paper.height);"
        " const colours = new Set(); for (let i = 0; i < data.length; i += 400) colours.add(data.slice(i, i + 3).join());"
        " return [paper.width, colours.size]; })()"
    )
    assert picture[0] >= 2000, "twice as sharp as the screen"
    assert picture[1] > 5, "a picture, not a blank"
    legend = page.inner_text("#layers-list")
    assert "建筑" in legend
    assert page.is_visible(".foot .credit")
    # The bar is as long on paper as its metres are on the ground.
    text = page.inner_text("#print-scale")
    told = float(text.split()[0]) * (1000 if "公里" in text else 1)
    share = page.evaluate(
        "document.getElementById('print-scale').offsetWidth / document.getElementById('print-map').offsetWidth"
    )
    assert share * metres == pytest.approx(told, rel=0.01)


def test_hazards_open_on_the_county_and_a_past_warning_beside_the_panel(visit):
    page = visit.page
    page.set_viewport_size({"width": 1400, "height": 900})
    visit.open("/hazards")
    page.wait_for_selector("#panel-body .warnings")
    visit.settle()
    inside = (
        "box => { const panel = document.getElementById('panel').getBoundingClientRect(), bar = 54;"
        " const [left, top] = Object.values(tujing.map.project([box[0], box[3]])),"
        "       [right, bottom] = Object.values(tujing.map.project([box[2], box[1]]));"
        " return left >= 0 && top >= 0 && right <= panel.left && bottom <= tujing.map.getContainer().clientHeight; }"
    )
    bounds = page.evaluate("JSON.parse(document.getElementById('config').textContent).bounds")
    assert page.evaluate(inside, bounds), "the whole county, beside the panel"
    link = page.locator("#panel-body [data-bounds]").first
    warned = [float(degrees) for degrees in link.get_attribute("data-bounds").split(",")]
    link.click()
    page.wait_for_selector("#past:not([hidden])")
    page.wait_for_function(f"({inside})({warned}) && !tujing.map.isMoving()")
    assert page.evaluate("tujing.map.getZoom()") > 10


def test_a_phone_says_at_once_whether_a_warning_stands(visit):
    page = visit.page
    page.set_viewport_size({"width": 390, "height": 800})
    visit.open("/hazards")
    page.wait_for_selector("#panel-body .warnings")
    assert "生效的预警" in page.inner_text("#panel-body h2")
    box = page.locator("#panel").bounding_box()
    assert box["height"] < 140, "its head, not over the map"
    page.click("#panel-body h2")
    page.wait_for_function("document.getElementById('panel').offsetHeight > 300")
    page.click("#panel-close")
    page.click(".more > summary")
    page.click(".more form.lang button")
    page.wait_for_selector("html[lang=en]")


def test_a_tap_on_a_phone_leaves_nothing_below_the_bar_of_days(visit):
    page = visit.page
    page.set_viewport_size({"width": 390, "height": 800})
    visit.open("/" + near())
    page.mouse.click(195, 420)
    page.wait_for_timeout(300)
    for part in (".time", ".foot", "#panel"):
        if page.is_visible(part):
            box = page.locator(part).bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
    if page.is_visible(".foot") and page.is_visible(".time"):
        foot, bar = (page.locator(part).bounding_box() for part in (".foot", ".time"))
        assert foot["y"] >= bar["y"] + bar["height"]
    buttons = page.locator(".tools button:visible")
    assert all(buttons.nth(n).bounding_box()["height"] >= 44 for n in range(buttons.count()))


def test_a_form_of_any_page_is_kept_where_the_session_has_ended(visit):
    """Preferences, signed out meanwhile: told over the page, what was chosen stays, and is sent after."""
    page = visit.page
    user = make_user("fangguan", HousingRole.HOUSING)
    let_in(visit, user)
    page.goto(visit.base + "/notices/preferences")
    field = page.locator("main form [name=language]")
    field.select_option("en")
    lose_session(visit)
    page.locator("main form button").last.click()
    page.wait_for_selector("#signed-out a.signin")
    assert "登录已过期" in page.inner_text("#signed-out")
    assert field.input_value() == "en"
    assert page.url.endswith("/notices/preferences")
    let_in(visit, user)  # in another tab
    with page.expect_navigation():
        page.locator("main form button").last.click()
    assert page.query_selector("#signed-out") is None
    assert field.input_value() == "en"


def test_moments_are_the_citys_at_the_desk_too(visit):
    """The clock of every page, in a browser on the other side of the world."""
    cdp = visit.page.context.new_cdp_session(visit.page)
    cdp.send("Emulation.setTimezoneOverride", {"timezoneId": "America/New_York"})
    visit.page.goto(visit.base + "/report/")
    told = visit.page.evaluate(
        "async moment => (await import(new URL('base/moments.js', document.querySelector("
        "'link[href*=\"base/tokens\"]').href.replace(/base\\/[^/]*$/, '')))).clockTime(moment, 'zh-CN')",
        datetime(2024, 6, 22, 20, tzinfo=UTC).isoformat(),
    )
    assert told == "06/23 04:00"
