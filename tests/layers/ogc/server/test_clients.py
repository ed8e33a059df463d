"""Standard clients against a running server: GDAL lists, pages and travels in time."""

import json
import shutil
import subprocess
import sys
import tempfile

import geopandas as gpd
import pytest
import shapely

from layers.declarations.registry import layer_of
from layers.models import ApiKey, Consumer, LayerGrant
from layers.reading.publish import ensure_roles
from layers.reading.shares import share_of
from layers.sharing.keys import caller_with, new_key
from spatial.crs import transformer
from spatial.parcels.models import Parcel
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import centre, change, moment, square

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(live_server):
    """A running server with 230 parcels, one of which ended in 2022."""
    edits = [
        Edit(
            Action.OPEN, f"P{n:03}", {"geom": square(n % 20 * 20, n // 20 * 20), "location": "蓝田"}
        )
        for n in range(230)
    ]
    apply(change(moment(2019)), Parcel, edits)
    apply(change(moment(2022)), Parcel, [Edit(Action.END, "P007")])
    return f"OAPIF:{live_server.url}/ogc"


@pytest.mark.skipif(not shutil.which("ogrinfo"), reason="gdal-bin is not installed")
def test_ogrinfo_lists_the_collections_and_counts(city):
    listed = subprocess.run(
        ["ogrinfo", city], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert "parcels" in listed
    assert "buildings" in listed
    assert "units" not in listed
    told = subprocess.run(
        ["ogrinfo", "-ro", "-so", city, "parcels"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert "Feature Count: 229" in told


def read(source: str, **options) -> gpd.GeoDataFrame:
    """Read the parcels in a process of their own: GDAL holds the interpreter while it waits."""
    code = (
        "import sys, json, pyogrio;"
        "o = json.loads(sys.argv[2]); o.update(bbox=tuple(o['bbox'])) if 'bbox' in o else 0;"
        "pyogrio.read_dataframe(sys.argv[1], layer='parcels', **o).to_file(sys.argv[3])"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/found.gpkg"
        subprocess.run(
            [sys.executable, "-c", code, source, json.dumps(options), path], timeout=60, check=True
        )
        return gpd.read_file(path)


@pytest.mark.clients
@pytest.mark.parametrize("page_size", ["50", "1000"])
def test_paging_returns_every_feature_exactly_once(city, page_size):
    frame = read(city, PAGE_SIZE=page_size)
    assert len(frame) == frame["code"].nunique() == 229
    assert set(frame["location"]) == {"蓝田"}
    assert frame.crs.to_epsg() == 4546  # GDAL asks for the storage CRS, axis order and all
    first = frame.sort_values("code").geometry.iloc[0]
    assert first.equals_exact(shapely.from_wkb(bytes(square().wkb)), 1e-4)


@pytest.mark.clients
def test_a_box_of_the_client_is_pushed_down(city):
    whole = read(city)
    target = whole[whole["code"] == "P100"].geometry.iloc[0]
    assert read(city, bbox=target.buffer(-0.1).bounds)["code"].tolist() == ["P100"]


@pytest.fixture
def asked(monkeypatch):
    """The queries that reached the server, as it read them."""
    seen = []
    from layers.ogc.features import items

    page_of = items.page_of

    def noted(share, query):
        seen.append(query)
        return page_of(share, query)

    monkeypatch.setattr(items, "page_of", noted)
    return seen


@pytest.mark.clients
def test_a_filter_of_pyogrio_is_pushed_down(city, asked):
    found = read(city, where="code <= 'P002' AND location LIKE '蓝%'")
    assert sorted(found["code"]) == ["P000", "P001", "P002"]
    assert any(query.filter and "code" in query.filter.names for query in asked)


@pytest.mark.skipif(not shutil.which("ogrinfo"), reason="gdal-bin is not installed")
def test_a_filter_of_debians_gdal_is_answered(city, asked):
    told = subprocess.run(
        ["ogrinfo", "-ro", "-al", "-q", city, "parcels", "-where", "code = 'P003'"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert told.count("OGRFeature(") == 1
    assert "P003" in told


def test_owslib_reads_collections_and_features(city):
    from owslib.ogcapi.features import Features

    api = Features(city.removeprefix("OAPIF:"))
    assert "parcels" in api.feature_collections()
    assert api.collection("parcels")["id"] == "parcels"
    assert "land_use" in api.collection_queryables("parcels")["properties"]
    assert "land_use" in api.collection_schema("parcels")["properties"]
    page = api.collection_items("parcels", limit=7)
    assert (page["numberMatched"], page["numberReturned"]) == (229, 7)
    past = api.collection_items("parcels", datetime_="2020-01-01T00:00:00Z")
    assert past["numberMatched"] == 230
    narrowed = api.collection_items("parcels", filter="code = 'P004'")
    assert [f["id"] for f in narrowed["features"]] == ["P004"]
    assert api.collection_item("parcels", "P006")["properties"]["location"] == "蓝田"
    ring = api.collection_item("parcels", "P006")["geometry"]["coordinates"][0]
    x, y = ((ring[0][axis] + ring[2][axis]) / 2 for axis in (0, 1))
    near = api.collection_items("parcels", bbox=[x, y, x, y])
    assert [f["id"] for f in near["features"]] == ["P006"]


def test_owslib_searches_the_catalogue(city):
    from owslib.ogcapi.records import Records

    api = Records(city.removeprefix("OAPIF:"))
    assert api.records() == ["catalogue"]
    found = api.collection_items("catalogue", q="宗地")
    assert "parcels" in {record["id"] for record in found["features"]}
    assert found["numberMatched"] == found["numberReturned"]
    record = api.collection_item("catalogue", "parcels")
    assert record["properties"]["title"] == "宗地"
    assert "title" in api.collection_queryables("catalogue")["properties"]


QGIS = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsMapRendererParallelJob
from qgis.core import QgsMapSettings, QgsRectangle, QgsVectorLayer, QgsVectorTileLayer
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
QgsApplication.setPrefixPath("/usr", True)
application = QgsApplication([], False)
application.initQgis()
uri = f"url='{sys.argv[1]}' typename='parcels' pagingEnabled='true' pageSize='50'"
layer = QgsVectorLayer(uri, "parcels", "OAPIF")
assert layer.isValid(), "not valid"
features = list(layer.getFeatures())
codes = {f["code"] for f in features}
print(len(features), len(codes), features[0]["location"], layer.crs().authid(), flush=True)
tiles = QgsVectorTileLayer("type=xyz&zmin=0&zmax=18&url=" + sys.argv[2], "tiles")
print(tiles.isValid(), "tiles", flush=True)
settings = QgsMapSettings()
settings.setLayers([tiles])
settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
settings.setExtent(QgsRectangle(*map(float, sys.argv[3].split(","))))
settings.setOutputSize(QSize(256, 256))
settings.setBackgroundColor(QColor(255, 255, 255))
job = QgsMapRendererParallelJob(settings)
job.start()
job.waitForFinished()
image = job.renderedImage()
drawn = sum(image.pixel(x, y) & 0xFFFFFF != 0xFFFFFF for x in range(256) for y in range(256))
print(drawn, "drawn", flush=True)
os._exit(0)
"""


def has_qgis() -> bool:
    told = subprocess.run(["/usr/bin/python3", "-c", "import qgis.core"], capture_output=True)
    return told.returncode == 0


@pytest.mark.skipif(not has_qgis(), reason="QGIS is not installed")
def test_qgis_reads_every_feature_by_pages(city, tmp_path):
    url = city.removeprefix("OAPIF:")
    tiles = f"{url}/collections/parcels/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}"
    x, y = centre()
    corners = ([x - 100, x + 600], [y - 100, y + 400])
    (west, east), (south, north) = transformer(4546, 3857).transform(*corners)
    seen = (west, south, east, north)
    told = subprocess.run(
        ["/usr/bin/python3", "-c", QGIS, url, tiles, ",".join(map(str, seen))],
        capture_output=True,
        text=True,
        timeout=120,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin", "QT_QPA_PLATFORM": "offscreen"},
    )
    number, distinct, location, crs = told.stdout.split("\n")[0].split()
    assert (number, distinct, location) == ("229", "229", "蓝田"), told.stderr[-500:]
    assert "True tiles" in told.stdout
    drawn = int(told.stdout.split("\n")[2].split()[0])
    assert drawn > 2_000, told.stderr[-500:]
    assert crs in ("OGC:CRS84", "EPSG:4326")


def test_owslib_creates_replaces_and_ends_features(city, monkeypatch):
    from owslib import ogcapi
    from owslib.ogcapi.features import Features

    # OWSLib keeps the headers of one client for all
    monkeypatch.setattr(ogcapi, "REQUEST_HEADERS", dict(ogcapi.REQUEST_HEADERS))

    consumer = Consumer.objects.create(name="宗地系统", organisation="自然资源局")
    key, digest = new_key()
    ApiKey.objects.create(consumer=consumer, prefix=key[:8], digest=digest, created_by="测试")
    LayerGrant.objects.create(consumer=consumer, layer="parcels", may_write=True, granted_by="测试")
    ensure_roles([share_of(caller_with(key), layer_of("parcels"))])
    headers = {"Authorization": f"Bearer {key}", "If-Match": "*"}
    api = Features(city.removeprefix("OAPIF:"), headers=headers)
    feature = api.collection_item("parcels", "P000")
    feature |= {"id": "P900", "properties": {"location": "六亩塘"}}
    assert api.collection_item_create("parcels", feature)
    assert api.collection_item("parcels", "P900")["properties"]["location"] == "六亩塘"
    feature["properties"]["location"] = "蓝田"
    assert api.collection_item_update("parcels", "P900", json.dumps(feature))
    assert api.collection_item("parcels", "P900")["properties"]["location"] == "蓝田"
    assert api.collection_item_delete("parcels", "P900")
    with pytest.raises(RuntimeError, match="Gone"):
        api.collection_item("parcels", "P900")
    assert Parcel.objects.filter(code="P900").count() == 2  # both versions are kept
