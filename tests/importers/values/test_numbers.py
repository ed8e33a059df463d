"""A number is read for certain or refused; it never becomes another one."""

from decimal import Decimal

import numpy as np
import pytest

from importers.phases.parse import parse
from importers.values import numbers
from importers.values.batch import Batch
from importers.values.issues import Severity
from tests.importers.phases.test_parse import REGISTER, parsed


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1234.56", 1234.56), ("1,234.56", 1234.56), ("１，２３４．５６", 1234.56), ("12,345", 12345.0),
        ("1,234,567", 1234567.0), ("-1,234", -1234.0), ("+5", 5.0), ("\u22125", -5.0), (".5", 0.5),
        ("5.", 5.0), ("1.5E+3", 1500.0), ("1234.5678", 1234.5678), (" 7 ", 7.0), ("0012", 12.0),
        ("NaN", None), ("", None), ("null", None), (7, 7.0), (np.float64(2.5), 2.5),
    ],
)  # fmt: skip
def test_a_number_for_certain_is_read(cell, value):
    batch = parsed("height_m", [cell])
    assert not batch.issues
    assert batch.columns["height_m"].tolist() == [value]


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("1234,56", numbers.COMMA), ("12,5", numbers.COMMA), ("12，5", numbers.COMMA),
        ("1.234,56", numbers.COMMA), ("1,2,3", numbers.COMMA), ("0,123", numbers.COMMA),
        ("1,23,456", numbers.COMMA), ("1234,567", numbers.COMMA), ("1 234,5", numbers.COMMA),
        ("1,234,56", numbers.COMMA), (",5", numbers.COMMA), ("12,", numbers.COMMA),
        ("1.234.567", numbers.UNIT), ("1'234.5", numbers.UNIT), ("1 234.5", numbers.UNIT),
        ("12.5㎡", numbers.UNIT), ("12.5m", numbers.UNIT), ("12%", numbers.UNIT),
        ("1_000", numbers.UNIT), ("5-", numbers.UNIT), ("(5)", numbers.UNIT), ("12²", numbers.UNIT),
        ("0x10", numbers.UNIT), ("1" * 5000, numbers.UNIT), ("1e5000", numbers.UNIT),
        ("—", numbers.DASH), ("-", numbers.DASH), ("/", numbers.DASH),
        ("③", ""), ("½", ""), ("十二", ""), ("inf", ""), ([1, 2], numbers.COMMA), (b"\x01", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["height_m", "storeys"])
def test_a_number_in_doubt_is_refused_with_its_field_its_value_and_advice(field, cell, advice):
    cells = np.empty(1, object)
    cells[0] = cell
    batch = parse(Batch("f", np.array([1]), {field: cells}), REGISTER)
    (found,) = batch.issues
    assert found.severity is Severity.ERROR
    assert found.field == field
    assert str(cell)[:10] in found.message
    if not isinstance(cell, bytes):
        assert found.hint == advice


@pytest.mark.parametrize(
    ("cell", "value"),
    [("3", 3), ("3.0", 3), ("3.00", 3), ("1,234", 1234), ("3e2", 300), (3.0, 3), ("３", 3), (7, 7)],
)
def test_whole_numbers(cell, value):
    batch = parsed("storeys", [cell])
    assert not batch.issues
    assert batch.columns["storeys"].tolist() == [value]


@pytest.mark.parametrize("cell", ["3,0", "2.5", "4503599627370497.5", "3,5", 2.5, "三", "Ⅲ"])
def test_what_is_no_whole_number_is_refused(cell):
    assert [i.code for i in parsed("storeys", [cell]).issues] == ["integer"]


def test_a_long_whole_number_is_out_of_range_not_cut():
    batch = parsed("storeys", ["4294967301", "9" * 30])
    assert [(i.row, i.code) for i in batch.issues] == [(1, "range"), (2, "range")]


def test_thousands_are_in_doubt_beside_decimal_commas():
    batch = parsed("height_m", ["12,345", "1,234.5", "12,5"])
    assert [(i.row, i.hint) for i in batch.issues] == [(3, numbers.COMMA), (1, numbers.DOUBTFUL)]
    assert batch.columns["height_m"][1] == 1234.5


def test_decimals_are_exact():
    assert numbers.decimal_of("9007199254740993.0") == Decimal(9007199254740993)
