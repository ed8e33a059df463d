"""The inspector's phone in Chromium: with no signal, killed, signed out, and nothing lost."""

import io

import pytest
from PIL import Image

from grid.actions import act, report
from grid.actors import anybody
from grid.models import Case, CasePhoto, CaseStep, Patrol
from grid.photos import folder_of
from grid.roles import GridRole
from spatial.city import city
from spatial.crs import transformer
from tests.factories import centre
from tests.grid.people import COMMUNITY, INTAKE, make_ground, told
from tests.webmap.grid.conftest import make_staff

READY = "document.documentElement.dataset.ready === 'yes'"
CONTROLLED = "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"


def degrees(dx: float, dy: float) -> dict[str, float]:
    x, y = (round(v) for v in centre())
    lon, lat = transformer(city().projected, 4326).transform(x + dx, y + dy)
    return {"longitude": lon, "latitude": lat}


def shot(colour) -> dict:
    """A large photo, as a camera gives it."""
    out = io.BytesIO()
    Image.new("RGB", (3000, 2000), colour).save(out, "JPEG")
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture
def phone(visit, settings, tmp_path):
    """A phone of 360 px on the ground of the inspector, who has an account."""
    settings.CASE_FILES = tmp_path / "cases"
    make_ground()
    user = make_staff("inspector", GridRole.INSPECTOR, districts=(COMMUNITY[:9],))
    user.set_password("geheim-12")
    user.save()
    context = visit.page.context
    context.grant_permissions(["geolocation"], origin=visit.base)
    context.set_geolocation({**degrees(5, 5), "accuracy": 6})
    visit.page.set_viewport_size({"width": 360, "height": 740})
    return visit


def sign_in(visit, page=None):
    page = page or visit.page
    page.goto(f"{visit.base}/accounts/login/?next=/inspector/")
    page.fill("#id_username", "inspector")
    page.fill("#id_password", "geheim-12")
    page.click("button.button")
    page.wait_for_url("**/inspector/")
    page.wait_for_function(READY)


def until(page, holds, tries: int = 60) -> None:
    """Wait until the server knows."""
    for _ in range(tries):
        if holds():
            return
        page.wait_for_timeout(250)
    raise AssertionError("it never came")


def take(page, photo, search, choose, words):
    """Fill the form and send it."""
    page.set_input_files("#page-report input[type=file]", photo)
    page.wait_for_selector("#shots img")
    page.fill("#class-search", search)
    page.click(f"#class-found button:has-text('{choose}')")
    page.fill("#words", words)
    page.wait_for_selector("#spot.good")
    page.click("button.send")
    page.wait_for_selector("#strip:has-text('已存入手机')")


def test_no_signal_a_killed_tab_an_expired_session_and_exactly_two_cases(phone):
    visit, page = phone, phone.page
    sign_in(visit)
    page.wait_for_function(CONTROLLED)
    context = page.context
    context.set_offline(True)
    take(page, shot((200, 30, 30)), "道路破损", "道路破损", "红色照片")
    take(page, shot((30, 30, 200)), "暴露", "暴露生活垃圾", "蓝色照片")
    page.close()
    context.clear_cookies()

    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{visit.base}/inspector/")  # with no signal: from what the phone keeps
    page.wait_for_selector("#strip.warn:has-text('没有信号')")
    page.click("nav [data-page=mine]")
    page.wait_for_selector("h2:has-text('待上传 2')")
    assert page.locator(".card.waiting img").count() == 2
    context.set_offline(False)
    page.wait_for_selector("#strip.bad a:has-text('请登录')", timeout=20_000)
    assert Case.objects.count() == 0
    sign_in(visit, page)
    page.wait_for_function("document.getElementById('strip').dataset.waiting === '0'")
    cases = {case.description: case for case in Case.objects.current()}
    assert set(cases) == {"红色照片", "蓝色照片"}
    for words, channel in (("红色照片", 0), ("蓝色照片", 2)):
        case = cases[words]
        photo = CasePhoto.objects.get(case_code=case.code)
        with Image.open(folder_of(photo.name) / f"{photo.name}.orig") as image:
            assert image.size == (1600, 1067)
            pixel = image.getpixel((800, 500))
            assert pixel[channel] > 150 > 80 > pixel[2 - channel]
        assert case.captured_at < case.reported_at
        assert case.accuracy_m == 6
    page.reload()
    page.wait_for_function(READY)
    assert Case.objects.current().count() == 2


