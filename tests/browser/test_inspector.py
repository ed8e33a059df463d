"""The inspector's phone in Chromium: with no signal, killed, signed out, and nothing lost."""

import contextlib
import dataclasses
import io
from datetime import datetime, timedelta
from time import monotonic

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Error

from grid.cases.actions import act, report
from grid.cases.actors import anybody
from grid.cases.photos import folder_of, read_photo
from grid.models import Case, CasePhoto, CaseStep, Patrol, Staff
from grid.roles import GridRole
from spatial.city import city
from spatial.crs import transformer
from tests.browser.lift import Lift
from tests.browser.sessions import let_in
from tests.browser.waiting import until
from tests.factories import centre, spot
from tests.grid.people import COMMUNITY, INSPECTOR, INTAKE, make_ground, picture, told
from tests.webmap.casework.conftest import make_staff

READY = "document.documentElement.dataset.ready === 'yes'"
MOVED = "JSON.parse(localStorage.duty).last !== JSON.parse(localStorage.duty).at"
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


def sign_in(visit):
    """The inspector has signed in on this phone."""
    let_in(visit, User.objects.get(username="inspector"))
    visit.page.goto(f"{visit.base}/inspector/")
    visit.page.wait_for_function(READY)


def sign_in_by_form(visit, page=None, name="inspector"):
    page = page or visit.page
    page.goto(f"{visit.base}/accounts/login/?next=/inspector/")
    page.fill("#id_username", name)
    page.fill("#id_password", "geheim-12")
    page.click("button.button")
    page.wait_for_url("**/inspector/")
    page.wait_for_function(READY)


def until_kept(page, words: str) -> None:
    """Wait until the phone's database holds these words."""
    script = """async (words) => {
        const base = await new Promise((done) => {
            indexedDB.open("tujing-inspector").onsuccess = ({ target }) => done(target.result);
        });
        const all = [...base.objectStoreNames].map((store) => new Promise((done) => {
            base.transaction(store).objectStore(store).getAll().onsuccess = (e) => done(e.target.result);
        }));
        return JSON.stringify(await Promise.all(all)).includes(words);
    }"""
    until(page, lambda: page.evaluate(script, words))


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
    sign_in_by_form(visit, page)
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
    until_kept(page, "写到一半")
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
    # The map has no accuracy: the device's is told beside it, as what it is.
    assert Case.objects.current().get().accuracy_m is None
    position = CaseStep.objects.get().details["position"]
    assert (position["source"], position["device_accuracy_m"]) == ("map", 80)
    assert position["fixed_at"]


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
    page.wait_for_function(MOVED)
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
        page.wait_for_selector(f"#page-{name}")
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


def sign_in_as(visit, name: str) -> None:
    """Another inspector has the phone."""
    visit.page.context.clear_cookies()
    user = make_staff(name, GridRole.INSPECTOR, districts=(COMMUNITY[:9],))
    user.set_password("geheim-12")
    user.save()
    sign_in_by_form(visit, name=name)


def task(**more) -> Case:
    case = report(anybody(), told(source="公众举报", description="有人举报", **more))
    return act(INTAKE, case.code, "ask_verify", {})


def empty(page) -> None:
    """Wait until nothing of the own waits any more."""
    page.wait_for_function("document.getElementById('strip').dataset.waiting === '0'")


def kept(page, store: str) -> list:
    """What the phone's database holds."""
    script = """store => new Promise((done) => {
        indexedDB.open("tujing-inspector").onsuccess = ({ target }) => {
            target.result.transaction(store).objectStore(store).getAll().onsuccess = (e) => done(
                e.target.result.map(({ id, who, path, state, values }) => ({ id, who, path, state, values })));
        };
    })"""
    return page.evaluate(script, store)


