"""DAT points: one a line, the bad ones told by number."""

import pytest
import shapely

from importers.errors import DeliveryRefused
from importers.formats.dat import open_dat
from importers.values.table import Ask


def read(tmp_path, text, encoding="gb18030"):
    path = tmp_path / "a.dat"
    path.write_text(text, encoding=encoding)
    table = open_dat(path, Ask(tmp_path))
    rows = next(table.batches(table.fields))
    return table, {k: v.tolist() for k, v in rows.columns.items()}, shapely.from_wkb(rows.wkb)


def test_points_with_code_and_height(tmp_path):
    text = "1,界址点,566090.948,3064268.062,152.31\n2,,566091.948,3064268.062,\n"
    table, columns, shapes = read(tmp_path, text)
    assert columns == {"点号": ["1", "2"], "编码": ["界址点", None], "高程": [152.31, None]}
    assert shapes[0] == shapely.Point(566090.948, 3064268.062)
    assert table.claim.zone is None


def test_a_zone_prefix_is_seen(tmp_path):
    assert read(tmp_path, "1,,37566090.9,3064268.0,1\n")[0].claim.zone == 37


def test_a_bad_line_is_told(tmp_path):
    table, _, shapes = read(tmp_path, "1,,x,y,z\n\n2,,566090.9,3064268.0,1\n")
    assert [(r.row, r.message[:5]) for r in table.remarks] == [(1, "第 1 行")]
    assert shapes[0] is None


@pytest.mark.parametrize("text", ["a\nb\n", "1,2,3\n"])
def test_no_point_at_all(tmp_path, text):
    with pytest.raises(DeliveryRefused):
        read(tmp_path, text)
