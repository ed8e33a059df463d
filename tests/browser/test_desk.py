"""A case walked through all roles on the desk, with a return, an extension and a suspension."""

from datetime import timedelta

import pytest
from django.utils import timezone

from grid.cases.actions import act, report
from grid.cases.actors import anybody
from grid.cases.photos import read_photo
from grid.models import Case, CasePhoto, CaseStep, Component
from grid.roles import GridRole
from spatial.city import city
from spatial.crs import transformer
from tests.browser.sessions import open_as
from tests.factories import open_feature, spot
from tests.grid.people import (
    CHIEF,
    COMMUNITY,
    ROADS,
    SECOND,
    STREETS,
    make_ground,
    new_case,
    picture,
    told,
    walk,
)
from tests.webmap.casework.conftest import make_staff


@pytest.fixture
def centre(visit, settings, tmp_path):
    """The people of the centre, each with the password that the pages ask for."""
    settings.CASE_FILES = tmp_path / "cases"
    make_ground()
    for name, role, more in (
        ("inspector", GridRole.INSPECTOR, {"districts": (COMMUNITY[:9],)}),
        ("intake", GridRole.INTAKE, {}),
        ("chief", GridRole.CHIEF, {}),
        ("dispatcher", GridRole.DISPATCHER, {}),
        ("handler", GridRole.HANDLER, {"department": STREETS}),
    ):
        user = make_staff(name, role, **more)
        user.set_password("geheim-12")
        user.save()
    return visit


def at_desk(visit, name):
    open_as(visit, name, "/grid/")
    visit.page.wait_for_selector("#list[data-loaded]")


