"""The coverage: every value belongs to the centre of its cell, in every CRS and at every scale."""

import numpy as np
import pytest
import rasterio
from owslib.ogcapi.coverages import Coverages
from rasterio.io import MemoryFile

from layers.ogc.common.requests import epsg_uri
from spatial.city import city
from spatial.crs import transformer
from tests.layers.ogc.conftest import CELL, COLUMNS, ROWS

pytestmark = pytest.mark.django_db
HERE = "/ogc/collections/terrain/coverage"
OWN = epsg_uri(city().projected)


def axis(told):
    return (
        np.array(told["values"])
        if "values" in told
        else np.linspace(told["start"], told["stop"], told["num"])
    )


def covjson(client, **params):
    answer = client.get(HERE, {"f": "covjson", **params})
    assert answer.status_code == 200, answer.content
    document = answer.json()
    axes = document["domain"]["axes"]
    told = document["ranges"]["elevation"]
    values = np.array(told["values"], dtype=float).reshape(told["shape"])
    return axis(axes["x"]), axis(axes["y"]), values, document


def expected(land, xs, ys):
    return (xs - land.x)[None, :] + 2 * (ys - land.y)[:, None]


def box(land, west, south, east, north):
    return f"{land.x + west},{land.y + south},{land.x + east},{land.y + north}"


def test_the_whole_is_what_was_written(client, land):
    xs, ys, values, document = covjson(client)
    assert values.shape == (ROWS, COLUMNS)
    assert (xs[0], ys[0]) == (land.x + 5, land.north - 5)
    np.testing.assert_allclose(values[:, :-1], expected(land, xs, ys)[:, :-1])
    assert np.isnan(values[:, -1]).all()
    assert document["ranges"]["elevation"]["values"][COLUMNS - 1] is None
    system = document["domain"]["referencing"][0]
    assert system["coordinates"] == ["y", "x"]  # EPSG says north first
    assert system["system"] == {"type": "ProjectedCRS", "id": OWN}


def test_a_part_is_whole_cells_around_the_box(client, land):
    xs, ys, values, _ = covjson(
        client,
        bbox=f"{land.y + 101},{land.x + 52},{land.y + 139},{land.x + 88}",
        **{"bbox-crs": OWN},
    )
    assert (xs.min(), xs.max()) == (land.x + 55, land.x + 85)
    assert (ys.min(), ys.max()) == (land.y + 105, land.y + 135)
    np.testing.assert_allclose(values, expected(land, xs, ys))


@pytest.mark.parametrize(
    "scale", [{"scale-factor": "4"}, {"scale-size": "E(20),N(15)"}, {"scale-axes": "E(4),N(4)"}]
)
def test_a_scaled_cell_is_the_mean_of_those_under_it(client, land, scale):
    xs, ys, values, _ = covjson(client, **scale)
    assert values.shape == (15, 20)
    assert (xs[0], ys[0]) == (land.x + 20, land.north - 20)
    np.testing.assert_allclose(values[:, :-1], expected(land, xs, ys)[:, :-1], atol=0.01)


@pytest.mark.parametrize("factor", ["2.5", "3", "7"])
def test_cells_that_do_not_fit_whole_count_by_their_part(client, land, factor):
    xs, ys, values, _ = covjson(client, **{"scale-factor": factor})
    off = np.abs(values - expected(land, xs, ys))[:, :-2]  # the last ones touch what has no data
    assert off.max() < 2.0  # half a cell's shift of what is read would be 5 and more


@pytest.mark.parametrize("epsg", [4326, 4490, 3857])
@pytest.mark.parametrize("factor", [2, 3, 7])
def test_scaled_in_another_crs_a_value_still_belongs_to_its_place(client, land, epsg, factor):
    xs, ys, values, _ = covjson(client, crs=epsg_uri(epsg), **{"scale-factor": str(factor)})
    x, y = transformer(epsg, city().projected).transform(*np.meshgrid(xs, ys))
    off = np.abs(values - (x - land.x) - 2 * (y - land.y))
    edge = CELL * factor
    inside = (x > land.x + edge) & (x < land.east - CELL - edge)
    inside &= (y > land.y + edge) & (y < land.north - edge)
    assert inside.sum() >= 30
    assert np.max(off[inside]) < 0.1 * edge * 2


def test_twice_as_many_cells_lie_between_those_that_are_there(client, land):
    xs, ys, values, _ = covjson(client, **{"scale-factor": "0.5"})
    assert values.shape == (2 * ROWS, 2 * COLUMNS)
    off = np.abs(values - expected(land, xs, ys))[2:-2, 2:-6]
    assert off.max() < 0.1


@pytest.mark.parametrize(
    "subset",
    [
        "Lat(0:1)",
        "Lat(80:89)",
        "Lon(0:1)",
        "Lon(-180:-170)",
        "Lat(1e308:1e308)",
        "E(0:1)",
        "N(0:1)",
    ],
)
def test_a_subset_beside_the_terrain_is_not_there(client, land, subset):
    assert client.get(HERE, {"subset": subset}).status_code == 404


@pytest.mark.parametrize("scale", [{"scale-size": "E(1e6),N(1e6)"}, {"scale-factor": "0.001"}])
def test_the_factor_that_is_told_fits(client, land, monkeypatch, scale):
    monkeypatch.setattr("layers.ogc.coverages.views.MOST_TEXT_CELLS", 700)
    refused = client.get(HERE, {"f": "covjson", **scale})
    assert refused.status_code == 413
    factor = refused.json()["detail"].rpartition("scale-factor=")[2]
    assert float(factor) < 4
    _, _, values, _ = covjson(client, **{"scale-factor": factor})
    assert 500 < values.size <= 700


