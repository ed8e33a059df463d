"""The file itself: what is in it, and that it opens with no network."""

import re

import pytest

from layers.access.access import ANONYMOUS
from layers.declarations.registry import layer_of
from layers.reading.shares import share_of
from spatial.codes import schemes
from spatial.hazards.models import HazardSite
from spatial.periods import NOW
from tests.factories import open_feature, spot, square
from tests.webmap.exports.test_data import box
from webmap.exports.data import draw_layers
from webmap.exports.render import render_map

HEADING = {
    "city": "涟源市",
    "title": "数字规划",
    "state": "2020-05-01",
    "made_at": "2026-01-02 03:04",
    "made_by": "规划",
    "projection": "CGCS2000",
    "sources": "自然资源局",
}
NASTY = (
    "<img src=x onerror=alert(1)>{{ 7*7 }}{% if 1 %}{# no #}</script><script>window.hit=1</script>"
)


def page(*layers):
    drawn = draw_layers([share_of(ANONYMOUS, layer_of(name)) for name in layers], box(), NOW)
    return render_map(drawn, box(), HEADING)


@pytest.mark.django_db
def test_the_sheet_says_what_it_is():
    open_feature(code="P1", schematic=True)
    text = page("parcels", "roads")
    for part in ("涟源市", "数字规划", "2020-05-01", "2026-01-02 03:04", "规划", "图例", "宗地"):
        assert part in text
    assert "含示意数据" in text
    assert "此范围内没有要素" in text


@pytest.mark.django_db
def test_nothing_is_loaded_from_anywhere():
    open_feature(code="P1")
    text = page("parcels")
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*\b(?:src|href)\s*=", text)
    assert not re.findall(r"url\((?!data:|#)[^)]*\)", text)
    assert not re.findall(r"L\.tileLayer\(", text)
    assert "default-src 'none'" in text


@pytest.mark.django_db
def test_text_from_outside_never_runs_as_a_template():
    evil = "{{ this.__class__ }}{% for x in y %}"
    open_feature(HazardSite, code="{{7*7}}", name=evil, kind="{{ 8*8 }}", geom=spot())
    text = page("hazard-sites")
    assert r"\u0026#123;\u0026#123; this.__class__ \u0026#125;" in text
    assert r"\u0026#123;\u0026#123;7*7\u0026#125;" in text
    assert "{{ 8*8 }}</li>" in text  # in the legend, which is not read twice


@pytest.mark.django_db
def test_what_was_left_out_is_said(monkeypatch):
    monkeypatch.setattr("webmap.exports.data.PER_LAYER", 1)
    open_feature(code="P1", geom=square(0, 0, 1))
    open_feature(code="P2", geom=square(3, 0, 1))
    assert "未全部画出：共 2 个，仅含 1 个" in page("parcels")


@pytest.fixture
def browser(chromium):
    return chromium


@pytest.fixture
def nasty_page(transactional_db, tmp_path):
    open_feature(code="P1", location=NASTY, geom=square(-20, -20, 40))
    open_feature(HazardSite, code="H1", name="滑坡甲", kind="landslide", geom=spot(10, 10))
    open_feature(HazardSite, code="H2", name="滑坡乙", kind="landslide", geom=spot(-30, 10))
    file = tmp_path / "map.html"
    file.write_text(page("parcels", "hazard-sites"), encoding="utf-8")
    return file


@pytest.mark.browser
def test_it_opens_with_the_network_off(nasty_page, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    context.set_offline(True)
    tab = context.new_page()
    faults, asked = [], []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("console", lambda message: faults.append(message.text))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(nasty_page.as_uri())
    assert tab.locator(".folium-map path.leaflet-interactive").count() == 3
    assert tab.locator(".legend h3").all_inner_texts()[0].startswith("宗地")
    assert tab.locator(".sheet-label").all_inner_texts() == ["滑坡甲", "滑坡乙"]
    assert re.match(r"1∶[\d,]+$", tab.locator("#sheet-scale").inner_text())
    assert not faults
    assert all(url.startswith(("file:", "data:")) for url in asked)


@pytest.mark.browser
def test_a_popup_shows_titles_and_text_never_markup(nasty_page, browser):
    tab = browser.new_page(viewport={"width": 1280, "height": 860})
    tab.goto(nasty_page.as_uri())
    tab.locator(".folium-map path.leaflet-interactive").first.click()
    popup = tab.locator(".leaflet-popup-content")
    assert "坐落" in popup.inner_text()
    assert NASTY in popup.inner_text()
    assert popup.locator("img").count() == 0
    assert tab.evaluate("window.hit") is None


@pytest.mark.browser
def test_it_prints_on_one_sheet(nasty_page, browser):
    tab = browser.new_page()
    tab.goto(nasty_page.as_uri())
    pdf = tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


@pytest.fixture(params=[(5, False), (30, False), (70, True)])
def long_legend(request, transactional_db, tmp_path):
    """A page with many classes; made before the browser, beside which Django may not wait."""
    number, long = request.param
    codes = sorted(code for code in schemes()["land_sea_use_2023"].codes if len(code) == 4)
    for place, code in enumerate(codes[:number]):
        open_feature(code=code, land_use=code, geom=square(place % 40, place // 40, 1))
    file = tmp_path / "map.html"
    file.write_text(page("parcels"), encoding="utf-8")
    return file, number, long


@pytest.mark.browser
def test_a_long_legend_is_never_cut_off(long_legend, browser):
    file, number, long = long_legend
    tab = browser.new_page(viewport={"width": 1280, "height": 860})
    tab.goto(file.as_uri())
    assert tab.locator(".legend li").count() == number
    side = tab.locator(".sheet-side").bounding_box()
    last = tab.locator(".legend li").last.bounding_box()
    assert last["y"] + last["height"] <= side["y"] + side["height"] + 1
    assert (tab.locator("body.long").count() == 1) is long
