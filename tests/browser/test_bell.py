"""The bell: how much is unread, heard once at a desk, mute when told so."""

import pytest
from django.utils import timezone

from grid.roles import GridRole
from spatial.outbox.actions import order_notice
from spatial.outbox.topics import declare_topic
from tests.browser.sessions import let_in
from tests.browser.waiting import until
from tests.town import make_user
from webmap.accounts.deputies import DEPUTIES

pytestmark = pytest.mark.slow(reason="opens pages in a browser")
RANG = "document.documentElement.dataset.rang"


def order(urgent: bool) -> None:
    values = {"principal": "王", "since": "2026-01-01 08:00", "only_absent": False}
    order_notice(
        topic=DEPUTIES.id,
        about=("deputy", "1"),
        recipients=["diao"],
        template="deputy_named",
        values=values,
        urgent=urgent,
        at=timezone.now(),
    )


def test_the_bell_counts_and_rings_once_at_a_desk(visit):
    declare_topic(DEPUTIES)
    let_in(visit, make_user("diao", GridRole.DISPATCHER))
    page = visit.page
    page.goto(visit.base + "/notices/")  # rings as the desk does
    shown = page.locator(".bell b")
    order(urgent=False)
    wake(page)
    until(page, lambda: shown.inner_text() == "1")
    assert page.evaluate(RANG) is None
    order(urgent=True)
    wake(page)
    until(page, lambda: shown.inner_text() == "2")
    assert page.evaluate(RANG) == "1"
    page.reload()
    until(page, lambda: shown.inner_text() == "2")
    assert page.evaluate(RANG) is None  # heard before
    page.locator(".bell-sound").click()
    order(urgent=True)
    wake(page)
    until(page, lambda: shown.inner_text() == "3")
    assert page.evaluate(RANG) is None
    page.goto(visit.base + "/notices/")
    with page.expect_navigation():  # sent when it is sure that somebody is still signed in
        page.locator("button[name=all]").click()
    assert not page.locator(".inbox .unread").count()
    until(page, lambda: not shown.is_visible())
    page.goto(visit.base + "/notices/preferences")
    page.locator("input[name='deputies.email']").check()
    with page.expect_navigation():
        page.locator("main form .button").click()
    assert page.locator("input[name='deputies.email']").is_checked()


def wake(page) -> None:
    """As the page does when it is looked at again."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
