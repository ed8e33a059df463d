"""Vector tiles on a real database, decoded by GDAL."""

import math

import pyogrio
import pytest

from spatial.city import city
from spatial.parcels.models import Parcel
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature

pytestmark = pytest.mark.django_db


def tile_at(zoom: int) -> str:
    """The address of the tile over the city's centre."""
    view = city().view
    n = 2**zoom
    x = int((view.longitude + 180) / 360 * n)
    lat = math.radians(view.latitude)
    y = int((1 - math.asinh(math.tan(lat)) / math.pi) / 2 * n)
    return f"/ogc/collections/parcels/tiles/WebMercatorQuad/{zoom}/{y}/{x}"


def read(answer, tmp_path):
    path = tmp_path / "tile.mvt"
    path.write_bytes(answer.content)
    return pyogrio.read_dataframe(path, layer="parcels")


def test_a_tile_carries_the_declared_tile_fields_only(client, tmp_path):
    open_feature(land_use="0701", right_holder="张三")
    answer = client.get(tile_at(16))
    assert answer["Content-Type"] == "application/vnd.mapbox-vector-tile"
    frame = read(answer, tmp_path)
    assert list(frame.columns.drop(["geometry", "mvt_id"], errors="ignore")) == ["code", "land_use"]
    assert frame["land_use"].tolist() == ["0701"]
    assert "张三".encode() not in answer.content


def test_a_tile_travels_in_time(client, tmp_path):
    seen = open_feature(land_use="0701", at=moment(2020))
    shop = {"geom": seen.geom, "land_use": "0901"}
    apply(change(moment(2022)), Parcel, [Edit(Action.REPLACE, "P1", shop)])
    assert read(client.get(tile_at(16)), tmp_path)["land_use"].tolist() == ["0901"]
    then = client.get(tile_at(16) + "?datetime=2021-01-01T00:00:00Z")
    assert read(then, tmp_path)["land_use"].tolist() == ["0701"]
    assert client.get(tile_at(16) + "?datetime=2019-01-01T00:00:00Z").status_code == 204


def test_a_tile_is_fresh_after_an_edit_and_unchanged_without(client, tmp_path):
    seen = open_feature()
    first = client.get(tile_at(16))
    again = client.get(tile_at(16), headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    edit = Edit(Action.REPLACE, "P1", {"geom": seen.geom, "land_use": "0901"})
    apply(change(moment(2022)), Parcel, [edit])
    fresh = client.get(tile_at(16), headers={"if-none-match": first["ETag"]})
    assert fresh.status_code == 200
    assert read(fresh, tmp_path)["land_use"].tolist() == ["0901"]


@pytest.mark.parametrize("place", ["23/0/0", "1/2/0", "1/0/2"])
def test_a_tile_outside_the_matrix_is_404(client, place):
    assert client.get(f"/ogc/collections/parcels/tiles/WebMercatorQuad/{place}").status_code == 404


def test_an_empty_tile_is_204(client):
    assert client.get("/ogc/collections/parcels/tiles/WebMercatorQuad/14/0/0").status_code == 204