def do(visit, name, code, title, **fields):
    """Open the case as somebody, press an action, fill its form, send it."""
    at_desk(visit, name)
    page = visit.page
    if title.startswith("准予"):
        page.click("button[data-state=requests]")
    page.click(f"li[data-code='{code}']")
    page.click(f"#drawer summary:has-text('{title}')")
    form = page.locator("details.offer[open] form")
    for field, value in fields.items():
        if field == "photos":
            form.locator("[name=photos]").set_input_files(
                {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": value}
            )
        elif form.locator(f"select[name={field}]").count():
            form.locator(f"[name={field}]").select_option(value)
        else:
            form.locator(f"[name={field}]").fill(value)
    form.locator("button").click()
    page.wait_for_selector("#drawer [role=status]:has-text('已办理')")


@pytest.mark.long
def test_a_case_through_all_roles(centre):
    visit = centre
    case = new_case(description="路面有坑")
    code = case.code
    do(visit, "intake", code, "受理")
    do(visit, "chief", code, "立案")
    do(visit, "dispatcher", code, "派遣", department=STREETS)
    do(visit, "handler", code, "回退", reason="位置不清")
    do(visit, "dispatcher", code, "派遣", department=STREETS)
    due = Case.objects.current().get(code=code).due_at
    do(visit, "handler", code, "申请延期", reason="等沥青")
    do(visit, "dispatcher", code, "准予延期")
    assert Case.objects.current().get(code=code).due_at > due
    until = timezone.localtime() + timedelta(days=2)
    do(visit, "handler", code, "申请挂账", reason="下雨", until=f"{until:%Y-%m-%dT%H:%M}")
    do(visit, "dispatcher", code, "准予挂账")
    assert "挂账" in visit.page.inner_text("#drawer h1")
    do(visit, "dispatcher", code, "恢复处置")
    do(visit, "handler", code, "处置完毕", note="已修补", photos=picture())
    do(visit, "intake", code, "安排核查", inspector="inspector")
    do(visit, "inspector", code, "核查通过")
    at_desk(visit, "chief")
    visit.page.click("button[data-state=closing]")
    visit.page.click(f"li[data-code='{code}']")
    visit.page.click("#drawer summary:has-text('结案')")
    visit.page.click("details.offer[open] button")
    visit.page.wait_for_selector("#drawer h1:has-text('已结案')")
    told = visit.page.inner_text(".timeline")
    assert [
        t for t in ("上报", "回退", "准予延期", "准予挂账", "恢复处置", "核查通过") if t not in told
    ] == []
    assert visit.page.locator(".pairs figure:nth-child(2) img").count() == 1
    assert visit.faults == []
    assert visit.strays == []


def test_two_dispatchers_one_is_told(centre):
    visit = centre
    case = new_case()
    walk(case, "file")
    at_desk(visit, "dispatcher")
    page = visit.page
    page.click(f"li[data-code='{case.code}']")
    page.click("#drawer summary:has-text('派遣')")
    act(SECOND, case.code, "dispatch", {"department": STREETS})
    page.select_option("details.offer[open] [name=department]", "环境卫生服务中心")
    page.click("details.offer[open] button")
    told = page.wait_for_selector("#drawer [role=alert]").inner_text()
    assert "孙派 已于" in told
    assert Case.objects.current().get(code=case.code).department == STREETS


@pytest.mark.long
def test_the_open_drawer_follows_and_what_is_being_written_stays(centre):
    visit = centre
    case = walk(new_case(), "file")
    at_desk(visit, "dispatcher")
    page = visit.page
    page.click(f"li[data-code='{case.code}']")
    page.wait_for_selector("#drawer summary:has-text('退回立案')")
    act(CHIEF, case.code, "remark", {"note": "请尽快"})
    page.wait_for_selector(".timeline:has-text('请尽快')", timeout=15_000)  # by itself
    page.click("#drawer summary:has-text('退回立案')")
    page.fill("details.offer[open] textarea", "立案条件不对")
    act(CHIEF, case.code, "remark", {"note": "再看一眼"})
    told = page.wait_for_selector("#drawer button.changed", timeout=15_000).inner_text()
    assert told == "此案件已由 赵值 办理（备注），点此刷新"
    assert page.input_value("details.offer[open] textarea") == "立案条件不对"
    page.click("details.offer[open] button")  # a remark changes nothing that was decided on
    page.wait_for_selector("#drawer [role=status]:has-text('已办理')")
    assert Case.objects.current().get(code=case.code).step == "filing"


@pytest.mark.long
def test_who_is_overtaken_keeps_the_words_and_the_photos(centre):
    visit = centre
    case = walk(new_case(), "dispatch")
    at_desk(visit, "handler")
    page = visit.page
    page.click(f"li[data-code='{case.code}']")
    finish(page, "已修补")
    act(ROADS, case.code, "ask_extension", {"reason": "等料"})
    page.click("details.offer[open] button")
    assert "申请延期" in page.wait_for_selector("#drawer [role=alert]").inner_text()
    assert page.input_value("details.offer[open] textarea") == "已修补"
    page.click("details.offer[open] button")
    page.wait_for_selector("#drawer .passed, #drawer [role=status]")
    assert Case.objects.current().get(code=case.code).step == "feedback"
    assert CasePhoto.objects.get().moment == "after"


def test_a_session_that_ends_takes_nothing_away(centre):
    visit = centre
    case = walk(new_case(), "dispatch")
    at_desk(visit, "handler")
    page = visit.page
    page.click(f"li[data-code='{case.code}']")
    finish(page, "已修补")
    page.context.clear_cookies()
    page.wait_for_selector("#notice:has-text('登录已过期')", timeout=15_000)  # by itself
    page.wait_for_selector("#drawer .changed:has-text('登录已过期')", timeout=15_000)
    page.click("details.offer[open] button")
    page.wait_for_selector("details.offer[open] [role=alert]")
    assert page.input_value("details.offer[open] textarea") == "已修补"
    with page.context.expect_page() as opened:
        page.click("#drawer .changed a")
    other = opened.value
    other.fill("#id_username", "handler")
    other.fill("#id_password", "geheim-12")
    other.click("button.button")
    other.wait_for_url("**/grid/")
    other.close()
    page.click("details.offer[open] button")
    page.wait_for_selector("#drawer .passed, #drawer [role=status]:not(.changed)")
    assert CaseStep.objects.get(action="finish").text == "已修补"
    assert CasePhoto.objects.get().moment == "after"


@pytest.mark.long
def test_renewing_the_case_keeps_what_is_being_written(centre):
    visit = centre
    case = walk(new_case(), "dispatch")
    at_desk(visit, "handler")
    page = visit.page
    page.click(f"li[data-code='{case.code}']")
    finish(page, "已修补")
    act(CHIEF, case.code, "remark", {"note": "请尽快"})
    page.click("#drawer button.changed", timeout=15_000)
    page.wait_for_selector(".timeline:has-text('请尽快')")
    assert page.input_value("details.offer[open] textarea") == "已修补"
    assert page.evaluate("document.querySelector('details.offer[open] [name=photos]').files.length")


def finish(page, words):
    """Write what was done, with a photo; not sent yet."""
    page.click("#drawer summary:has-text('处置完毕')")
    page.fill("details.offer[open] textarea", words)
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    page.set_input_files("details.offer[open] [name=photos]", photo)


@pytest.mark.long
def test_what_does_not_fit_leaves_the_form_as_it_was(centre):
    visit = centre
    case = walk(new_case(), "dispatch")
    at_desk(visit, "handler")
    page = visit.page
    page.click(f"li[data-code='{case.code}']")
    page.click("#drawer summary:has-text('处置完毕')")
    page.fill("details.offer[open] textarea", "已修补")
    bad = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"<svg/>"}
    page.set_input_files("details.offer[open] [name=photos]", bad)
    page.click("details.offer[open] button")
    assert "照片读不出" in page.wait_for_selector("#drawer [role=alert]").inner_text()
    assert page.input_value("details.offer[open] textarea") == "已修补"
    page.set_input_files("details.offer[open] [name=photos]", [])
    page.click("details.offer[open] button")
    page.wait_for_selector("#drawer .passed, #drawer [role=status]")
    assert Case.objects.current().get(code=case.code).step == "feedback"


