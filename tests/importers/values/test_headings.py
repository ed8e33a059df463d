import pytest

from importers.values.columns import Column
from importers.values.headings import match_columns

COLUMNS = [
    Column("location", "坐落"),
    Column("land_use", "用途编码"),
    Column("registered_area_m2", "登记面积（平方米）", "number"),
    Column("registered_on", "登记日期", "date"),
]


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (["code", "location"], {"code": "code", "location": "location"}),
        (["编码", "坐落"], {"code": "编码", "location": "坐落"}),
        (["CODE", "登记面积"], {"code": "CODE", "registered_area_m2": "登记面积"}),
        (["Code", "登记面积(平方米)"], {"code": "Code", "registered_area_m2": "登记面积(平方米)"}),
        (["code", "unknown"], {"code": "code"}),
        ([], {}),
    ],
)
def test_headers_find_their_fields(headers, found):
    assert match_columns(headers, COLUMNS) == found


def test_synonyms_go_before_names():
    assert match_columns(["ZDDM", "code"], COLUMNS, {"ZDDM": "code"}) == {"code": "ZDDM"}


def test_the_code_field_can_be_named():
    assert match_columns(["id", "code"], COLUMNS, code_field="id")["code"] == "id"


def test_a_header_cut_by_a_shapefile_counts_when_only_one_field_can_be_meant():
    columns = [*COLUMNS, Column("floor_area_m2", "建筑面积（平方米）", "number")]
    found = match_columns(["code", "floor_area", "registered"], columns)
    assert found == {"code": "code", "floor_area_m2": "floor_area"}
