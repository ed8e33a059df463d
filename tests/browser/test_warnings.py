"""A warning walked in the browser: drafted, examined, signed on a phone, issued, read by anybody."""

import pytest

from spatial.casework.models import Matter
from spatial.hazard_warnings.models import WarningMessage
from tests.browser.sessions import open_as
from tests.browser.waiting import until
from tests.spatial.hazard_warnings.warnings import WEST, towns

pytestmark = pytest.mark.long


def test_a_warning_goes_from_the_desk_to_the_public(visit):
    towns()
    page = visit.page
    open_as(visit, "duty", "/hazards/warnings/new")
    page.select_option(f"[name=town_{WEST}]", "II")
    page.select_option("[name=partner]", "agreed")
    page.click("button:has-text('存为拟稿')")
    page.wait_for_url("**/matters/geo-warning/YJ*")
    path = f"/matters/geo-warning/{Matter.objects.current().get().code}"

    def take(name, title, state):
        open_as(visit, name, path)
        page.click(f"summary:text-is('{title}')")
        page.click(f"button:has-text('确定{title}')")
        until(page, lambda: state in page.inner_text("h1"))

    take("duty", "送审", "待审核")
    take("examiner", "审核通过", "待签发")
    open_as(visit, "duty", path)
    assert not page.locator("summary:text-is('签发')").count()
    page.set_viewport_size({"width": 390, "height": 800})
    take("leader", "签发", "已签发待发布")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    take("duty", "发布", "已发布")
    message = WarningMessage.objects.get()
    page.context.clear_cookies()
    page.goto(f"{visit.base}/warning/")
    page.click(".bulletin h2 a")
    page.wait_for_url(f"**/warning/{message.identifier}")
    assert "橙色预警" in page.inner_text("h1")
    assert page.locator("svg.warned .areas path").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
