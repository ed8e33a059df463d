"""What was asked last is what is shown: slow answers neither open nor overwrite anything."""

from contextlib import suppress
from urllib.parse import quote

import pytest
from playwright.sync_api import Error

from tests.browser.test_map import click_on, near

FIELD = "#q"
HOUSE = quote("示范楼")
OPENED = "() => document.querySelector('#panel-body .record')?.dataset.code"


class Held:
    """Requests of a path that wait until they are let go, each by what its address holds."""

    def __init__(self, visit, pattern):
        self.kept = []
        visit.page.route(pattern, lambda route: self.kept.append(route))

    def wait(self, page, part, within_ms=20_000):
        """The request whose address holds this, once it was made."""
        for _ in range(within_ms // 50):
            for route in self.kept:
                if part in route.request.url:
                    return route
            page.wait_for_timeout(50)
        raise AssertionError(f"{part} was never asked for")

    def let_go(self, page, part):
        route = self.wait(page, part)
        self.kept.remove(route)
        route.continue_()


@pytest.fixture
def opened(visit):
    """The general entrance near the town."""
    visit.open("/" + near())
    visit.page.wait_for_selector("#panel-body h1")
    return visit


def enter(page):
    page.keyboard.press("Enter")


def test_enter_answers_the_text_in_the_field_not_an_old_list(opened):
    page = opened.page
    page.fill(FIELD, "后山")
    page.wait_for_selector("#found [data-open='hazard-sites/H1']")
    held = Held(opened, "**/search?*")
    page.fill(FIELD, "示范楼")
    enter(page)
    assert "正在搜索" in page.inner_text("#found")
    assert page.query_selector("#found [data-open]") is None
    assert "sel=" not in page.url
    held.let_go(page, HOUSE)
    page.wait_for_function(f"({OPENED})() === 'B1'")
    assert "sel=buildings" in page.url
    assert "H1" not in page.url


def test_enter_asks_also_where_the_list_said_that_there_is_nothing(opened):
    page = opened.page
    page.fill(FIELD, "没有这种东西")
    page.wait_for_selector("#found .empty")
    page.fill(FIELD, "示范楼")
    enter(page)
    page.wait_for_function(f"({OPENED})() === 'B1'")


def test_a_late_answer_to_an_older_text_replaces_nothing(opened):
    page = opened.page
    held = Held(opened, "**/search?*")
    page.fill(FIELD, "后山")
    old = held.wait(page, "%E5%90%8E")
    page.fill(FIELD, "示范楼")
    held.let_go(page, HOUSE)
    page.wait_for_selector("#found [data-open='buildings/B1']")
    with suppress(Error):  # given up by the page
        old.continue_()
    page.wait_for_timeout(400)
    assert page.query_selector("#found [data-open='hazard-sites/H1']") is None


def test_of_several_none_is_opened_unseen(opened):
    page = opened.page
    page.fill(FIELD, "示范")
    enter(page)
    page.wait_for_selector("#found [aria-selected=true]")
    several = page.locator("#found [data-open]").count()
    assert several > 1
    assert "sel=" not in page.url
    first = page.get_attribute("#found [aria-selected=true]", "data-open")
    enter(page)
    page.wait_for_function(f"({OPENED})() === '{first.split('/')[1]}'")


def test_the_enter_that_ends_a_composition_opens_nothing(opened):
    page = opened.page
    page.fill(FIELD, "示范楼")
    page.wait_for_selector("#found [data-open='buildings/B1']")
    page.evaluate(
        """() => {
        const field = document.getElementById('q');
        const key = { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true, cancelable: true };
        field.dispatchEvent(new CompositionEvent('compositionstart'));
        const event = new KeyboardEvent('keydown', key);
        if (field.dispatchEvent(event)) throw new Error('the key was not held back');
        document.getElementById('search-form').requestSubmit();
        field.dispatchEvent(new CompositionEvent('compositionend'));
        }"""
    )
    page.wait_for_timeout(300)
    assert "sel=" not in page.url
    enter(page)
    page.wait_for_function(f"({OPENED})() === 'B1'")


def test_who_opens_something_else_meanwhile_is_not_called_back(opened):
    page = opened.page
    held = Held(opened, "**/search?*")
    page.fill(FIELD, "示范楼")
    enter(page)
    held.wait(page, HOUSE)
    page.evaluate("window.tujing.open('parcels/P3')")
    page.wait_for_function(f"({OPENED})() === 'P3'")
    held.let_go(page, HOUSE)
    page.wait_for_timeout(400)
    assert page.evaluate(OPENED) == "P3"
    assert "sel=parcels" in page.url


def test_of_two_records_the_one_clicked_last_is_shown(opened):
    page = opened.page
    held = Held(opened, "**/panel/**")
    page.evaluate("void window.tujing.open('parcels/P2')")
    old = held.wait(page, "P2")
    page.evaluate("void window.tujing.open('parcels/P3')")
    held.let_go(page, "P3")
    page.wait_for_function(f"({OPENED})() === 'P3'")
    with suppress(Error):  # given up by the page
        old.continue_()
    page.wait_for_timeout(400)
    assert page.evaluate(OPENED) == "P3"


def test_what_was_closed_does_not_come_back(opened):
    page = opened.page
    held = Held(opened, "**/panel/**")
    page.evaluate("void window.tujing.open('parcels/P2')")
    held.wait(page, "P2")
    page.keyboard.press("Escape")
    held.kept[0].abort()
    page.wait_for_timeout(300)
    assert not page.evaluate("document.body.classList.contains('open')")
    assert page.evaluate(OPENED) is None


def test_a_record_asked_for_meanwhile_is_not_covered_by_an_export(opened):
    page = opened.page
    held = Held(opened, "**/exports")
    page.click("#tool-export")
    held.wait(page, "/exports")
    page.evaluate("window.tujing.open('parcels/P3')")
    page.wait_for_function(f"({OPENED})() === 'P3'")
    held.kept[0].fulfill(status=202, body="<div class='export'>late</div>")
    page.wait_for_timeout(300)
    assert page.evaluate(OPENED) == "P3"


def test_a_measurement_begun_anew_is_not_answered_with_the_old(opened):
    page = opened.page
    held = Held(opened, "**/measure")
    page.click("#tool-length")
    click_on(opened, 0, 0)
    click_on(opened, 0, 100)
    enter(page)
    held.wait(page, "/measure")
    page.click("#tool-area")
    for at in ((0, 0), (0, 100), (100, 100)):
        click_on(opened, *at)
    old = held.kept.pop(0)
    old.fulfill(json={"length_m": 1, "ellipsoidal_length_m": 1})
    page.wait_for_timeout(300)
    assert "长度" not in page.inner_text("#notice")
    enter(page)
    held.let_go(page, "/measure")
    page.wait_for_function("/公顷/.test(document.getElementById('notice').textContent)")


def test_two_days_in_a_row_end_at_the_last(opened):
    page = opened.page
    page.evaluate("window.tujing.open('parcels/P2')")
    page.wait_for_function(f"({OPENED})() === 'P2'")
    held = Held(opened, "**/panel/**")
    page.evaluate("window.tujing.turnTo('2021-01-01')")
    old = held.wait(page, "at=2021-01-01")
    page.evaluate("window.tujing.turnTo('2022-01-01')")
    held.let_go(page, "at=2022-01-01")
    page.wait_for_timeout(200)
    with suppress(Error):  # given up by the page
        old.fulfill(body="<p id='late'>late</p>")
    page.wait_for_timeout(300)
    assert page.query_selector("#late") is None