def test_what_is_entered_for_a_task_survives_the_tab(phone):
    visit, page = phone, phone.page
    case = task()
    sign_in(visit)
    page.click("nav [data-page=tasks]")
    card = f"article[data-code='{case.code}']"
    page.fill(f"{card} textarea", "写到一半")
    page.click("nav [data-page=mine]")
    page.click("nav [data-page=tasks]")  # drawn anew, with the focus elsewhere
    page.set_input_files(f"{card} input[type=file]", shot((50, 60, 70)))
    page.wait_for_selector(f"{card} .shots-row img")
    assert page.input_value(f"{card} textarea") == "写到一半"
    until_kept(page, "写到一半")
    context = page.context
    page.close()
    visit.page = page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{visit.base}/inspector/")
    page.wait_for_function(READY)
    page.click("nav [data-page=tasks]")
    page.wait_for_selector(f"{card} .shots-row img")
    assert page.input_value(f"{card} textarea") == "写到一半"
    page.click(f"{card} [data-act=deny]")
    until(page, lambda: CaseStep.objects.filter(action="deny").exists())
    assert CaseStep.objects.get(action="deny").text == "写到一半"
    assert CasePhoto.objects.get().moment == "verified"
    empty(page)
    assert not [row for row in kept(page, "kept") if row["id"].startswith("task:")]


@pytest.mark.long
def test_words_for_a_task_that_is_gone_are_still_there(phone):
    visit, page = phone, phone.page
    case = task()
    sign_in(visit)
    page.click("nav [data-page=tasks]")
    page.fill("#page-tasks textarea", "写到一半")
    act(INSPECTOR, case.code, "confirm", {})
    page.reload()
    page.wait_for_function(READY)
    page.click("nav [data-page=tasks]")
    page.wait_for_selector(".card:has-text('已不在您的名下')")
    assert page.input_value("#page-tasks textarea") == "写到一半"
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("[data-forget]")
    page.wait_for_selector("#page-tasks .empty:visible")


def test_the_track_before_the_tab_was_killed_is_sent_and_cleared(phone):
    visit, page = phone, phone.page
    sign_in(visit)
    page.click("#duty")
    page.wait_for_selector("#duty[aria-pressed=true]")
    page.context.set_geolocation({**degrees(60, 5), "accuracy": 6})
    page.wait_for_function(MOVED)
    until(page, lambda: len(kept(page, "track")) == 1 and Patrol.objects.exists())
    assert not Patrol.objects.get().points.exists()
    context = page.context
    page.close()
    page = context.new_page()
    page.goto(f"{visit.base}/inspector/")
    page.wait_for_function(READY)
    until(page, lambda: Patrol.objects.get().points.count() >= 1)
    empty(page)
    assert page.get_attribute("#duty", "aria-pressed") == "true"
    assert Patrol.objects.get().ended_at is None


@pytest.mark.long
def test_a_patrol_of_yesterday_ends_where_it_was_last_seen(phone):
    visit, page = phone, phone.page
    began = timezone.now() - timedelta(hours=20)
    sign_in(visit)
    Patrol.objects.create(user=User.objects.get(username="inspector"), started_at=began)
    at = began.isoformat()
    page.evaluate(
        "at => localStorage.setItem('duty', JSON.stringify({at, who: 'inspector', last: at}))", at
    )
    page.reload()
    page.wait_for_selector("#strip:has-text('上次巡查没有离岗')")
    page.wait_for_selector("#duty[aria-pressed=false]")
    until(page, lambda: Patrol.objects.get().ended_at == began)


def test_one_item_that_keeps_failing_blocks_nothing_behind_it(phone):
    visit, page = phone, phone.page
    sign_in(visit)
    answers = {
        "第一条": (413, "<h1>Request Entity Too Large</h1>"),
        "第二条": (500, "<h1>500</h1>"),
    }

    def poisoned(route):
        body = route.request.post_data_buffer.decode(errors="ignore")
        for words, (status, html) in answers.items():
            if words in body:
                return route.fulfill(status=status, body=html, content_type="text/html")
        return route.fallback()

    page.route("**/inspector/api/report", poisoned)
    for words in ("第一条", "第二条", "第三条"):
        take(page, shot((9, 9, 9)), "道路破损", "道路破损", words)
    until(page, lambda: Case.objects.current().count() == 1)
    assert Case.objects.current().get().description == "第三条"
    page.click("nav [data-page=mine]")
    page.wait_for_selector(".card.waiting:has-text('413')")
    page.wait_for_selector(".card.waiting:has-text('500')")
    # What may have been taken under its UUID is not changed any more; what cannot have been, may be.
    assert page.locator(".card:has-text('500') [data-mend]").count() == 0
    assert page.locator(".card:has-text('413') [data-mend]").count() == 1
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.click(".card:has-text('第一条') [data-discard]")
    page.wait_for_selector(".card:has-text('第一条')", state="detached")
    assert "不能恢复" in asked[0]
    answers.clear()
    page.click("#send-now")
    until(page, lambda: Case.objects.current().count() == 2)
    empty(page)


