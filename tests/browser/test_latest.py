"""What is on the screen answers the last thing asked for, at the desk too, however late the old comes."""

import pytest

from tests.browser.test_desk import at_desk, centre  # noqa: F401
from tests.browser.test_map_latest import Held
from tests.grid.people import new_case

pytestmark = pytest.mark.long  # software draws the map: by night
ROWS = "[...document.querySelectorAll('#list li[data-code]')].map(row => row.dataset.code)"
OPENED = "document.querySelector('#drawer article')?.dataset.code"


def test_the_desk_answers_the_last_filter_and_the_last_case(centre):  # noqa: F811
    """Two filters, two cases, a case and a new one: the first answer comes last."""
    visit, page = centre, centre.page
    pit = new_case(description="路面有坑")
    bin_ = new_case(description="垃圾箱满溢")
    at_desk(visit, "intake")
    page.wait_for_function(f"({ROWS}).length === 2")

    held = Held(page, "**/grid/list?*")
    page.fill("#sift [name=q]", "路面")
    held.wait("q=%E8%B7%AF%E9%9D%A2")
    page.fill("#sift [name=q]", "垃圾")
    page.keyboard.press("Enter")  # at once: Enter asks what stands in the field
    held.let_go("q=%E5%9E%83%E5%9C%BE")
    page.wait_for_function(f"({ROWS}).join() === '{bin_.code}'")
    held.end()
    assert page.evaluate(ROWS) == [bin_.code]

    page.fill("#sift [name=q]", "")
    page.wait_for_function(f"({ROWS}).length === 2")
    held = Held(page, "**/grid/cases/*")
    page.click(f"li[data-code='{pit.code}']")
    held.wait(pit.code)
    page.click(f"li[data-code='{bin_.code}']")
    held.let_go(bin_.code)
    page.wait_for_function(f"{OPENED} === '{bin_.code}'")
    held.end()
    assert page.evaluate(OPENED) == bin_.code

    held = Held(page, "**/grid/new")
    page.click("#register")
    held.wait("/grid/new")
    page.click(f"li[data-code='{pit.code}']")
    page.wait_for_function(f"{OPENED} === '{pit.code}'")
    held.end()
    assert page.evaluate(OPENED) == pit.code, "the form came late, over another case"


def test_an_answer_to_a_case_left_behind_is_not_put_over_another(centre):  # noqa: F811
    """A step is sent, another case is opened, the answer comes: it takes nothing from the screen."""
    visit, page = centre, centre.page
    pit, other = new_case(description="路面有坑"), new_case(description="垃圾箱满溢")
    at_desk(visit, "intake")
    page.click(f"li[data-code='{pit.code}']")
    page.wait_for_selector("#drawer details.offer summary")
    page.click("#drawer details.offer >> nth=0")
    form = page.locator("details.offer[open] form")
    for field in form.locator("textarea").all():
        field.fill("请办理")
    held = Held(page, f"**/grid/cases/{pit.code}/*")
    form.locator("button").last.click()
    page.wait_for_function("document.querySelector('form[aria-busy]')")
    page.click(f"li[data-code='{other.code}']")
    page.wait_for_function(f"{OPENED} === '{other.code}'")
    held.end()
    assert page.evaluate(OPENED) == other.code
