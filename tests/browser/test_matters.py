"""Forms of matters in the browser: nothing that was written is lost."""

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from spatial.casework.models import Matter, MatterStep
from tests.browser.sessions import let_in, open_as
from tests.browser.waiting import until
from tests.webmap.matters.permits import LIST, make_known, make_people

pytestmark = pytest.mark.long


def test_what_was_written_outlives_the_session(visit, monkeypatch):
    make_known(monkeypatch)
    make_people()
    page = visit.page
    open_as(visit, "zhang", f"{LIST}new")
    page.fill("#id_title", "建房")
    page.fill("#id_area", "120")
    page.click("button.button:has-text('申请')")
    page.wait_for_url("**/XK*")
    code = Matter.objects.get().code
    open_as(visit, "wang", f"{LIST}{code}")
    page.click("summary:has-text('审查通过')")
    page.fill("#examine-note", "材料齐全")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.click("button:has-text('确定审查通过')")
    until(page, lambda: "登录已过期" in page.inner_text("[role=alert]"))
    assert page.input_value("#examine-note") == "材料齐全"
    assert MatterStep.objects.count() == 1
    let_in(visit, User.objects.get(username="wang"))
    page.click("button:has-text('确定审查通过')")
    until(page, lambda: "待决定" in page.inner_text("h1"))
    assert MatterStep.objects.last().text == "材料齐全"


def test_what_was_written_is_offered_back_when_the_page_is_opened_again(visit, monkeypatch):
    make_known(monkeypatch)
    make_people()
    page = visit.page
    open_as(visit, "zhang", f"{LIST}new")
    page.fill("#id_title", "建房")
    page.goto(f"{visit.base}/notices/")
    open_as(visit, "li", f"{LIST}new")
    assert not page.locator("[data-draft]").count()  # another's
    open_as(visit, "zhang", f"{LIST}new")
    page.click("[data-draft=restore]")
    assert page.input_value("#id_title") == "建房"
    page.fill("#id_area", "120")
    page.click("button.button:has-text('申请')")
    page.wait_for_url("**/XK*")
    code = Matter.objects.get().code
    open_as(visit, "wang", f"{LIST}{code}")
    page.click("summary:has-text('审查通过')")
    page.fill("#examine-note", "材料齐全")
    page.reload()
    page.click("[data-draft=restore]")
    assert page.input_value("#examine-note") == "材料齐全"
    page.click("button:has-text('确定审查通过')")
    until(page, lambda: "待决定" in page.inner_text("h1"))
    page.reload()
    assert not page.locator("[data-draft]").count()
    open_as(visit, "zhang", f"{LIST}new")
    assert not page.locator("[data-draft]").count()