@pytest.mark.long
def test_a_case_by_telephone_with_a_component(centre):
    visit = centre
    code = "4313820101009999"
    values = {"scheme": "components_2020", "class_code": "0101", "state": "破损"}
    open_feature(Component, code, **values, geom=spot(12, 5))
    at_desk(visit, "intake")
    page = visit.page
    page.click("#register")
    page.wait_for_selector("#drawer [data-new]")
    page.wait_for_function("document.documentElement.dataset.ready === 'map'")
    page.wait_for_function(
        "window.tujing.map.getPadding().right > 0 && !window.tujing.map.isMoving()"
    )
    lon, lat = transformer(city().projected, 4326).transform(spot(5, 5).x, spot(5, 5).y)
    page.evaluate("at => window.tujing.map.jumpTo({center: at, zoom: 18})", [lon, lat])
    place = page.evaluate("at => window.tujing.map.project(at)", [lon, lat])
    page.click("#map", position=place)
    page.wait_for_selector(f"#drawer option[value='{code}']", state="attached")
    page.select_option("#drawer [name=component]", code)
    page.select_option("#drawer [name=class]", "component:0101")
    page.fill("#drawer [name=description]", "井盖破了")
    page.click("#drawer button:has-text('登记')")
    page.wait_for_selector("#drawer article[data-version]")
    case = Case.objects.current().get(description="井盖破了")
    assert case.component_code == code
    assert "上水井盖 破损" in page.inner_text("#drawer .told")
    assert page.evaluate("window.tujing.map.getFilter('own-cell')")[2] == case.cell_code
    page.click("#drawer .told [data-spot]")
    assert page.locator(".maplibregl-marker").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".maplibregl-marker").count() == 0


def test_the_list_follows_without_reload_and_the_keyboard_works(centre):
    visit = centre
    at_desk(visit, "intake")
    page = visit.page
    assert "没有等待办理的案件" in page.inner_text("#list")
    case = new_case(description="新来的")
    page.wait_for_selector(f"li[data-code='{case.code}']", timeout=15_000)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#drawer article")
    assert "新来的" in page.inner_text("#drawer")
    page.keyboard.press("Escape")
    assert page.is_hidden("#drawer")
    page.keyboard.press("/")
    page.keyboard.type("没有这样的案件")
    page.wait_for_selector("#list:has-text('没有符合条件的案件')")


def test_a_case_is_taken_back_passed_on_and_shown_to_the_public(centre):
    visit = centre
    photos = [read_photo(picture())]
    case = walk(report(anybody(), told(is_public=True, photos=photos)), "dispatch")
    at_desk(visit, "chief")
    page = visit.page
    page.click("button[data-state=review]")
    page.click(f"li[data-code='{case.code}']")
    page.click("#drawer summary:has-text('改派部门')")
    page.select_option("details.offer[open] [name=department]", "环境卫生服务中心")
    page.fill("details.offer[open] [name=reason]", "属环卫职责")
    page.click("details.offer[open] button")
    page.wait_for_selector(f".timeline:has-text('{STREETS} → 环境卫生服务中心')")
    page.click("#drawer summary:has-text('撤回派遣')")
    page.fill("details.offer[open] [name=reason]", "部门已撤并")
    page.click("details.offer[open] button")
    page.wait_for_selector("#drawer h1:has-text('待派遣')")
    act(SECOND, case.code, "dispatch", {"department": "环境卫生服务中心"})
    page.wait_for_selector("#drawer h1:has-text('待处置')", timeout=15_000)  # by itself
    page.click("#drawer .instead > summary")
    page.click("#drawer .instead summary:has-text('处置完毕')")
    page.fill("details.offer[open] [name=note]", "已清理")
    page.fill("details.offer[open] [name=because]", "部门无人值守")
    page.click("details.offer[open] button")
    page.wait_for_selector(".timeline:has-text('代环境卫生服务中心办理：部门无人值守')")
    # One by one to the public, the words in another wording.
    page.click("#drawer .shot button:text-is('公开')")
    page.wait_for_selector("#drawer .shot .state:text-is('已公开')")
    page.click("#drawer summary:has-text('公开…')")
    page.fill("details.offer[open] [name=words]", "路上有坑")
    page.click("details.offer[open] button")
    page.wait_for_selector("#drawer .said-public:has-text('路上有坑')")
    anyone = page.context.browser.new_context().new_page()
    anyone.goto(f"{visit.base}/report/follow?number={case.code}")
    assert "路上有坑" in anyone.inner_text(".followed")
    picture_of = anyone.get_attribute(".pictures img", "src")
    assert anyone.request.get(visit.base + picture_of).status == 200
    page.click("#drawer .shot button:text-is('撤回公开')")
    page.wait_for_selector("#drawer .shot .state:text-is('不公开')")
    assert anyone.request.get(visit.base + picture_of).status == 404
    anyone.context.close()