def test_subsets_in_metres_and_in_degrees(client, land):
    xs, ys, values, _ = covjson(
        client, subset=f"E({land.x + 100}:{land.x + 200}),N({land.y + 50}:*)"
    )
    assert (xs.min(), xs.max(), ys.min()) == (land.x + 105, land.x + 195, land.y + 55)
    np.testing.assert_allclose(values, expected(land, xs, ys))
    lon, lat = transformer(city().projected, 4326).transform(land.x + 305, land.y + 305)
    tiny = f"Lon({lon - 1e-6}:{lon + 1e-6}),Lat({lat - 1e-6}:{lat + 1e-6})"
    xs, ys, values, _ = covjson(client, subset=tiny)
    assert values.tolist() == [[pytest.approx(915.0)]]


@pytest.mark.parametrize("epsg", [4326, 4490, 3857, 4525])
def test_in_another_crs_a_value_still_belongs_to_its_place(client, land, epsg):
    xs, ys, values, document = covjson(client, crs=epsg_uri(epsg))
    assert document["domain"]["referencing"][0]["system"]["id"] == epsg_uri(epsg)
    gx, gy = np.meshgrid(xs, ys)
    x, y = transformer(epsg, city().projected).transform(gx, gy)
    told = (x - land.x) + 2 * (y - land.y)
    inside = (x > land.x + 10) & (x < land.east - 30) & (y > land.y + 10) & (y < land.north - 10)
    assert inside.sum() > 3000
    off = np.abs(values - told)[inside]
    assert np.nanmax(off) < 2.0  # a fifth of a cell: half a cell's shift would be 5 and more


def test_a_geotiff_has_its_place_its_nothing_and_its_name(client, land):
    answer = client.get(HERE, {"f": "tif", "bbox": "111,27,112,28"})
    assert answer["Content-Type"] == "image/tiff; application=geotiff"
    with MemoryFile(answer.content) as memory, memory.open() as source:
        assert source.crs.to_epsg() == city().projected
        assert tuple(source.bounds) == (land.x, land.y, land.east, land.north)
        assert source.descriptions == ("elevation",)
        assert np.isnan(source.nodata)
        np.testing.assert_allclose(source.read(1), land.heights, equal_nan=True)


@pytest.mark.parametrize(
    ("params", "status", "words"),
    [
        ({"bbox": "nan,0,1,1"}, 400, "bbox"),
        ({"bbox": "0,0,1,1"}, 404, "没有高程数据"),
        ({"bbox": "111,28,112,27"}, 400, "下边界"),
        ({"scale-factor": "0"}, 400, "scale-factor"),
        ({"scale-factor": "0.0001"}, 413, "scale-factor="),
        ({"scale-factor": "2", "scale-size": "E(3)"}, 400, "只能给出一项"),
        ({"scale-size": "T(3)"}, 400, "轴"),
        ({"subset": "Lat(5)"}, 400, "下限:上限"),
        ({"subset": "Lat(2:1)"}, 400, "下限大于上限"),
        ({"subset": "Lat"}, 400, "轴(值)"),
        ({"subset": "Lat(a:b)"}, 400, "数"),
        ({"properties": "owner"}, 400, "owner"),
        ({"crs": "http://www.opengis.net/def/crs/EPSG/0/2154"}, 400, "2154"),
        ({"f": "netcdf"}, 400, "netcdf"),
        ({"datetime": "2020-01-01"}, 400, "datetime"),
    ],
)
def test_what_cannot_be_answered_is_told(client, land, params, status, words):
    answer = client.get(HERE, params)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


def test_without_a_terrain_there_is_no_collection(client, settings, tmp_path):
    settings.TERRAIN = tmp_path / "none.tif"
    assert client.get(HERE).status_code == 404
    assert client.get("/ogc/collections/terrain").status_code == 404
    assert '"terrain"' not in client.get("/ogc/collections?f=json").content.decode()


def test_the_collection_for_programs_and_for_people(client, land):
    document = client.get("/ogc/collections/terrain?f=json").json()
    assert document["storageCrs"] == OWN
    assert document["extent"]["spatial"]["grid"][0] == {"cellsCount": COLUMNS, "resolution": CELL}
    field = client.get("/ogc/collections/terrain/schema").json()["properties"]["elevation"]
    assert field["x-ogc-unit"] == "m"
    page = client.get("/ogc/collections/terrain", headers={"Accept": "text/html"}).content.decode()
    assert "地形高程" in page
    assert "80 × 60" in page


@pytest.mark.django_db(transaction=True)
def test_owslib_reads_the_coverage(live_server, land, tmp_path):
    service = Coverages(f"{live_server.url}/ogc/")
    assert service.coverages() == ["terrain"]
    lon, lat = transformer(city().projected, 4326).transform(land.x + 400, land.y + 300)
    body = service.coverage(
        "terrain",
        subset=[("Lon", lon - 0.001, lon + 0.001), ("Lat", lat - 0.001, lat + 0.001)],
        scale_size=[("Lon", 10), ("Lat", 10)],
    )
    path = tmp_path / "part.tif"
    path.write_bytes(body.getvalue())
    with rasterio.open(path) as source:
        assert source.shape == (10, 10)
        x, y = source.xy(5, 5)
        value = source.read(1)[5, 5]
    assert value == pytest.approx(
        (x - land.x) + 2 * (y - land.y), abs=10
    )  # half a cell of 22 joined to 10
