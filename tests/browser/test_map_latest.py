"""What was asked last is what is shown: slow answers neither open nor overwrite anything."""

from contextlib import suppress
from urllib.parse import quote

import pytest
from playwright.sync_api import Error

from tests.browser.test_map import click_on, near
from tests.browser.waiting import until

pytestmark = pytest.mark.long  # software draws the map: by night

FIELD = "#q"
HOUSE, HILL = quote("示范楼"), quote("后山")
OPENED = "() => document.querySelector('#panel-body .record')?.dataset.code"
COMPOSED = """() => {
  const field = document.getElementById('q');
  const key = { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true, cancelable: true };
  field.dispatchEvent(new CompositionEvent('compositionstart'));
  const passed = field.dispatchEvent(new KeyboardEvent('keydown', key));
  document.getElementById('search-form').requestSubmit();
  field.dispatchEvent(new CompositionEvent('compositionend'));
  return passed;
}"""


class Held:
    """Requests of a path that wait until they are let go, each known by a part of its address."""

    def __init__(self, page, pattern):
        self.page, self.pattern, self.kept = page, pattern, []
        page.route(pattern, self._keep)

    def _keep(self, route):
        self.kept.append(route)

    def wait(self, part):
        """The request whose address holds this, once it was made."""
        until(self.page, lambda: self._of(part))
        return self._of(part)

    def _of(self, part):
        return next((route for route in self.kept if part in route.request.url), None)

    def let_go(self, part):
        route = self.wait(part)
        self.kept.remove(route)
        route.continue_()

    def end(self):
        """Let everything go that is still wanted, late as it is."""
        for route in self.kept:
            with suppress(Error):  # given up by the page
                route.continue_()
        self.page.unroute(self.pattern, self._keep)
        self.page.wait_for_timeout(250)


def shows(page, code):
    page.wait_for_function(f"({OPENED})() === '{code}'")


def close(page):
    page.evaluate("tujing.closePanel()")
    page.evaluate("document.querySelector('#panel-body').replaceChildren()")


def test_enter_answers_the_text_in_the_field(visit):
    """A slow server, an old list, an empty list, several hits, an input method."""
    page = visit.page
    visit.open("/" + near())
    page.wait_for_selector("#panel-body h1")

    page.fill(FIELD, "后山")
    page.wait_for_selector("#found [data-open='hazard-sites/H1']")
    page.keyboard.press("ArrowDown")
    held = Held(page, "**/search?*")
    page.fill(FIELD, "示范楼")
    page.keyboard.press("Enter")
    assert "正在搜索" in page.inner_text("#found")
    assert page.query_selector("#found [data-open]") is None
    held.wait(HOUSE)
    assert "sel=" not in page.url
    held.let_go(HOUSE)
    shows(page, "B1")
    held.end()
    assert "H1" not in page.url

    close(page)
    page.fill(FIELD, "没有这种东西")
    page.wait_for_selector("#found .empty:not([role=status])")
    page.fill(FIELD, "示范楼")
    page.keyboard.press("Enter")
    shows(page, "B1")

    close(page)
    held = Held(page, "**/search?*")
    page.fill(FIELD, "后山")
    held.wait(HILL)
    page.fill(FIELD, "示范")
    held.let_go(quote("示范"))
    page.wait_for_selector("#found [data-open='buildings/B1']")
    held.end()
    assert page.query_selector("#found [data-open='hazard-sites/H1']") is None
    page.keyboard.press("Enter")  # of several none is opened unseen
    chosen = page.get_attribute("#found [aria-selected=true]", "data-open")
    assert "sel=" not in page.url
    page.keyboard.press("Enter")
    shows(page, chosen.split("/")[1])

    close(page)
    page.fill(FIELD, "示范楼")
    page.wait_for_selector("#found [data-open='buildings/B1']")
    assert not page.evaluate(COMPOSED), "the key was the input method's"
    page.wait_for_timeout(200)
    assert "sel=" not in page.url
    page.keyboard.press("Enter")
    shows(page, "B1")

    close(page)
    held = Held(page, "**/search?*")
    page.fill(FIELD, "后山")
    page.keyboard.press("Enter")
    held.wait(HILL)
    page.evaluate("tujing.open('parcels/P3')")  # who has moved on is not called back
    shows(page, "P3")
    held.end()
    assert page.evaluate(OPENED) == "P3"
    assert "sel=parcels" in page.url

    page.route("**/search?*", lambda route: route.fulfill(status=502, body="<h1>boom</h1>"))
    page.fill(FIELD, "人民路")
    page.wait_for_selector("#found .empty[role=status]")  # a proxy's page is no list
    assert "boom" not in page.inner_text("#found")


def test_the_panel_shows_what_was_asked_for_last(visit):
    """Two records, a record closed, an export, two days, two measurements: the old come late."""
    page = visit.page
    visit.open("/" + near())
    held = Held(page, "**/panel/**")
    page.evaluate("void tujing.open('parcels/P2')")
    held.wait("P2")
    page.evaluate("void tujing.open('parcels/P3')")
    held.let_go("P3")
    shows(page, "P3")
    held.end()
    assert page.evaluate(OPENED) == "P3"

    close(page)
    held = Held(page, "**/panel/**")
    page.evaluate("void tujing.open('parcels/P2')")
    held.wait("P2")
    page.keyboard.press("Escape")
    held.end()
    assert not page.evaluate("document.body.classList.contains('open')")
    assert page.evaluate(OPENED) is None

    held = Held(page, "**/exports")
    page.click("#tool-export")
    late = held.wait("/exports")
    page.evaluate("tujing.open('parcels/P3')")
    shows(page, "P3")
    with suppress(Error):
        late.fulfill(status=202, body="<div class='export'>late</div>")
    held.end()
    assert page.evaluate(OPENED) == "P3"

    held = Held(page, "**/panel/**")
    page.evaluate("tujing.turnTo('2021-01-01')")
    late = held.wait("at=2021-01-01")
    page.evaluate("tujing.turnTo('2022-01-01')")
    held.let_go("at=2022-01-01")
    with suppress(Error):
        late.fulfill(body="<p id='late'>late</p>")
    held.end()
    assert page.query_selector("#late") is None
    page.click("#past-now")

    held = Held(page, "**/measure")
    page.click("#tool-length")
    click_on(visit, 0, 0)
    click_on(visit, 0, 100)
    page.keyboard.press("Enter")
    late = held.wait("/measure")
    page.click("#tool-area")
    for place in ((0, 0), (0, 60), (60, 60)):
        click_on(visit, *place)
    with suppress(Error):
        late.fulfill(json={"length_m": 1, "ellipsoidal_length_m": 1})
    page.wait_for_timeout(250)
    assert "长度" not in page.inner_text("#notice")
    page.keyboard.press("Enter")
    held.kept.remove(late)
    held.let_go("/measure")
    page.wait_for_function("/公顷/.test(document.getElementById('notice').textContent)")
