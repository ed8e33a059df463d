"""The ground of pages that draw something of their own, from the declarations."""

from dataclasses import replace

from layers.declarations.declarations import Quiet
from layers.declarations.ground import ground
from layers.declarations.registry import all_layers, layer_of

TILES = "/tiles/{layer}/{z}"


def test_the_quiet_layers_come_in_the_order_of_the_map():
    found = ground(reversed(all_layers()), TILES)
    ids = [layer["id"] for layer in found["layers"]]
    assert ids == ["paper", "water", "roads", "buildings", "districts"]
    assert set(found["sources"]) == set(ids[1:])
    assert found["sources"]["roads"]["tiles"] == ["/tiles/roads/{z}"]
    assert found["sources"]["districts"]["minzoom"] == 6


def test_a_line_and_an_area_are_drawn_as_declared():
    layers = {layer["id"]: layer for layer in ground(all_layers(), TILES)["layers"]}
    assert layers["roads"]["type"] == "line"
    assert layers["roads"]["minzoom"] == 12
    assert layers["roads"]["paint"]["line-width"][3:] == [12, 0.6, 18, 8]
    assert layers["districts"]["paint"] == {"line-color": "#b9ae97", "line-dasharray": [4, 3]}
    assert layers["buildings"]["paint"]["fill-outline-color"] == "#cfc4aa"


def test_another_layer_joins_by_its_declaration():
    parcels = layer_of("parcels")
    quiet = replace(parcels, paint=replace(parcels.paint, quiet=Quiet("#123456")))
    assert "parcels" in ground([quiet], TILES)["sources"]
    assert ground([layer_of("parcels")], TILES)["sources"] == {}
