"""Standard clients against a running server: GDAL lists, pages and travels in time."""

import json
import shutil
import subprocess
import sys
import tempfile

import geopandas as gpd
import pytest
import shapely

from spatial.parcels.models import Parcel
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, square

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


@pytest.mark.parametrize("page_size", ["50", "1000"])
def test_paging_returns_every_feature_exactly_once(city, page_size):
    frame = read(city, PAGE_SIZE=page_size)
    assert len(frame) == frame["code"].nunique() == 229
    assert set(frame["location"]) == {"蓝田"}
    assert frame.crs.to_epsg() == 4546  # GDAL asks for the storage CRS, axis order and all
    first = frame.sort_values("code").geometry.iloc[0]
    assert first.equals_exact(shapely.from_wkb(bytes(square().wkb)), 1e-4)


def test_a_box_of_the_client_is_pushed_down(city):
    whole = read(city)
    target = whole[whole["code"] == "P100"].geometry.iloc[0]
    assert read(city, bbox=target.buffer(-0.1).bounds)["code"].tolist() == ["P100"]
