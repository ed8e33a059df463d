"""The sketch in a browser: drawn with snapping, checked, kept; read from a file; on a phone."""

import json

import pytest

from tests.browser.sessions import let_in
from tests.browser.test_map import near
from tests.browser.test_table import listed, pixel
from tests.town import centre_degrees, make_user
from webmap.models import SavedSketch

SHAPES = "#sketch-list li[data-id]"


def open_sketch(visit):
    """The town left of the card, which covers the east of the map."""
    visit.open("/planning" + near(150, 0) + "&on=parcels")
    visit.page.click("#tool-sketch")
    visit.page.wait_for_selector("#sketch:not([hidden])")


def draw(visit, tool, *corners):
    """Click the corners, some pixels beside them, and end by Enter."""
    visit.page.click(f"[data-tool={tool}]")
    for corner in corners:
        x, y = pixel(visit, *corner)
        visit.page.mouse.move(x + 9, y + 9)
        visit.page.mouse.move(x + 3, y + 2)
        visit.page.mouse.click(x + 3, y + 2)
    visit.page.keyboard.press("Enter")


def ring(visit):
    (feature,) = visit.page.evaluate(
        "async () => JSON.parse(localStorage.getItem(Object.keys(localStorage).find((key) => key.endsWith(':values'))))['sketch:new'].written.features"
    )
    return feature["geometry"]["coordinates"][0]


@pytest.mark.slow(reason="a browser draws, and a check is read in it")
def test_an_area_snaps_to_surveyed_corners_is_checked_and_stays(visit):
    open_sketch(visit)
    draw(visit, "polygon", (50, 0), (100, 0), (100, 100), (50, 100))
    visit.page.wait_for_selector("#sketch-figures >> text=5,000")
    corners = [(50, 0), (100, 0), (100, 100), (50, 100)]
    for at, corner in zip(ring(visit), corners, strict=False):
        assert at == pytest.approx(centre_degrees(*corner), abs=2e-9)
    visit.page.click("[data-side=check]")
    visit.page.click("#sketch-checking button[type=submit]")
    visit.page.wait_for_selector(".limit.occupied >> text=示范永久基本农田")
    assert "4,000" in visit.page.inner_text(".limit[data-layer=constraints]")
    visit.page.click("#sketch-back")
    assert not visit.page.query_selector(SHAPES)
    visit.page.click("#sketch-on")


@pytest.mark.long
def test_a_slow_save_keeps_what_came_meanwhile_and_an_old_answer_says_so(visit):
    let_in(visit, make_user("anna"))
    open_sketch(visit)
    page = visit.page
    draw(visit, "rectangle", (60, 10), (90, 90))
    page.wait_for_selector(SHAPES)
    page.click("[data-side=check]")
    page.click("#sketch-checking button[type=submit]")
    page.wait_for_selector("#sketch-checked form button:enabled")
    draw(visit, "polygon", (10, 10), (40, 10), (40, 40))
    page.wait_for_selector("#sketch-checked .is-old")
    assert page.is_disabled("#sketch-checked form button")
    page.click("#sketch-back")
    page.wait_for_selector("#sketch-checked form button:enabled")
    held = []
    page.route(
        "**/sketches/", lambda route: held.append(route) if is_post(route) else route.continue_()
    )
    page.fill("#sketch-title", "一期")
    page.evaluate("document.getElementById('sketch-save').click()")
    page.evaluate("document.getElementById('sketch-save').click()")
    page.fill("#sketch-title", "一期改")
    page.wait_for_timeout(300)
    (one,) = held
    one.continue_()
    page.wait_for_function("/sketch=[0-9a-f]{8}-/.test(location.hash)")
    assert page.input_value("#sketch-title") == "一期改"
    assert page.inner_text("#sketch-state") == "未保存"
    page.unroute("**/sketches/")
    page.click("#sketch-save")
    page.wait_for_selector("#sketch-state >> text=已保存")
    assert SavedSketch.objects.get().title == "一期改"


def is_post(route):
    return route.request.method == "POST"


@pytest.mark.long
def test_two_pages_keep_apart_what_is_not_saved_and_back_closes(visit):
    let_in(visit, make_user("anna"))
    open_sketch(visit)
    page = visit.page
    draw(visit, "rectangle", (60, 10), (90, 90))
    page.wait_for_selector(SHAPES)
    page.click("#sketch-save")
    page.wait_for_selector("#sketch-state >> text=已保存")
    page.fill("#sketch-title", "未存的名称")
    other = page.context.new_page()
    other.goto(visit.base + "/planning" + near(150, 0) + "&on=parcels&sketch=new")
    other.wait_for_selector("#sketch:not([hidden])")
    other.fill("#sketch-title", "另一张")
    page.reload()
    page.wait_for_selector("#sketch-banner >> text=已恢复")
    assert page.input_value("#sketch-title") == "未存的名称"
    page.click("#sketch-close")
    page.wait_for_selector("#sketch", state="hidden")
    page.go_back()
    page.wait_for_selector("#sketch:not([hidden])")
    assert page.input_value("#sketch-title") == "未存的名称"