@pytest.mark.long
def test_results_on_one_case_keep_their_order(phone):
    visit, page = phone, phone.page
    case, other = task(), task(point=spot(50, 50))
    sign_in(visit)
    # Two results on one case come about where a task returns before the first one is sent.
    script = """async ([codes, words]) => {
        const path = [...performance.getEntriesByType("resource")].map((r) => r.name).find((n) => n.endsWith("inspector/queue.js"));
        const { enqueue } = await import(path);
        for (const [i, code] of codes.entries()) await enqueue("act", words[i], { code, action: "deny", text: words[i] });
    }"""
    seen = []

    def first_fails(route):
        body = route.request.post_data_buffer.decode(errors="ignore")
        seen.append(next(words for words in ("甲一", "甲二", "乙") if words in body))
        if seen[-1] == "甲一":
            return route.fulfill(status=502, body="bad gateway", content_type="text/plain")
        return route.fallback()

    page.route("**/inspector/api/act", first_fails)
    page.evaluate(script, [[case.code, case.code, other.code], ["甲一", "甲二", "乙"]])
    until(page, lambda: CaseStep.objects.filter(action="deny").exists())
    page.wait_for_timeout(500)
    assert CaseStep.objects.get(action="deny").case_code == other.code
    assert "甲二" not in seen


def test_what_was_refused_is_mended_whole_and_keeps_its_uuid(phone):
    visit, page = phone, phone.page
    page.context.set_geolocation({"longitude": 100.0, "latitude": 20.0, "accuracy": 5})
    sign_in(visit)
    take(page, shot((9, 9, 9)), "道路破损", "道路破损", "在外地")
    page.fill("#words", "另一条写到一半")
    until_kept(page, "另一条写到一半")
    page.click("nav [data-page=mine]")
    uuid = page.wait_for_selector(".card.refused").get_attribute("data-item")
    page.context.set_geolocation({**degrees(5, 5), "accuracy": 6})
    page.click("[data-mend]")
    page.wait_for_selector("#mending:has-text('正在改正')")
    assert page.input_value("#words") == "在外地"
    assert page.locator("#shots img").count() == 1
    page.fill("#class-search", "暴露")
    page.click("#class-found button:has-text('暴露生活垃圾')")
    page.set_input_files("#page-report input[type=file]", shot((8, 8, 8)))
    page.wait_for_function("document.querySelectorAll('#shots img').length === 2")
    page.fill("#words", "改好了")
    page.click("#spot-now")
    page.wait_for_selector("#spot.good")
    page.click("button.send")
    until(page, lambda: Case.objects.current().exists())
    case = Case.objects.current().get()
    assert (str(case.uuid), case.description, case.class_code) == (uuid, "改好了", "0110")
    assert CasePhoto.objects.count() == 2
    assert page.input_value("#words") == "另一条写到一半"
    empty(page)


@pytest.mark.long
def test_a_refused_result_stands_in_its_task_again(phone):
    visit, page = phone, phone.page
    case = task()
    sign_in(visit)
    page.click("nav [data-page=tasks]")
    page.fill("#page-tasks textarea", "没有")

    def refuse(route):
        route.fulfill(status=422, json={"error": "请再写清楚", "field": "reason"})

    page.route("**/inspector/api/act", refuse)
    page.click("[data-act=deny]")
    page.click("nav [data-page=mine]")
    page.click(".card.refused [data-mend]")
    page.wait_for_selector(f"article[data-code='{case.code}'] textarea")
    assert page.input_value("#page-tasks textarea") == "没有"
    page.unroute("**/inspector/api/act")
    page.fill("#page-tasks textarea", "现场没有这一情况")
    page.click("[data-act=deny]")
    until(page, lambda: CaseStep.objects.filter(text="现场没有这一情况").exists())


