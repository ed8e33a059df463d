"""A bad delivery in the browser: from upload to partial acceptance to undo."""

import re

import pytest
import shapely
from django.contrib.auth.models import Group, User

from importers.models import ImportRun
from layers.roles import Role
from spatial.parcels.models import Parcel
from tests.browser.sessions import open_as
from tests.importers.files import boxes, gpkg, plots, shapefile


@pytest.fixture
def at_once(settings, tmp_path):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.VAR = tmp_path / "var"


def bad_plots():
    """New plots away from the town: one without a code, one bow tie."""
    frame = plots(6)
    frame["geometry"] = shapely.transform(boxes(6), lambda xy: xy + [900, 900])
    frame.loc[2, "code"] = ""
    x, y = frame.geometry[3].bounds[:2]
    frame.loc[3, "geometry"] = shapely.Polygon([(x, y), (x + 9, y + 9), (x + 9, y), (x, y + 9)])
    return frame


def sign_in(visit):
    user = User.objects.create_user("steward")
    user.groups.add(Group.objects.get_or_create(name=Role.STEWARD.value)[0])
    open_as(visit, "steward", "/imports/new")


def test_from_upload_to_undo(visit, at_once, tmp_path):
    page = visit.page
    standing = Parcel.objects.current().count()
    sign_in(visit)
    page.set_input_files("#files", str(gpkg(tmp_path, bad_plots())))
    page.select_option("#layer", "parcels")
    page.wait_for_function("!document.getElementById('send').disabled")
    page.click("#send")
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    visit.settle()
    rows = page.locator("tr[data-issue]")
    assert "“编码”不能为空" in rows.nth(0).inner_text()
    rows.nth(1).click()
    page.wait_for_function("window.tujing.map.getZoom() > 18")
    assert rows.nth(1).get_attribute("aria-current") == "true"

    page.click("#tab-rows")
    page.wait_for_selector("tr[data-code=P4]")
    page.locator("tr[data-code=P1]").click()
    page.uncheck("input[data-row=P1]")
    page.wait_for_function("document.getElementById('accepted').textContent === '3'")
    page.fill(".decide input[name=why]", "网页验收")
    session = [one for one in page.context.cookies() if one["name"] == "sessionid"]
    page.context.clear_cookies(name="sessionid")
    page.click("#commit")  # the session has ended: nothing is sent, nothing typed is lost
    page.wait_for_selector("#signed-out a.signin[target=_blank]")
    assert page.input_value(".decide input[name=why]") == "网页验收"
    assert ImportRun.objects.get().state == "dry"
    page.context.add_cookies(session)
    page.click("#commit")
    page.wait_for_selector("#undo")
    run = ImportRun.objects.get()
    assert (run.state, run.change.why) == ("committed", "网页验收")
    assert Parcel.objects.current().count() == standing + 3
    assert not Parcel.objects.filter(code="P1", geom__isnull=False, opened_by=run.change).exists()

    page.click("#undo")
    page.wait_for_selector("i.state.undone")
    assert Parcel.objects.current().count() == standing


def test_a_broken_upload_goes_on(visit, at_once, tmp_path):
    page = visit.page
    sign_in(visit)
    seen = []

    def once(route):
        seen.append(route.request.url)
        if len(seen) == 1:
            route.abort()
        else:
            route.continue_()

    page.route(
        "**/imports/uploads/*", lambda r: once(r) if r.request.method == "PATCH" else r.continue_()
    )
    page.set_input_files("#files", str(gpkg(tmp_path, bad_plots())))
    page.wait_for_selector("text=已传完")
    assert len(seen) == 2


@pytest.mark.long
def test_several_files_are_sent_when_all_are_here(visit, at_once, tmp_path):
    page = visit.page
    sign_in(visit)
    made = shapefile(tmp_path, bad_plots(), encoding="gbk")
    page.select_option("#layer", "parcels")
    page.set_input_files("#files", sorted(map(str, made.parent.glob(f"{made.stem}.*"))))
    page.click("#send")  # waits until it can be pressed
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    visit.settle()
    assert ImportRun.objects.get().counts["added"] == 4
