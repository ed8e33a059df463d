"""The list of layers: their order, strength and filters, by keyboard and by mouse, kept in the link."""

import json

import pytest

from tests.town import centre_degrees

SHAPES = "window.tujing.map.getStyle().layers.map(one => one.id)"


def _place(rest: str) -> str:
    lon, lat = centre_degrees(50, 50)
    return f"/#16.5/{lat:.5f}/{lon:.5f}/0/0&{rest}"


def _below(visit, lower: str, upper: str) -> bool:
    ids = visit.page.evaluate(SHAPES)
    return ids.index(lower) < ids.index(upper)


@pytest.mark.long
def test_layers_are_moved_weakened_and_narrowed_and_the_link_keeps_it(visit):
    visit.open(_place("on=parcels,buildings"))
    page = visit.page
    assert _below(visit, "parcels", "buildings")
    page.click("[data-layers=shown]")
    page.press('[data-id=parcels] [data-move="up"]', "Enter")
    assert _below(visit, "buildings", "parcels")
    assert "order=" in page.url
    page.locator("[data-id=parcels] input[type=range]").fill("40")
    assert "op=parcels:40" in page.url
    full = {"P2", "P3"}
    assert full <= visit.drawn("parcels")
    page.click('[data-id=parcels] [aria-expanded="false"]')
    page.click("[data-id=parcels] .add")
    page.select_option("[data-id=parcels] select >> nth=0", "code")
    page.fill("[data-id=parcels] .condition input", "P2")
    page.wait_for_function("location.hash.includes('only=')")
    page.wait_for_function(
        "window.tujing.map.queryRenderedFeatures({layers: ['parcels']}).every(f => f.properties.code === 'P2')"
    )
    link = page.url.removeprefix(visit.base)
    visit.open(link)
    page.wait_for_function(
        "[...new Set(window.tujing.map.queryRenderedFeatures({layers: ['parcels']}).map(f => f.properties.code))].join() === 'P2'"
    )
    assert _below(visit, "buildings", "parcels")
    page.click("[data-layers=shown]")
    page.click("#layers-reset")
    page.wait_for_function(
        "window.tujing.map.queryRenderedFeatures({layers: ['parcels']}).length > 1"
    )
    assert _below(visit, "parcels", "buildings")
    assert not {"order=", "op=", "only="} & set(page.url.split("&"))


@pytest.mark.long
def test_a_layer_is_dragged(visit):
    visit.open(_place("on=parcels,buildings,roads"))
    visit.page.click("[data-layers=shown]")
    visit.page.drag_and_drop("[data-id=roads] .head b", "[data-id=buildings] .head b")
    assert _below(visit, "buildings", "roads")


@pytest.mark.long
def test_a_filter_that_cannot_be_is_left_out(visit):
    only = json.dumps({"parcels": [{"column": "no_such", "how": "eq", "value": "1"}]})
    visit.open(_place(f"on=parcels&only={only}"))
    assert {"P2", "P3"} <= visit.drawn("parcels")
