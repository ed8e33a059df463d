from datetime import UTC, date, datetime

import numpy as np
import pytest

from importers.phases.batch import Batch
from importers.phases.columns import Column, Register
from importers.phases.parse import parse

REGISTER = Register(
    "things",
    "东西",
    (
        Column("name", "名称", max_length=4, required=True),
        Column("note", "备注"),
        Column("storeys", "层数", "integer", minimum=0, maximum=32767, default=1),
        Column("height_m", "高度", "number", nullable=True),
        Column("schematic", "示意", "boolean", default=False),
        Column("day", "日期", "date", nullable=True),
        Column("moment", "时刻", "datetime", nullable=True),
        Column("mark", "标识", "uuid", nullable=True),
        Column("kind", "等级", choices={"trunk": "快速路", "local": "支路"}),
    ),
)


def parsed(name, values, dtype=object):
    cells = np.array(values, dtype)
    batch = Batch("f", np.arange(1, len(cells) + 1), {name: cells})
    parse(batch, REGISTER)
    return batch


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("code", " ４３１３８２ ", "431382"),
        ("code", 2402108101.0, "2402108101"),
        ("code", "宗地 1", "宗地 1"),
        ("note", None, ""),
        ("note", 12, "12"),
        ("note", "　原样 ", "　原样 "),
        ("storeys", "１２", 12),
        ("storeys", "3.0", 3),
        ("height_m", "１,２３４.５", 1234.5),
        ("height_m", " ", None),
        ("height_m", "-1e3", -1000.0),
        ("schematic", "是", True),
        ("schematic", "0", False),
        ("day", "2024年5月1日", date(2024, 5, 1)),
        ("mark", "{6BA7B810-9DAD-11D1-80B4-00C04FD430C8}", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
        ("mark", "", None),
        ("day", "20240501", date(2024, 5, 1)),
        ("day", "2024/5/1", date(2024, 5, 1)),
        ("day", "2024-05-01T00:00:00", date(2024, 5, 1)),
        ("moment", "2024-05-01T00:00:00+00:00", datetime(2024, 5, 1, tzinfo=UTC)),
        ("moment", "2024-05-01 08:00", datetime(2024, 5, 1, tzinfo=UTC)),
        ("kind", "支路", "local"),
        ("kind", "trunk", "trunk"),
    ],
)
def test_a_cell_is_read(field, cell, value):
    batch = parsed(field, [cell, cell])
    assert not batch.issues
    assert batch.columns[field][0] == value


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("code", None, "missing-code"),
        ("code", "", "missing-code"),
        ("code", "x" * 41, "too-long"),
        ("name", "", "required"),
        ("name", "太长的名称", "too-long"),
        ("note", "坏\ufffd字", "encoding"),
        ("note", "坏\x00字", "encoding"),
        ("storeys", "三", "integer"),
        ("storeys", 40000, "range"),
        ("storeys", -1, "range"),
        ("height_m", "十米", "number"),
        ("height_m", "1e999", "range"),
        ("schematic", "也许", "boolean"),
        ("day", "2024-13-01", "date"),
        ("day", "昨天", "date"),
        ("moment", "25点", "datetime"),
        ("kind", "高速", "choice"),
    ],
)
def test_a_cell_that_cannot_be_read_rejects_its_row_alone(field, cell, code):
    batch = parsed(field, [cell, "1" if field in ("code", "name") else None, cell])
    assert [issue.row for issue in batch.issues if issue.code == code] == [1, 3]
    assert batch.rejected[0]
    assert batch.rejected[2]


def test_an_empty_cell_that_must_not_be_takes_the_default_with_a_warning():
    batch = parsed("storeys", [None, 3])
    assert batch.columns["storeys"].tolist() == [1, 3]
    assert [(i.code, i.severity) for i in batch.issues] == [("defaulted", "warning")]
    assert not batch.rejected.any()


def test_whole_columns_of_numbers_pass_through():
    batch = parsed("height_m", [1.5, np.nan], float)
    assert batch.columns["height_m"].dtype == float
    assert not batch.issues
