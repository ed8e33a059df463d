"""Tables as the phases take them on: from the sender's headers to a register's fields."""

from datetime import date

import pytest
import shapely

from importers.formats import opening
from importers.formats.sheets.open import open_csv, open_sheet
from importers.reading.delivery import Reading, open_file, process
from importers.reading.registers import layer_for, register_of
from importers.sources import building_table, pipe_survey, registry
from spatial.city import city
from tests.importers.files import origin
from tests.importers.formats.sheets.workbooks import write_xlsx


@pytest.fixture
def imported(monkeypatch, tmp_path):
    """Read a file for a layer: (batch, what was opened)."""
    formats = {**opening.FORMATS, ".csv": open_csv, ".xlsx": open_sheet}
    monkeypatch.setattr(opening, "FORMATS", formats)
    sources = (*registry.SOURCES, *pipe_survey.SOURCES, *building_table.SOURCES)
    monkeypatch.setattr(registry, "SOURCES", sources)
    monkeypatch.setattr(registry, "_saved", [])  # those are in the database

    def read(path, layer):
        register = register_of(layer_for(layer))
        folder = tmp_path / "unpacked"
        folder.mkdir(exist_ok=True)
        opened = open_file(path, folder, register, Reading(epsg=city().projected))
        (batch,) = process(opened, register)
        return batch, opened

    return read


def test_a_workbook_of_a_pipe_survey(imported, tmp_path):
    x, y = origin()
    head = ["物探点号", "特征", "附属物", "X", "Y", "地面高程"]
    points = [["JS1", "三通", None, y, x, 150.2], ["JS2", None, "阀门", y + 10, x, "１５０．３"]]
    lines = [["起点点号", "终点点号", "起点埋深", "管径", "材质"], ["JS1", "JS2", 0.8, 300, "PE"]]
    path = write_xlsx(tmp_path / "给水.xlsx", {"JSPoint": [head, *points], "JSLine": lines})
    batch, opened = imported(path, "pipe-points")
    assert not batch.rejected.any(), batch.issues
    assert opened.source.name == "pipe-survey-points"
    assert batch.columns["code"].tolist() == ["JS1", "JS2"]
    assert batch.columns["network"].tolist() == ["JS", "JS"]
    assert batch.columns["ground_level_m"].tolist() == [150.2, 150.3]
    assert shapely.get_coordinates(batch.shapes).tolist() == [[x, y], [x, y + 10]]
    batch, opened = imported(path, "pipe-lines")
    assert not batch.rejected.any(), batch.issues
    assert opened.source.name == "pipe-survey-lines"
    assert batch.columns["code"].tolist() == ["JS1-JS2"]
    assert batch.columns["section"].tolist() == ["300"]
    assert shapely.length(batch.shapes).tolist() == [10]


def test_a_boundary_table_in_gbk(imported, tmp_path):
    x, y = origin()
    corners = [(0, 0), (10, 0), (10, 10), (0, 10)]
    rows = [f"431382001001GB00001,J{i},{y + b},{x + a},解放路" for i, (a, b) in enumerate(corners)]
    path = tmp_path / "界址点.csv"
    path.write_text("宗地代码,界址点号,X,Y,坐落\n" + "\n".join(rows), "gbk")
    batch, _ = imported(path, "parcels")
    assert not batch.rejected.any(), batch.issues
    assert batch.columns["location"].tolist() == ["解放路"]
    assert shapely.area(batch.shapes).tolist() == [100]


def test_a_table_of_parcels_with_dates(imported, tmp_path):
    x, y = origin()
    points = [["A1", f"J{i}", y + b, x + a, date(2024, 5, 1)] for i, (a, b) in enumerate([(0, 0), (9, 0), (9, 9)])]  # fmt: skip
    head = ["宗地代码", "界址点号", "X", "Y", "登记日期"]
    batch, _ = imported(write_xlsx(tmp_path / "a.xlsx", {"S": [head, *points]}), "parcels")
    assert batch.columns["registered_on"].tolist() == [date(2024, 5, 1)]


def test_a_code_that_lost_its_digits_is_rejected(imported, tmp_path):
    rows = [["建筑编码", "坐落", "层数"], [431382001001000001, "甲", 3], ["F2", "乙", 4]]
    batch, opened = imported(write_xlsx(tmp_path / "建筑表.xlsx", {"S": rows}), "buildings")
    assert opened.source.name == "building-table"
    assert batch.rejected.tolist()[0]
    assert batch.columns["code"].tolist()[1] == "F2"
    assert batch.columns["storeys_above"].tolist()[1] == 4
