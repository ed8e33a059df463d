from datetime import UTC, date, datetime

import numpy as np
import pytest

from importers.errors import DeliveryRefused
from importers.phases.parse import parse
from importers.values.batch import Batch
from importers.values.cells import DisplayedNumber
from importers.values.columns import Column, Register

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
        ("code", "Ⅱ-①", "Ⅱ-①"),
        ("code", "II-1", "II-1"),
        ("code", "A㎡", "A㎡"),
        ("code", "Ａ－１２", "A-12"),
        ("code", "\uf900x", "\uf900x"),
        ("code", "x²", "x²"),
        ("code", 9007199254740991.0, "9007199254740991"),
        ("code", 431382001001123457, "431382001001123457"),
        ("code", DisplayedNumber(123, "000123"), "000123"),
        ("note", DisplayedNumber(123, "000123"), "000123"),
        ("storeys", DisplayedNumber(3, "3层"), 3),
        ("height_m", DisplayedNumber(3, "3米"), 3.0),
        ("note", ["张三", 1], '["张三", 1]'),
        ("note", {"zh": "甲"}, '{"zh": "甲"}'),
        ("note", "①㎡Ⅱ", "①㎡Ⅱ"),
        ("note", np.float32(12.3), "12.3"),
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
    cells = np.empty(2, object)
    cells[:] = [cell, cell]
    batch = parsed(field, cells)
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
        ("code", 431382001001123456.0, "code-as-number"),
        ("code", "4.31382001001123E+17", "code-as-number"),
        ("code", np.float32(16777216), "code-as-number"),
        ("note", 431382001001123456.0, "code-as-number"),
        ("note", b"\x00\x01", "text"),
        ("code", b"\x00\x01", "text"),
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


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024-05-01T17:30:00Z", date(2024, 5, 2)),
        ("2024-05-01T23:59:59+08:00", date(2024, 5, 1)),
        ("2024-05-01 17:30:00", date(2024, 5, 1)),
        (datetime(2024, 5, 1, 17, 30), date(2024, 5, 1)),  # noqa: DTZ001 -- as a sheet has it
    ],
)
def test_an_instant_is_the_day_in_the_city_and_its_lost_time_is_told(cell, day):
    batch = parsed("day", [cell, "2024-05-03", "2024-05-04T00:00:00"])
    assert batch.columns["day"].tolist() == [day, date(2024, 5, 3), date(2024, 5, 4)]
    (told,) = batch.issues
    assert (told.row, told.code, told.severity) == (0, "time-dropped", "warning")
    assert "1 个值" in told.message


def test_numbers_of_a_float_column_that_lost_digits_reject_their_rows_alone():
    batch = parsed("code", [1.0, 431382001001123456.0, np.nan], float)
    assert batch.columns["code"].tolist() == ["1", "", ""]
    assert [(i.row, i.code) for i in batch.issues] == [(2, "code-as-number"), (3, "missing-code")]


def test_floats_of_four_bytes_lose_digits_earlier():
    batch = parsed("code", [16777215, 16777216], np.float32)
    assert batch.columns["code"].tolist() == ["16777215", ""]


def test_a_column_that_no_one_foresaw_is_named():
    class Strange:
        def __str__(self):
            raise TypeError

    with pytest.raises(DeliveryRefused, match="f 的“备注”列无法解读"):
        parsed("note", [Strange()])