def test_each_inspector_sends_their_own(phone):
    visit, page = phone, phone.page
    sign_in(visit)
    page.wait_for_function(CONTROLLED)
    page.context.set_offline(True)
    take(page, shot((9, 9, 9)), "道路破损", "道路破损", "甲的")
    page.fill("#words", "甲写到一半")
    until_kept(page, "甲写到一半")
    page.context.set_offline(False)
    page.route("**/inspector/api/report", lambda route: route.abort())
    sign_in_as(visit, "second")
    page.unroute("**/inspector/api/report")
    assert page.input_value("#words") == ""
    page.click("nav [data-page=mine]")
    page.wait_for_selector("h2:has-text('他人待上传 1')")
    other = page.inner_text(".card.other")
    assert "inspector" in other
    assert "甲的" not in other
    assert page.locator(".card.other button").count() == 0
    page.click("nav [data-page=report]")
    take(page, shot((9, 9, 9)), "道路破损", "道路破损", "乙的")
    until(page, lambda: Case.objects.current().exists())
    page.wait_for_timeout(500)
    assert [(c.description, c.reporter) for c in Case.objects.current()] == [("乙的", "second")]
    page.context.clear_cookies()
    sign_in_by_form(visit)
    assert page.input_value("#words") == "甲写到一半"
    until(page, lambda: Case.objects.current().count() == 2)
    assert Case.objects.current().get(description="甲的").reporter == "inspector"


def test_a_report_lies_where_its_photo_was_taken(phone):
    visit, page = phone, phone.page
    sign_in(visit)
    page.wait_for_selector("#spot.good")
    page.set_input_files("#page-report input[type=file]", shot((9, 9, 9)))
    page.wait_for_selector("#spot:has-text('录入时的位置')")
    page.context.set_geolocation({**degrees(80, 60), "accuracy": 6})
    page.wait_for_selector("#spot-now:visible")
    page.fill("#class-search", "道路破损")
    page.click("#class-found button")
    page.click("button.send")
    until(page, lambda: Case.objects.current().exists())
    case, step = Case.objects.current().get(), CaseStep.objects.get()
    assert case.geom.distance(spot(5, 5)) < 0.1
    position = step.details["position"]
    assert position["source"] == "gps"
    assert abs(datetime.fromisoformat(position["fixed_at"]) - case.captured_at) < timedelta(
        minutes=1
    )


def test_an_old_fix_is_not_where_the_phone_is_now(phone):
    visit, page = phone, phone.page
    page.clock.install()
    sign_in(visit)
    page.wait_for_selector("#spot.good")
    page.evaluate("navigator.geolocation.getCurrentPosition = () => {}")  # underground
    page.clock.fast_forward(90_000)
    page.wait_for_selector("#spot:has-text('定位已过期')")
    page.fill("#class-search", "道路破损")
    page.click("#class-found button")
    page.click("button.send")
    assert "还没有位置" in page.inner_text("#report-error")
    page.evaluate("delete navigator.geolocation.getCurrentPosition")
    page.context.set_geolocation({**degrees(7, 5), "accuracy": 6})  # within a minute of it
    page.wait_for_selector("#spot.good:has-text('录入时的位置')")
    page.click("button.send")
    until(page, lambda: Case.objects.current().exists())


def test_photos_of_the_own_tasks_are_there_with_no_signal(phone):
    visit, page = phone, phone.page
    task(photos=[read_photo(picture())])
    sign_in(visit)
    page.wait_for_function(CONTROLLED)
    # Written to its end: an entry that is still being written goes with the page.
    page.wait_for_function("document.getElementById('page-tasks').dataset.kept === '1'")
    page.context.set_offline(True)
    page.reload()
    page.click("nav [data-page=tasks]")
    page.wait_for_function("document.querySelector('#page-tasks .thumbs img')?.naturalWidth > 0")


@pytest.mark.long
def test_the_map_says_that_no_area_is_assigned(phone):
    visit, page = phone, phone.page
    Staff.objects.update(districts=[])
    sign_in(visit)
    page.click("nav [data-page=map]")
    page.wait_for_selector("#map-told:has-text('没有给您分配责任区')")


