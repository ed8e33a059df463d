"""What waits for somebody, in the panel and as a page of its own (a new tab, no program)."""

from spatial.housing.roles import HousingRole
from tests.town import make_user


def test_tasks_are_a_fragment_for_the_panel_and_else_a_page(client, db):
    client.force_login(make_user("fangguan", HousingRole.HOUSING))
    fragment = client.get("/tasks", headers={"X-Requested-With": "fragment"}).text
    assert fragment.startswith("<article")
    page = client.get("/tasks").text
    assert page.startswith("<!doctype")
    assert fragment.strip().splitlines()[0] in page
