"""Codes that GeoJSON writes as numbers keep all their digits."""

import json

import pytest

from importers.formats import long_numbers
from importers.formats.long_numbers import as_texts
from importers.formats.opening import open_table
from importers.values.table import Ask

CODE = "431382001001123457"


def features(*properties):
    listed = ",".join(
        f'{{"type":"Feature","geometry":{{"type":"Point","coordinates":[111.70000000000000284,27.5]}},"properties":{p}}}'
        for p in properties
    )
    return f'{{"type":"FeatureCollection","features":[{listed}]}}'


def codes(tmp_path, *properties):
    path = tmp_path / "a.geojson"
    path.write_text(features(*properties), encoding="utf-8")
    (tmp_path / "scratch").mkdir()
    table = open_table(path, Ask(tmp_path / "scratch"))
    assert (table.path, table.name) == (path, "a.geojson")
    (rows,) = table.batches(["c"])
    return rows.columns["c"].tolist()


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (f"{CODE}.0", CODE), (CODE, CODE), ("43138200100112345678", "43138200100112345678"),
        ("4.31382001001123457e17", CODE), ("4.31382001001123457E+17 ", CODE),
        ("-9007199254740993", "-9007199254740993"), ("9007199254740993.5", "9007199254740993.5"),
        (f"\n{CODE}\n", CODE),
    ],
)  # fmt: skip
@pytest.mark.parametrize("other", ["1.5", "null", '"甲"', "7"])
def test_a_number_of_many_digits_is_exact_whatever_else_the_column_has(
    tmp_path, written, found, other
):
    assert codes(tmp_path, f'{{"c":{written}}}', f'{{"c" : {other}}}')[0] == found


def test_short_numbers_stay_numbers(tmp_path):
    assert codes(tmp_path, '{"c":431382001001}', '{"c":2.5}') == [431382001001.0, 2.5]
    assert not any((tmp_path / "scratch").iterdir())


@pytest.mark.parametrize("chunk", [64, 1 << 20])
def test_a_long_number_leaves_the_others_as_they_read_without_it(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(long_numbers, "CHUNK", chunk)
    path = tmp_path / "a.geojson"
    rows = [f'{{"c":{n}.0,"s": 100.0, "t":{n / 8}}}' for n in range(4313820010, 4313820020)]
    rows += ['{"c" : -7.000,"s":1.0,"t":2.0}', f'{{"c":{CODE}.0,"s":2.0,"t":0.1}}']
    path.write_text(features(*rows), encoding="utf-8")
    (tmp_path / "scratch").mkdir()
    (read,) = open_table(path, Ask(tmp_path / "scratch")).batches(["c", "s", "t"])
    whole = [str(n) for n in range(4313820010, 4313820020)]
    assert read.columns["c"].tolist() == [*whole, "-7", CODE]
    assert read.columns["s"].dtype == read.columns["t"].dtype == float
    assert read.columns["s"].tolist() == [100.0] * 10 + [1.0, 2.0]
    numbers = [n / 8 for n in range(4313820010, 4313820020)]
    assert read.columns["t"].tolist() == [*numbers, 2.0, 0.1]


def test_texts_that_look_like_numbers_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(long_numbers, "CHUNK", 64)
    monkeypatch.setattr(long_numbers, "OVERLAP", 48)
    inner = json.dumps({"c": int(CODE)}, separators=(",", ":"))
    rows = [{"c": inner, "n": "x" * i, "k": [int(CODE)], "m": int(CODE)} for i in range(40)]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(rows, separators=(",", ":")), encoding="utf-8")
    found = json.loads(as_texts(path, tmp_path).read_text(encoding="utf-8"))
    assert found == [{**row, "m": CODE} for row in rows]
