"""The attribute table in a browser: opened from a layer, narrowed, chosen on the map, kept in the address."""

import json
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.browser.sessions import let_in
from tests.browser.test_map import click_on, near
from tests.town import centre_degrees, make_user

ROWS = "#table-rows .tabulator-row"


def pixel(visit, dx, dy):
    return visit.page.evaluate(
        "([lon, lat]) => { const p = window.tujing.map.project([lon, lat]);"
        " const b = window.tujing.map.getCanvas().getBoundingClientRect();"
        " return [p.x + b.left, p.y + b.top]; }",
        list(centre_degrees(dx, dy)),
    )


def listed(visit):
    return visit.page.eval_on_selector_all(ROWS, "rows => rows.map(r => r.dataset.code)")


def wait_rows(visit, *codes):
    visit.page.wait_for_function(
        f"JSON.stringify([...document.querySelectorAll('{ROWS}')].map(r => r.dataset.code))"
        f" === '{json.dumps(list(codes), separators=(',', ':'))}'"
    )


def open_table(visit, layer="parcels"):
    visit.page.hover(f".layer:has([value={layer}])")
    visit.page.click(f"[data-open-table={layer}]")
    visit.page.wait_for_selector(ROWS)


def test_a_table_is_narrowed_sorted_and_comes_back_from_its_address(visit):
    visit.open("/planning" + near() + "&on=parcels")
    open_table(visit)
    wait_rows(visit, "P2", "P3")
    assert visit.page.inner_text("#table-count") == "共 2 条"
    visit.page.click(".table-sort >> text=编码")
    visit.page.click(".table-sort >> text=编码")
    wait_rows(visit, "P3", "P2")
    visit.page.click("[data-table=filter]")
    visit.page.click("#table-filter .add")
    visit.page.fill("#table-filter .condition input", "P3")
    wait_rows(visit, "P3")
    assert "编码 等于 P3" in visit.page.inner_text("#table-chips")
    assert "table=parcels" in visit.page.url
    address = visit.page.url.removeprefix(visit.base)
    visit.open(address)
    wait_rows(visit, "P3")
    visit.page.click("#table-chips .chip")
    wait_rows(visit, "P3", "P2")
    visit.page.fill("#time-date", "2019-06-01")
    visit.page.dispatch_event("#time-date", "change")
    wait_rows(visit, "P1")
    assert not visit.strays


@pytest.mark.long
def test_rows_and_map_lead_to_each_other(visit):
    visit.open("/" + near() + "&on=buildings,parcels")
    open_table(visit)
    visit.page.click(f"{ROWS}[data-code=P3]")
    visit.page.wait_for_selector("#panel-body .record[data-code=P3]")
    visit.page.wait_for_selector(f"{ROWS}[data-code=P3].is-opened")
    visit.page.click("[data-table=select]")
    visit.page.click("[data-select=box]")
    visit.settle()
    (x, y), (right, top) = pixel(visit, -8, -8), pixel(visit, 20, 108)
    visit.page.mouse.move(x, y)
    visit.page.mouse.down()
    visit.page.mouse.move(right, top, steps=4)
    visit.page.mouse.up()
    visit.page.wait_for_selector("#table-chips .chip >> text=范围")
    wait_rows(visit, "P2")
    assert "S_INTERSECTS" not in visit.page.url
    assert "Polygon" in unquote(visit.page.url)
    visit.page.click("[data-table=statistics]")
    visit.page.wait_for_selector("#table-statistics dd >> text=1")
    visit.page.select_option("#table-statistics select", "land_use")
    visit.page.wait_for_selector("#table-statistics .table-figures >> text=城镇住宅用地")
    with visit.page.expect_download() as download:
        visit.page.click("[data-table=export]")
        visit.page.click("[data-export=csv]")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "P2" in text
    assert "P3" not in text


@pytest.mark.long
def test_a_table_is_a_step_that_back_closes(visit):
    visit.open("/planning" + near() + "&on=parcels")
    open_table(visit)
    visit.page.go_back()
    visit.page.wait_for_selector("#table", state="hidden")
    assert "table=" not in visit.page.url
    visit.page.go_forward()
    visit.page.wait_for_selector(ROWS)


@pytest.mark.long
def test_views_are_saved_and_shared(visit):
    let_in(visit, make_user("anna"))
    visit.open("/" + near() + "&on=parcels")
    open_table(visit)
    visit.page.fill("#table-words", "P3")
    wait_rows(visit, "P3")
    visit.page.click("[data-table=views]")
    visit.page.fill("#table-views input[type=text]", "东边一块")
    visit.page.click("#table-views [type=submit]")
    visit.page.wait_for_selector("#table-views li >> text=东边一块")
    visit.page.click("#table-close")
    open_table(visit)
    wait_rows(visit, "P2", "P3")
    visit.page.click("[data-table=views]")
    visit.page.click("#table-views li button >> text=东边一块")
    wait_rows(visit, "P3")


@pytest.mark.long
def test_on_a_phone_the_table_covers_the_tools_not_the_page(visit):
    visit.page.set_viewport_size({"width": 390, "height": 760})
    visit.open("/" + near() + "&on=parcels")
    visit.page.click("#layers-fold")
    visit.page.click("[data-open-table=parcels]")
    wait_rows(visit, "P2", "P3")
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 390
    click_on(visit, 25, 25)
    assert listed(visit) == ["P2", "P3"]
