"""Corrections and drafts at the desk: the place on the map, words that outlive a session."""

import pytest
from django.conf import settings

from grid.models import Case
from spatial.casework.models import Amendment
from tests.browser.sessions import open_as
from tests.browser.test_desk import at_desk, centre
from tests.grid.people import new_case

__all__ = ["centre"]


@pytest.mark.long
def test_a_place_is_corrected_on_the_map_and_words_outlive_the_session(centre):
    visit, case = centre, new_case(description="路面有坑")
    page = visit.page
    at_desk(visit, "intake")
    page.click(f"li[data-code='{case.code}']")
    page.click("#drawer details.amend > summary")
    page.click("#drawer summary:has-text('位置'):not(:has-text('描述'))")
    page.wait_for_selector(".maplibregl-marker")
    form = page.locator("form[data-placing]")
    lon = form.locator("[name=lon]").input_value()
    page.wait_for_timeout(600)  # the map has come to rest
    page.mouse.click(440, 330)
    page.wait_for_function(
        f"document.querySelector('form[data-placing] [name=lon]').value !== '{lon}'"
    )
    form.locator("[name=reason]").fill("定位偏了")
    # The session ends, the page is left; after signing in again what was written is offered.
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    form.locator("button").click()
    page.wait_for_selector("form[data-placing] .remark.bad a[target=_blank]")
    open_as(visit, "intake", f"/grid/cases/{case.code}")
    page.click("[data-draft=restore]")
    form = page.locator("form[data-placing]")
    page.wait_for_selector("form[data-placing] [name=reason]")
    assert form.locator("[name=reason]").input_value() == "定位偏了"
    assert form.locator("[name=lon]").input_value() != lon
    form.locator("button").click()
    page.wait_for_selector("#drawer [role=status]:has-text('已办理')")
    assert "更正位置" in page.inner_text(".timeline")
    assert not page.locator("[data-draft]").count()
    assert Amendment.objects.get().reason == "定位偏了"
    # Somebody else at the same browser is offered nothing of it.
    at_desk(visit, "intake")
    page.click(f"li[data-code='{case.code}']")
    page.click("#drawer summary:has-text('备注')")
    page.fill("details.offer[open] [name=note]", "写了一半")
    open_as(visit, "chief", f"/grid/cases/{case.code}")
    assert not page.locator("[data-draft]").count()
    open_as(visit, "intake", f"/grid/cases/{case.code}")
    page.click("[data-draft=discard]")
    page.reload()
    assert not page.locator("[data-draft]").count()
    assert Case.objects.current().get(code=case.code).description == "路面有坑"