def test_a_draft_survives_the_tab(phone):
    visit, page = phone, phone.page
    sign_in(visit)
    page.set_input_files("#page-report input[type=file]", shot((1, 2, 3)))
    page.wait_for_selector("#shots img")
    page.fill("#words", "写到一半")
    page.wait_for_timeout(300)
    context = page.context
    page.close()
    page = context.new_page()
    page.goto(f"{visit.base}/inspector/")
    page.wait_for_selector("#shots img")
    assert page.input_value("#words") == "写到一半"


def test_what_is_refused_is_kept_told_and_can_be_thrown_away(phone):
    visit, page = phone, phone.page
    page.context.set_geolocation({"longitude": 100.0, "latitude": 20.0, "accuracy": 5})
    sign_in(visit)
    take(page, shot((9, 9, 9)), "道路破损", "道路破损", "在外地")
    page.click("nav [data-page=mine]")
    refused = page.wait_for_selector(".card.refused")
    assert "不在" in refused.inner_text()
    assert Case.objects.count() == 0
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("[data-discard]")
    page.wait_for_selector(".card.refused", state="detached")


def test_a_poor_fix_asks_for_the_map(phone):
    visit, page = phone, phone.page
    page.context.set_geolocation({**degrees(5, 5), "accuracy": 80})
    sign_in(visit)
    page.fill("#class-search", "道路破损")
    page.click("#class-found button")
    page.wait_for_selector("#spot.bad:has-text('80 米')")
    page.click("button.send")
    assert "地图上选定" in page.inner_text("#report-error")
    page.click("#spot-map")
    page.wait_for_selector("#place-here:visible")
    page.wait_for_function("window.tujing?.map?.loaded()")
    page.click("#place-here")
    page.wait_for_selector("#spot.good:has-text('已在地图上选定')")
    page.click("button.send")
    page.wait_for_function("document.getElementById('strip').dataset.waiting === '0'")
    page.wait_for_selector("#strip:has-text('已上传')")
    assert Case.objects.current().get().accuracy_m == 1


def test_a_task_is_done_with_no_signal(phone):
    visit, page = phone, phone.page
    case = report(anybody(), told(source="公众举报", description="有人举报"))
    act(INTAKE, case.code, "ask_verify", {})
    sign_in(visit)
    page.click("nav [data-page=tasks]")
    page.wait_for_selector(f"article[data-code='{case.code}']")
    page.context.set_offline(True)
    page.click("[data-act=deny]")
    page.wait_for_selector("#strip:has-text('请写明情况')")
    page.set_input_files("#page-tasks input[type=file]", shot((50, 60, 70)))
    page.wait_for_selector(".shots-row img")
    page.click("[data-act=confirm]")
    page.wait_for_selector(f"article[data-code='{case.code}']", state="detached")
    page.context.set_offline(False)
    page.wait_for_function(
        "document.getElementById('strip').dataset.waiting === '0'", timeout=30_000
    )
    assert Case.objects.current().get(code=case.code).step == "filing"
    step = CaseStep.objects.get(action="confirm")
    assert (step.who, step.accuracy_m) == ("inspector", 6)
    assert CasePhoto.objects.get().moment == "verified"


def test_on_duty_and_off_again(phone):
    visit, page = phone, phone.page
    sign_in(visit)
    page.click("#duty")
    page.wait_for_selector("#duty[aria-pressed=true]")
    page.context.set_geolocation({**degrees(60, 5), "accuracy": 6})
    page.wait_for_timeout(500)
    page.click("#duty")
    page.wait_for_selector("#duty[aria-pressed=false]")
    until(page, lambda: Patrol.objects.filter(ended_at__isnull=False).exists())
    patrol = Patrol.objects.get()
    assert patrol.ended_at >= patrol.started_at
    assert patrol.points.count() >= 1


def test_everything_fits_360_pixels_and_the_map_needs_no_signal(phone):
    visit, page = phone, phone.page
    sign_in(visit)
    page.wait_for_function(CONTROLLED)
    page.context.set_offline(True)
    for name in ("report", "tasks", "map", "mine"):
        page.click(f"nav [data-page={name}]")
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
    page.click("nav [data-page=map]")
    page.wait_for_function("window.tujing?.map?.loaded()", timeout=20_000)
    drawn = page.evaluate("window.tujing.map.queryRenderedFeatures({layers: ['cells']}).length")
    assert drawn >= 1
    small = page.evaluate(
        "[...document.querySelectorAll('nav button, header button')].filter((b) => b.offsetHeight < 44).length"
    )
    assert small == 0
    assert visit.strays == []
