"""A page that asks by itself says so once nobody is before it."""

import pytest

from grid.roles import GridRole
from tests.browser.sessions import let_in
from tests.browser.waiting import until
from tests.grid.people import make_ground
from tests.town import make_user

pytestmark = pytest.mark.long  # the rule itself lands: tests/webmap/web/test_idle.py


def test_the_desk_does_not_keep_the_session_of_somebody_who_left(visit):
    make_ground()
    let_in(visit, make_user("diao", GridRole.DISPATCHER))
    told: list[bool] = []
    visit.page.on(
        "request",
        lambda one: "/grid/list" in one.url and told.append("x-background" in one.headers),
    )
    visit.page.clock.install()
    visit.page.goto(visit.base + "/grid/")
    until(visit.page, lambda: told)
    assert told == [False]
    visit.page.clock.fast_forward(40_000)
    until(visit.page, lambda: len(told) > 1)
    assert told[-1]
    visit.page.keyboard.press("Shift")
    visit.page.clock.fast_forward(6_000)
    until(visit.page, lambda: len(told) > 2)
    assert not told[-1]
