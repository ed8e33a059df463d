"""The header holds what somebody with many roles may open, in a narrow window too."""

import pytest
from django.contrib.auth.models import Group

from grid.roles import GridRole
from layers.roles import Role
from spatial.pipes.roles import PipeRole
from tests.browser.sessions import let_in
from tests.town import make_user

pytestmark = pytest.mark.slow(reason="opens pages in a browser")
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OUTSIDE = """() => [...document.querySelectorAll('header.bar > *, header.bar .who > *')]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.outerHTML.slice(0, 80))"""


def test_nothing_is_outside_the_window_for_somebody_of_several_professions(visit):
    user = make_user("全能的办事员", GridRole.DISPATCHER)
    roles = (GridRole.CHIEF, GridRole.INSPECTOR, Role.STEWARD, Role.AUDITOR, PipeRole.PIPES)
    user.groups.add(*(Group.objects.get_or_create(name=role.value)[0] for role in roles))
    user.is_staff = True
    user.save()
    let_in(visit, user)
    page = visit.page  # 1000 pixels wide
    for path in ("/sharing/mine", "/grid/", "/matters/data-application/", "/"):
        page.goto(visit.base + path)
        assert page.evaluate(WIDER) <= 0, path
        assert page.evaluate(OUTSIDE) == [], path
    hidden = "(() => { const tabs = document.querySelector('.tabs'); return tabs.scrollWidth - tabs.clientWidth; })()"
    assert page.evaluate(hidden) <= 0
    ways = page.locator("header .ways")
    assert not ways.locator("nav").is_visible()
    ways.locator("summary").click()
    desk = ways.locator('a[href="/grid/"]')
    assert desk.bounding_box()["x"] + desk.bounding_box()["width"] <= 1000
    page.set_viewport_size({"width": 390, "height": 700})  # one menu holds everything there
    page.locator("header .more summary").click()
    desk = page.locator('header .more a[href="/grid/"]')
    assert desk.bounding_box()["x"] >= 0
    assert desk.bounding_box()["x"] + desk.bounding_box()["width"] <= 390
    assert page.evaluate(WIDER) <= 0
    desk.click()
    page.wait_for_url("**/grid/")
