"""A sketch as a file: what comes out is read in again by the importers' own readers."""

import json

import pytest

from importers.formats.opening import open_table
from importers.reading.apart import beginning_of
from importers.values.table import Ask
from spatial.geometry import shapes_of
from tests.town import centre_degrees
from tests.webmap.map.sketches.test_shapes import feature, ring

pytestmark = pytest.mark.usefixtures("town")
LINE = {"type": "LineString", "coordinates": [centre_degrees(0, 0), centre_degrees(100, 0)]}
HOLED = ring((0, 0), (100, 0), (100, 100), (0, 100))
HOLED["coordinates"].append(ring((40, 40), (60, 40), (60, 60), (40, 60))["coordinates"][0])
MIXED = [feature(HOLED, name="红线，一期", note='"注"'), feature(LINE)]


def download(client, form, features=MIXED):
    sketch = json.dumps({"title": "核对/一期", "features": features})
    return client.post("/sketches/file", {"form": form, "sketch": sketch})


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def opened(tmp_path, data, ending):
    path = tmp_path / f"sketch{ending}"
    path.write_bytes(data)
    folder = tmp_path / "scratch"
    folder.mkdir()
    table = open_table(path, Ask(folder))
    rows = next(table.batches(list(table.fields)))
    return table, rows, shapes_of(rows.wkb)


def test_a_geopackage_holds_areas_and_lines_with_their_names(client, tmp_path):
    answer = download(client, "gpkg")
    table, rows, shapes = opened(tmp_path, body(answer), ".gpkg")
    assert table.crs.endswith("4546") or "4546" in table.crs
    assert rows.columns["name"].tolist() == ["红线，一期", "图形 2"]
    assert [round(shape.area) for shape in shapes] == [9_600, 0]
    assert shapes[1].length == pytest.approx(100, abs=0.001)
    assert "%E6%A0%B8%E5%AF%B9%2F" in answer["Content-Disposition"]


def test_a_survey_text_is_read_back_as_it_was_drawn(client, tmp_path):
    table, rows, shapes = opened(tmp_path, body(download(client, "txt")), ".txt")
    assert rows.columns["名称"].tolist() == ["红线、一期"]
    assert shapes[0].area == pytest.approx(9_600, abs=0.5)
    assert [r.message for r in table.remarks if r.row] == []
    assert download(client, "txt", [feature(LINE)]).status_code == 422


def test_a_drawing_holds_every_ring_and_the_names(client, tmp_path):
    path = tmp_path / "sketch.dxf"
    path.write_bytes(body(download(client, "dxf")))
    begun = beginning_of(path, "草图.dxf", 100)
    kinds = sorted(row["实体类型"] for row in begun.rows)
    assert kinds == ["LWPOLYLINE", "LWPOLYLINE", "LWPOLYLINE", "TEXT", "TEXT"]
    assert {row["图层"] for row in begun.rows} == {"核对_一期", "核对_一期_注记"}


def test_geojson_is_in_degrees(client):
    found = json.loads(body(download(client, "geojson")))
    assert found["features"][0]["geometry"]["coordinates"][0][0] == pytest.approx(
        list(centre_degrees()), abs=1e-8
    )


@pytest.mark.parametrize(
    ("form", "features", "status"),
    [("exe", MIXED, 400), ("gpkg", [], 422), ("gpkg", [{"type": "Feature"}], 400)],
)
def test_what_cannot_be_written_is_refused(client, form, features, status):
    assert download(client, form, features).status_code == status


def test_far_shapes_go_as_geojson_only(client):
    far = feature({"type": "Point", "coordinates": [-68.33, 27]})
    assert download(client, "gpkg", [far]).status_code == 422
    assert download(client, "geojson", [far]).status_code == 200
