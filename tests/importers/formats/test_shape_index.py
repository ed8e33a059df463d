import struct

import pytest

from importers.errors import DeliveryRefused
from importers.formats.shape_index import check_index
from tests.importers.files import plots, shapefile


@pytest.fixture
def parts(tmp_path):
    path = shapefile(tmp_path, plots(3))
    return path, path.with_suffix(".shx")


def swap(shx, first, second):
    raw = bytearray(shx.read_bytes())
    a, b = 100 + 8 * first, 100 + 8 * second
    raw[a : a + 8], raw[b : b + 8] = raw[b : b + 8], raw[a : a + 8]
    shx.write_bytes(raw)


def test_an_index_that_agrees_passes(parts):
    check_index(*parts)


def test_an_index_of_another_order_is_refused(parts):
    swap(parts[1], 0, 1)
    with pytest.raises(DeliveryRefused, match="第 1 条的索引指向图形 2，共 2 条不符"):
        check_index(*parts)


@pytest.mark.parametrize("offset", [10, 50, 10**6])
def test_an_index_to_nowhere_or_twice_to_one_figure_is_refused(parts, offset):
    raw = bytearray(parts[1].read_bytes())
    raw[108:112] = struct.pack(">i", offset)
    parts[1].write_bytes(raw)
    with pytest.raises(DeliveryRefused, match="不配套"):
        check_index(*parts)


def test_record_numbers_that_say_nothing_are_not_believed(parts):
    shp, shx = parts
    raw = bytearray(shp.read_bytes())
    for (at,) in struct.iter_unpack(">i4x", shx.read_bytes()[100:]):
        raw[2 * at : 2 * at + 4] = bytes(4)
    shp.write_bytes(raw)
    check_index(shp, shx)


def test_a_record_that_was_moved_to_the_end_is_read(parts):
    """As shapelib leaves a figure that has grown."""
    shp, shx = parts
    raw, index = bytearray(shp.read_bytes()), bytearray(shx.read_bytes())
    at, length = (2 * n for n in struct.unpack(">ii", index[100:108]))
    index[100:104] = struct.pack(">i", len(raw) // 2)
    shp.write_bytes(raw + raw[at : at + length + 8])
    shx.write_bytes(index)
    check_index(shp, shx)
