"""Pages under the content policy: nothing is refused, nothing is complained of.

Every test of this folder fails where the policy refuses something (see ``visit``); here are
the pages that no other opens.
"""

import pytest
from django.contrib.auth.models import User

from importers.runs.run import start
from tests.browser.sessions import let_in
from tests.browser.test_map import near
from tests.browser.waiting import until
from tests.grid.people import make_ground, new_case
from tests.importers.files import gpkg, plots

pytestmark = pytest.mark.long  # software draws the map: by night

PAGES = (  # those that no other test here opens
    "/accounts/password/", "/grid/cells/", "/grid/evaluation/", "/sharing/steward",
    "/admin/", "/admin/parcels/parcel/", "/admin/auth/user/add/",
    "/ogc/?f=html", "/ogc/collections/parcels?f=html", "/ogc/collections/parcels/items?f=html",
)  # fmt: skip


@pytest.fixture
def everything(visit, settings, tmp_path):
    """The town with a case and a delivery under review, seen by an administrator."""
    settings.VAR, settings.CASE_FILES = tmp_path / "var", tmp_path / "cases"
    make_ground()
    case = new_case()
    run = start([gpkg(tmp_path, plots(3))], "parcels").run
    let_in(visit, User.objects.create_superuser("root", password="geheim-12"))
    visit.page.on("console", lambda said: said.type == "error" and visit.faults.append(said.text))
    return visit, (f"/imports/{run.pk}", f"/grid/cases/{case.code}")


def test_no_page_is_refused_anything(everything):
    visit, made = everything
    for path in (*PAGES, *made):
        answer = visit.page.goto(visit.base + path, wait_until="load")
        assert answer.status == 200, path
        assert "script-src 'self';" in answer.headers["content-security-policy"], path
        assert visit.faults == [], path
    visit.open("/housing" + near() + "&sel=buildings/B1")
    visit.page.wait_for_selector(".unit-table .unit")
    assert visit.faults == []


def test_a_page_of_faults_has_its_style_and_a_program_in_the_html_is_refused(visit):
    visit.page.goto(visit.base + "/nothing-here")
    ground = "getComputedStyle(document.body).display"
    assert visit.page.evaluate(ground) == "grid"
    visit.page.evaluate(
        'document.body.innerHTML = \'<img src="data:," onerror="window.ran = true">\''
    )
    until(visit.page, lambda: visit.faults)
    assert not visit.page.evaluate("window.ran")
    assert visit.faults.pop()
    visit.faults.clear()