@pytest.mark.long
def test_what_is_not_saved_stays_and_chooses_in_the_table(visit):
    open_sketch(visit)
    draw(visit, "rectangle", (60, 10), (90, 90))
    visit.page.wait_for_selector(SHAPES)
    assert "sketch=new" in visit.page.url
    visit.page.reload()
    visit.page.wait_for_selector(SHAPES)
    assert "已恢复" in visit.page.inner_text("#sketch-banner")
    visit.page.click("[data-side=more]")
    visit.page.select_option("#sketch-layer", "parcels")
    visit.page.click("#sketch-choose")
    visit.page.wait_for_selector("#table-rows .tabulator-row")
    assert "P3" in listed(visit)


@pytest.mark.long
def test_a_crossing_is_shown_and_mended_and_saved(visit):
    let_in(visit, make_user("anna"))
    open_sketch(visit)
    draw(visit, "polygon", (0, -150), (100, -50), (100, -150), (0, -50))
    visit.page.wait_for_selector("#sketch-fault >> text=自相交")
    visit.page.click("#sketch-fault >> text=修正")
    assert visit.page.locator(SHAPES).count() == 2
    visit.page.fill("#sketch-title", "一期")
    visit.page.click("#sketch-save")
    visit.page.wait_for_selector("#sketch-state >> text=已保存")
    kept = SavedSketch.objects.get()
    assert (kept.title, kept.number) == ("一期", 2)
    assert f"sketch={kept.pk}" in visit.page.url


@pytest.mark.long
def test_points_are_typed_two_pages_fight_and_a_link_is_read(visit):
    let_in(visit, make_user("anna"))
    open_sketch(visit)
    page = visit.page
    lon, lat = centre_degrees()
    page.click("#sketch-typed summary")
    page.click("[data-tool=polygon]")
    page.fill("#sketch-text", f"{lat:.9f}, {lon:.9f}")
    page.click("#sketch-positions button")
    page.wait_for_selector("#sketch-busy:not([hidden])")
    for bearing, metres in (("90", "100"), ("180°00′00″", "50"), ("270", "100")):
        page.fill("#sketch-bearing", bearing)
        page.fill("#sketch-metres", metres)
        page.click("#sketch-course button")
    page.click("#sketch-finish")
    page.wait_for_selector("#sketch-figures >> text=5,000")
    page.click("[data-tool=line]")
    page.focus(".maplibregl-canvas")
    for key in (" ", "ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_timeout(600)
    page.keyboard.press(" ")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{SHAPES} >> nth=1")
    page.click("#sketch-save")
    page.wait_for_selector("#sketch-state >> text=已保存")
    SavedSketch.objects.update(version=7, title="别处")
    page.fill("#sketch-title", "这里")
    page.click("#sketch-save")
    page.click("#sketch-banner button >> text=另存为副本")
    page.wait_for_selector("#sketch-state >> text=已保存")
    assert sorted(SavedSketch.objects.values_list("title", flat=True)) == ["别处", "这里（副本）"]
    page.click("[data-side=kept]")
    page.select_option(".sketch-kept li:has-text('副本') select", "public")
    page.wait_for_selector(".sketch-kept >> text=复制链接")
    link = SavedSketch.objects.exclude(link="").get().link
    visit.page.context.clear_cookies()
    visit.open(f"/#&sketch=~{link}")
    page.wait_for_selector(SHAPES)
    assert page.inner_text("#sketch-state") == "只读"
    assert page.is_disabled("[data-tool=polygon]")
    SavedSketch.objects.update(link="", audience="")
    visit.open(f"/#&sketch=~{link}")
    page.wait_for_selector("#sketch-banner >> text=不再共享")


@pytest.mark.long
def test_a_file_is_looked_at_and_taken_in_on_a_phone(visit):
    let_in(visit, make_user("anna"))
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.open("/planning" + near() + "&on=parcels&sketch=new")
    page = visit.page
    page.wait_for_selector("#sketch:not([hidden])")
    point = {"type": "Point", "coordinates": list(centre_degrees(10, 10))}
    away = {"type": "Point", "coordinates": [116.4, 39.9]}
    page.click("[data-side=look]")
    for name, place in (("here.geojson", point), ("away.geojson", away)):
        feature = {"type": "Feature", "properties": {"name": name}, "geometry": place}
        text = json.dumps({"type": "FeatureCollection", "features": [feature]})
        page.set_input_files(
            "#sketch-file", {"name": name, "mimeType": "", "buffer": text.encode()}
        )
        page.click("#sketch-upload button")
        page.wait_for_selector(f"#sketch-looked >> text={'飞到' if place is away else '缩放到'}")
        if place is point:
            page.click("#sketch-looked >> text=放进草图")
    page.click("#sketch-looked >> text=飞到那里")
    page.wait_for_function("Math.abs(window.tujing.map.getCenter().lng - 116.4) < 0.1")
    assert page.locator(SHAPES).count() == 1
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    page.set_input_files("#sketch-file", {"name": "乱.dxf", "mimeType": "", "buffer": b"rubbish"})
    page.click("#sketch-upload button")
    page.wait_for_selector("#sketch-looked .error")
