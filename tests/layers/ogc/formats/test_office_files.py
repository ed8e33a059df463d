"""Workbooks and drawings: what a clerk and a draughtsman open, as their own programs read it."""

import io

import ezdxf
import pytest
from python_calamine import CalamineWorkbook

from layers.ogc.features import downloads
from layers.ogc.formats.messages import FileTable
from layers.ogc.formats.workbook import write_workbook
from spatial.hazards.models import HazardSite
from spatial.parcels.models import Building
from tests.factories import centre, open_feature, spot, square

pytestmark = pytest.mark.django_db
HERE = "/ogc/collections/{}/download"
SLOW = pytest.mark.slow(reason="a process that writes files is started")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """A place of its own for the files in the making."""
    settings.DOWNLOADS = tmp_path / "downloads"


def file(client, layer, form, **asked):
    answer = client.get(HERE.format(layer), {"f": form, **asked})
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def sheet(body):
    return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()


@SLOW
def test_a_sheet_has_titles_and_texts_as_they_are(client):
    open_feature(Building, "000123", geom=square(), name="=1+1", storeys_above=7)
    head, row = sheet(file(client, "buildings", "xlsx"))
    told = dict(zip(head, row, strict=True))
    assert told["编码"] == "000123"  # a code keeps its zeros
    assert "=1+1" in row
    assert 7 in row
    assert any("Asia/Shanghai" in title for title in head)


@SLOW
def test_a_sheet_of_points_has_their_coordinates(client):
    open_feature(HazardSite, "H1", geom=spot(30, 40), name="后山", kind="landslide")
    head, row = sheet(file(client, "hazard-sites", "xlsx"))
    x, y = centre()
    assert row[head.index("东坐标 / 经度")] == pytest.approx(round(x) + 30)
    assert row[head.index("北坐标 / 纬度")] == pytest.approx(round(y) + 40)


@SLOW
def test_a_drawing_has_closed_lines_names_and_codes(client, tmp_path):
    open_feature(Building, "B1", geom=square(0, 0, 10), name="示范楼", storeys_above=3)
    path = tmp_path / "buildings.dxf"
    path.write_bytes(file(client, "buildings", "dxf"))
    drawing = ezdxf.readfile(path)
    (line,) = drawing.modelspace().query("LWPOLYLINE")
    assert line.closed
    x, y = centre()
    assert {(round(px - round(x)), round(py - round(y))) for px, py in line.get_points("xy")} == {
        (0, 0), (10, 0), (10, 10), (0, 10),
    }  # fmt: skip
    assert line.get_xdata("TUJING")[0].value == "B1"
    (name,) = drawing.modelspace().query("TEXT")
    assert name.dxf.text == "示范楼"
    assert not drawing.audit().errors


def test_without_shapes_there_is_no_drawing(client, town):
    answer = client.get(HERE.format("buildings"), {"f": "dxf", "skip-geometry": "true"})
    assert answer.status_code == 400
    assert "没有图形" in answer.json()["detail"]


@SLOW
def test_more_than_a_file_holds_is_refused_before_anything_is_sent(client, monkeypatch):
    monkeypatch.setitem(downloads.MOST_ROWS, "dxf", 1)
    for n in range(2):
        open_feature(Building, f"B{n}", geom=square(n * 20))
    answer = client.get(HERE.format("buildings"), {"f": "dxf"})
    assert answer.status_code == 413
    assert "最多 1 个要素" in answer.json()["detail"]


def test_a_text_longer_than_a_cell_is_not_cut(tmp_path):
    table = FileTable(
        str(tmp_path / "x.xlsx"), "XLSX", "x", "图层", "", (("a", "string", "甲", 0),)
    )
    with pytest.raises(ValueError, match="32768 characters"):
        write_workbook(table, [{"a": "长" * 32_768}])
