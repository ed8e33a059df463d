"""A file for a look: placed as an import would, told where it lies, kept nowhere."""

import io
import json
import zipfile

import numpy as np
import pyogrio.raw
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile

from importers.reading import apart
from spatial.city import city
from tests.factories import spot
from tests.town import make_user
from webmap.map.sketches import looks

pytestmark = pytest.mark.django_db
EAST, NORTH = (round(value, 3) for value in spot(0, 0).coords)
TXT = (
    "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n计量单位=米\n带号=37\n[地块坐标]\n"
    "5,0.0100,P1,一号地,面,H,住宅,0701,@\n"
)


def survey_text(east=EAST, north=NORTH, prefix=37_000_000):
    corners = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]
    lines = [f"J{n},1,{north + y:.3f},{prefix + east + x:.3f}" for n, (x, y) in enumerate(corners)]
    return (TXT + "\n".join([*lines[:4], f"J0,1,{north:.3f},{prefix + east:.3f}"])).encode("gbk")


@pytest.fixture
def anna(client):
    client.force_login(make_user("anna"))
    return client


def look(client, name, data, **more):
    return client.post("/sketches/look", {"file": SimpleUploadedFile(name, data), **more})


def first(answer):
    assert answer.status_code == 200, answer.content.decode()
    found = answer.json()
    return found, shapely.geometry.shape(found["features"]["features"][0]["geometry"])


def is_here(shape):
    view = city().view
    return (
        abs(shape.centroid.x - view.longitude) < 0.001
        and abs(shape.centroid.y - view.latitude) < 0.001
    )


def test_a_survey_text_is_read_with_its_zone_and_says_so(anna):
    found, shape = first(look(anna, "界址.txt", survey_text()))
    assert is_here(shape)
    assert found["features"]["features"][0]["properties"]["name"] == "一号地"
    assert found["away_km"] is None
    assert "带号 37" in found["reading"]
    assert (found["title"], found["shown"], found["total"]) == ("界址", 1, 1)


def test_points_of_a_table(anna):
    text = f"编号,X,Y\nA,{NORTH},{EAST}\nB,{NORTH + 5},{EAST}\n".encode()
    found, shape = first(look(anna, "点.csv", text))
    assert (shape.geom_type, found["shown"]) == ("Point", 2)
    assert is_here(shape)


def shapefile(folder, count=1):
    path = folder / "地块.shp"
    shapes = shapely.to_wkb(shapely.box(EAST, NORTH, EAST + np.arange(1, count + 1), NORTH + 10))
    names = np.array([f"第{n}块" for n in range(count)], object)
    pyogrio.raw.write(
        path, shapes, [names], ["name"], geometry_type="Polygon", crs="EPSG:4546", encoding="utf-8"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in folder.glob("地块.*"):
            archive.write(part, part.name)
    return packed.getvalue()


def test_a_zipped_shapefile_and_no_more_than_is_shown(anna, tmp_path, monkeypatch):
    monkeypatch.setattr(looks, "MOST_FEATURES", 3)
    found, shape = first(look(anna, "地块.zip", shapefile(tmp_path, 7)))
    assert is_here(shape)
    assert (found["shown"], found["total"], found["is_cut"]) == (3, 7, True)


def test_another_place_is_shown_with_its_distance(anna):
    collection = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": "北京"},
                "geometry": {"type": "Point", "coordinates": [116.4, 39.9]},
            }
        ],
    }
    found, shape = first(look(anna, "bj.geojson", json.dumps(collection).encode()))
    assert (shape.x, shape.y) == pytest.approx((116.4, 39.9), abs=1e-6)
    assert 1_200 < found["away_km"] < 1_500


def test_a_crs_that_is_told_is_taken(anna):
    text = f"编号,X,Y\nA,{NORTH + 900000},{EAST}\n".encode()
    assert look(anna, "远.csv", text).status_code == 409
    found, _shape = first(look(anna, "远.csv", text, crs="4546"))
    assert found["away_km"] > 100
    assert look(anna, "远.csv", text, crs="9999").status_code == 422


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("乱.dxf", b"\x00\x01\x02 rubbish" * 50, ""),
        ("图.gpkg", b"AC1015" + b"\0" * 200, "DWG"),
        ("空.csv", b"", "请选择一个文件"),
        ("表.csv", "名称,数量\n甲,1\n".encode(), "没有图形"),
        ("程序.exe", b"MZ", "不能显示这种文件"),
        ("包.zip", b"PK\x03\x04broken", ""),
    ],
)
def test_rubbish_is_refused_in_words(anna, name, data, words):
    answer = look(anna, name, data)
    assert answer.status_code in (409, 422)
    said = answer.json()["error"]
    assert words in said
    assert len(said) > 6
    assert "Traceback" not in said


def test_a_reader_that_does_not_end_is_ended(anna, monkeypatch):
    monkeypatch.setattr(apart, "SECONDS", 0.01)
    assert "没有读完" in look(anna, "界址.txt", survey_text()).json()["error"]


def test_bounds_and_rights(anna, monkeypatch):
    monkeypatch.setattr(looks, "MOST_BYTES", 10)
    assert look(anna, "界址.txt", survey_text()).status_code == 413
    anna.logout()
    assert look(anna, "界址.txt", survey_text()).status_code == 401
