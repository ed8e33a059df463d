"""What is made of the terrain is served as the terrain is: each a collection, with its unit."""

import numpy as np
import pytest

from spatial.city import city
from spatial.rasters import write_terrain
from spatial.terrain.products import CURVATURES, SLOPE, WETNESS
from tests.layers.ogc.conftest import CELL, ROWS

pytestmark = pytest.mark.django_db


@pytest.fixture
def sloping(land):
    """The slope of the land, 12.347° everywhere; a curvature of 0.000123 in every cell."""
    for product, value in ((SLOPE, 12.347), (CURVATURES[0], 0.000123)):
        cells = np.full(land.heights.shape, value)
        write_terrain(product.path, cells, land.x, land.y + ROWS * CELL, CELL, city().projected)
    return land


def test_those_that_are_there_are_collections_and_the_others_are_unknown(client, sloping):
    listed = {one["id"] for one in client.get("/ogc/collections?f=json").json()["collections"]}
    assert {"terrain", SLOPE.id} <= listed
    assert WETNESS.id not in listed
    assert client.get(f"/ogc/collections/{WETNESS.id}?f=json").status_code == 404
    paths = client.get("/ogc/openapi?f=json").json()["paths"]
    assert f"/collections/{SLOPE.id}/coverage" in paths
    assert f"/collections/{WETNESS.id}/coverage" not in paths
    assert "坡度" in client.get("/ogc/collections?f=html").text
    assert "坡度" in client.get(f"/ogc/collections/{SLOPE.id}?f=html").text


def test_a_value_has_the_digits_and_the_unit_of_its_product(client, sloping):
    at = f"POINT({sloping.y + 55} {sloping.x + 55})"
    for product, value, unit in ((SLOPE, 12.35, "deg"), (CURVATURES[0], 0.000123, "m-1")):
        here = f"/ogc/collections/{product.id}"
        own = client.get(f"{here}?f=json").json()["storageCrs"]
        document = client.get(f"{here}/position", {"coords": at, "crs": own}).json()
        assert document["ranges"][product.field]["values"] == [pytest.approx(value, abs=1e-6)]
        assert document["parameters"][product.field]["unit"]["symbol"]["value"] == unit
        schema = client.get(f"{here}/schema").json()
        assert schema["properties"][product.field]["x-ogc-unit"] == unit
    refused = client.get(f"/ogc/collections/{SLOPE.id}/coverage", {"properties": "elevation"})
    assert refused.status_code == 400
