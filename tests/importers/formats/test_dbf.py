import geopandas as gpd
import numpy as np
import pytest

from importers.errors import DeliveryRefused
from importers.formats.dbf import encoding_of, known_encoding, read_columns, read_dbf, undecodable
from tests.importers.files import boxes, shapefile

NAMES = ["涟源市", "蓝田街道", "桥头河镇"] * 50


@pytest.fixture
def written(tmp_path):
    def write(encoding, cpg=None, language=0):
        frame = gpd.GeoDataFrame({"名称": NAMES}, geometry=boxes(150), crs=4546)
        path = shapefile(tmp_path, frame, encoding=encoding)
        path.with_suffix(".cpg").unlink(missing_ok=True)
        dbf = path.with_suffix(".dbf")
        raw = bytearray(dbf.read_bytes())
        raw[29] = language
        dbf.write_bytes(raw)
        if cpg:
            path.with_suffix(".cpg").write_text(cpg)
        return read_dbf(dbf), path.with_suffix(".cpg") if cpg else None

    return write


@pytest.mark.parametrize(
    ("encoding", "cpg", "language", "found"),
    [
        ("gbk", None, 0, "gb18030"),
        ("gbk", None, 0x57, "gb18030"),
        ("gbk", None, 0x4D, "gb18030"),
        ("gbk", "936", 0, "gb18030"),
        ("gbk", "GBK", 0, "gb18030"),
        ("utf-8", None, 0, "utf-8"),
        ("utf-8", "UTF-8", 0x57, "utf-8"),
        ("utf-8", "nonsense", 0, "utf-8"),
    ],
)
def test_the_encoding_is_found(written, encoding, cpg, language, found):
    assert encoding_of(*written(encoding, cpg, language)) == (found, [])


@pytest.mark.parametrize(("encoding", "cpg"), [("gbk", "UTF-8"), ("gbk", "65001")])
def test_a_wrong_declaration_is_refused_and_the_likely_one_named(written, encoding, cpg):
    with pytest.raises(DeliveryRefused, match="--encoding gb18030"):
        encoding_of(*written(encoding, cpg))


def test_single_damaged_rows_are_named(written):
    table, _ = written("gbk")
    raw = bytearray(table.path.read_bytes())
    at = raw.find("桥头河镇".encode("gbk"))
    raw[at : at + 2] = b"\xff\xff"
    table.path.write_bytes(raw)
    assert encoding_of(read_dbf(table.path), None) == ("gb18030", [3])


def test_a_cut_table_is_refused(written):
    table, _ = written("gbk")
    table.path.write_bytes(table.path.read_bytes()[:-200])
    with pytest.raises(DeliveryRefused, match="不完整"):
        read_dbf(table.path)


@pytest.mark.parametrize(
    ("name", "found"),
    [("ANSI 936", "gb18030"), ("cp1250", "cp1250"), ("1252", "cp1252"), ("?", "")],
)
def test_names_of_encodings(name, found):
    assert known_encoding(name) == found


def test_half_a_character_at_the_end_of_a_column_is_seen(written):
    table, _ = written("gbk")
    raw = bytearray(table.path.read_bytes())
    offset, width = table.texts[0]
    end = table.start + offset + width - 1
    raw[end] = 0xB0
    table.path.write_bytes(raw)
    assert undecodable(read_dbf(table.path), "gb18030") == [1]


@pytest.mark.parametrize("number", [12345678901234567, -12345678901234567])
def test_a_long_number_beside_a_blank_keeps_its_digits(tmp_path, number):
    """A float would round the last of them; a blank alone makes a column of floats."""
    frame = gpd.GeoDataFrame({"CODE": [number, 5, 7]}, geometry=boxes(3), crs=4546)
    table = read_dbf(shapefile(tmp_path, frame).with_suffix(".dbf"))
    field = table.fields[0]
    raw = bytearray(table.path.read_bytes())
    second = table.start + table.width + field.at
    raw[second : second + field.width] = b" " * field.width
    table.path.write_bytes(raw)
    table = read_dbf(table.path)
    found = read_columns(table, {"code": field}, np.arange(3), "ascii")["code"]
    assert found.tolist() == [number, None, 7]
    assert isinstance(found[0], int)