@pytest.mark.long
def test_english_is_spoken_with_no_signal_too(phone):
    visit, page = phone, phone.page
    sign_in(visit)
    page.wait_for_function(CONTROLLED)
    page.click("nav [data-page=mine]")
    page.click("#language")
    page.wait_for_function("document.documentElement.lang === 'en'")
    page.wait_for_function(READY)
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("label.field:has-text('Class')")
    assert page.evaluate("document.documentElement.lang") == "en"


@pytest.fixture
def lift(phone, live_server):
    """The phone reaches the server through a lift."""
    door = Lift(live_server.thread.host, live_server.thread.port)
    reached = dataclasses.replace(phone, base=f"http://{live_server.thread.host}:{door.port}")
    context = phone.page.context
    context.unroute_all()
    context.grant_permissions(["geolocation"], origin=reached.base)
    yield door, reached
    door.close()


@pytest.mark.long
def test_a_signal_that_carries_nothing_opens_the_app_and_holds_nothing_up(lift):
    door, visit = lift
    page = visit.page
    case = task()
    sign_in(visit)
    page.wait_for_function(CONTROLLED)
    page.click("nav [data-page=tasks]")
    page.wait_for_selector(f"article[data-code='{case.code}']")
    page.close()
    door.is_still = True
    page = visit.page.context.new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    began = monotonic()
    page.goto(f"{visit.base}/inspector/", wait_until="commit")
    page.wait_for_selector("#report")
    page.click("nav [data-page=tasks]")
    page.wait_for_selector(f"article[data-code='{case.code}']")
    assert monotonic() - began < 15  # not before the network's own patience, of minutes, has ended


@pytest.mark.long
def test_what_was_sent_into_nothing_is_given_up_and_another_goes_first(lift):
    door, visit = lift
    page = visit.page
    page.clock.install()
    sign_in(visit)
    sent, held = [], []
    page.on("request", lambda request: sent.append(request.url.rsplit("/", 1)[-1]))
    page.route("**/api/report", lambda route: held.append(route))  # taken, and never answered
    take(page, shot((200, 30, 30)), "道路破损", "道路破损", "第一件")
    take(page, shot((30, 30, 200)), "暴露", "暴露生活垃圾", "第二件")
    until(page, lambda: sent.count("report") == 1)
    page.clock.fast_forward(61_000)
    page.wait_for_selector("#strip.warn:has-text('2 条')")
    page.clock.fast_forward(10_000)
    until(page, lambda: sent.count("report") == 2)
    page.unroute("**/api/report")
    page.click("nav [data-page=mine]")
    page.clock.fast_forward(6_000)
    page.click("#send-now")
    until(page, lambda: Case.objects.current().count() == 2)
    empty(page)
    for route in held:
        with contextlib.suppress(Error):  # the phone has given it up
            route.abort()


def test_what_is_being_typed_stays_while_photos_are_made_smaller(phone):
    visit, page = phone, phone.page
    sign_in(visit)
    page.evaluate(
        """() => {
            const real = createImageBitmap;
            window.createImageBitmap = (...given) => new Promise((done) => { window.shrinkNow = () => done(real(...given)); });
        }"""
    )
    page.set_input_files("#page-report input[type=file]", shot((200, 30, 30)))
    page.fill("#words", "写到")
    page.fill("#class-search", "道路")
    page.wait_for_selector("#class-found button")
    page.wait_for_function("Boolean(window.shrinkNow)")
    page.evaluate("document.getElementById('words').value = '写到一'")  # pinyin not yet chosen
    page.evaluate("window.shrinkNow()")
    page.wait_for_selector("#shots img")
    assert page.input_value("#class-search") == "道路"
    assert page.is_visible("#class-found button")
    assert page.input_value("#words") == "写到一"


def test_a_phone_on_which_nobody_has_signed_in_says_so(phone):
    visit, page = phone, phone.page
    page.goto(f"{visit.base}/inspector/")
    page.wait_for_selector("#strip.bad a:has-text('请登录')")
    page.set_input_files("#page-report input[type=file]", [shot((n, 2, 3)) for n in (1, 2, 3)])
    page.wait_for_selector("#shots figure:nth-child(3) img")
    assert page.evaluate("document.getElementById('page-report').scrollWidth") <= 360
