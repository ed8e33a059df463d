import gzip
import struct
import zlib

import numpy as np
import pytest
import shapely

from importers.errors import DeliveryRefused
from importers.formats import archives
from importers.formats.opening import open_table
from importers.formats.osm import exploded
from importers.sources.osm import SOURCES
from importers.values.table import Ask
from spatial.city import city

WAYS = {
    11: {"highway": "primary", "name": "人民路", "width": "24 m"},
    12: {"highway": "footway"},
    13: {"highway": "road"},
    14: {"waterway": "stream"},
    21: {"natural": "water", "water": "pond", "name": "荷塘"},
    22: {"natural": "water"},
    23: {"landuse": "reservoir", "name": "白马水库"},
    24: {},
    25: {},
    31: {"building": "yes", "building:levels": "6", "addr:street": "人民路", "height": "18.5"},
}


def nodes():
    view = city().view
    return {
        number: (view.longitude + x * 0.001, view.latitude + y * 0.001)
        for number, (x, y) in enumerate([(0, 0), (1, 0), (1, 1), (0, 1)], 1)
    }


def refs(number):
    return [1, 2, 3] if number < 20 else [1, 2, 3, 4, 1]


def xml():
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">']
    lines += [f'<node id="{n}" version="1" lat="{y}" lon="{x}"/>' for n, (x, y) in nodes().items()]
    for number, tags in WAYS.items():
        inside = "".join(f'<nd ref="{n}"/>' for n in refs(number))
        inside += "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        lines.append(f'<way id="{number}" version="1">{inside}</way>')
    for number, way, key, value in (5, 24, "landuse", "basin"), (6, 25, "waterway", "riverbank"):
        inside = f'<member type="way" ref="{way}" role="outer"/><tag k="type" v="multipolygon"/>'
        inside += f'<tag k="{key}" v="{value}"/>'
        lines.append(f'<relation id="{number}" version="1">{inside}</relation>')
    return "\n".join([*lines, "</osm>"])


@pytest.fixture
def extract(tmp_path):
    path = tmp_path / "a.osm"
    path.write_text(xml(), encoding="utf-8")
    return path


def opened(path, folder, *wanted):
    table = open_table(path, Ask(folder, wanted))
    found = list(table.batches(table.fields))
    columns = {f: sum([r.columns[f].tolist() for r in found], []) for f in table.fields}
    shapes = shapely.from_wkb(np.concatenate([r.wkb for r in found]))
    return table, columns, shapes


def test_roads_have_kinds_and_what_is_no_road_is_left_out(extract, tmp_path):
    table, columns, shapes = opened(extract, tmp_path, "roads")
    assert columns["osm_code"] == ["way/11", "way/13"]
    assert columns["name"] == ["人民路", None]
    assert columns["kind"] == ["primary", None]
    assert columns["width_m"] == ["24", None]
    expected = shapely.LineString([nodes()[n] for n in (1, 2, 3)])
    assert shapely.equals_exact(shapes[0], expected, 1e-6)
    assert table.crs == "EPSG:4326"
    assert "footway" in table.remarks[1].message


def test_water_is_of_the_kind_its_most_telling_tag_says(extract, tmp_path):
    _, columns, _ = opened(extract, tmp_path, "water")
    found = dict(zip(columns["osm_code"], columns["kind"], strict=True))
    assert found == {
        "way/21": "pond",
        "way/22": None,
        "way/23": "reservoir",
        "relation/5": "pond",
        "relation/6": "river",
    }


def test_buildings_bear_storeys_height_and_address(extract, tmp_path):
    _, columns, shapes = opened(extract, tmp_path, "buildings")
    assert {name: values[0] for name, values in columns.items()} == {
        "osm_code": "way/31",
        "name": None,
        "building": "yes",
        "address": "人民路",
        "storeys_above": "6",
        "storeys_below": None,
        "height_m": "18.5",
    }
    assert shapes[0].geom_type == "MultiPolygon"


def test_the_raw_tables_are_there_by_name(extract, tmp_path):
    _, columns, _ = opened(extract, tmp_path, "lines")
    assert columns["osm_code"] == ["way/11", "way/12", "way/13", "way/14"]
    assert columns["highway"] == ["primary", "footway", "road", None]


def test_without_a_wanted_table_all_are_listed(extract, tmp_path):
    with pytest.raises(DeliveryRefused, match=r"多个图层：roads、water、buildings、points、lines"):
        open_table(extract, Ask(tmp_path, ("parcels",)))


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.name)
def test_the_sources_know_the_headers(extract, tmp_path, source):
    table = open_table(extract, Ask(tmp_path, (source.table,)))
    assert {*source.signature, *source.columns} <= set(table.fields)


def test_gzipped_it_is_the_same(extract, tmp_path):
    packed = tmp_path / "a.osm.gz"
    packed.write_bytes(gzip.compress(extract.read_bytes()))
    table, columns, _ = opened(packed, tmp_path, "roads")
    assert table.name == "a.osm.gz"
    assert len(columns["osm_code"]) == 2


def test_a_gzip_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 1000)
    (tmp_path / "a.osm.gz").write_bytes(gzip.compress(b"\0" * 100_000))
    with pytest.raises(DeliveryRefused, match="不予解压"):
        open_table(tmp_path / "a.osm.gz", Ask(tmp_path, ("roads",)))


def test_a_cut_extract_is_refused(extract, tmp_path):
    extract.write_bytes(extract.read_bytes()[:-20])
    with pytest.raises(DeliveryRefused, match="不是有效的 XML"):
        open_table(extract, Ask(tmp_path, ("roads",)))


def test_hstore_with_quotes_and_commas():
    assert exploded(r'"a"=>"1, \"2\"","b:c"=>"\\"') == {"a": '1, "2"', "b:c": "\\"}
    assert exploded(None) == {}


# A PBF by hand: protocol buffers as fileformat.proto and osmformat.proto define them.


def varint(value):
    raw = bytearray()
    while value > 0x7F:
        raw.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*raw, value])


def number(field, value):
    return varint(field << 3) + varint(value)


def packed(field, raw):
    return varint(field << 3 | 2) + varint(len(raw)) + raw


def signed(value):
    return varint(2 * value if value >= 0 else -2 * value - 1)


def block(kind, raw):
    blob = number(2, len(raw)) + packed(3, zlib.compress(raw))
    header = packed(1, kind) + number(3, len(blob))
    return struct.pack(">I", len(header)) + header + blob


@pytest.fixture
def pbf(tmp_path):
    texts = [b"", b"highway", b"primary", b"name", "人民路".encode()]
    table = packed(1, b"".join(packed(1, t) for t in texts))
    points = b"".join(
        packed(1, b"\x08" + signed(n) + b"\x40" + signed(round(y * 1e7)) + b"\x48" + signed(round(x * 1e7)))
        for n, (x, y) in nodes().items()
    )  # fmt: skip
    deltas = b"".join(signed(d) for d in (1, 1, 1))
    way = number(1, 11) + packed(2, bytes([1, 3])) + packed(3, bytes([2, 4])) + packed(8, deltas)
    path = tmp_path / "a.osm.pbf"
    path.write_bytes(
        block(b"OSMHeader", packed(4, b"OsmSchema-V0.6"))
        + block(b"OSMData", table + packed(2, points))
        + block(b"OSMData", table + packed(2, packed(3, way)))
    )
    return path


def test_a_pbf_is_read(pbf, tmp_path):
    _, columns, shapes = opened(pbf, tmp_path, "roads")
    assert columns["name"] == ["人民路"]
    assert shapely.get_num_coordinates(shapes[0]) == 3


@pytest.mark.parametrize("cut", [1, 20, 120])
def test_a_cut_pbf_is_refused(pbf, tmp_path, cut):
    pbf.write_bytes(pbf.read_bytes()[:-cut])
    with pytest.raises(DeliveryRefused, match="不完整|损坏"):
        open_table(pbf, Ask(tmp_path, ("roads",)))


def test_a_damaged_pbf_is_refused(pbf, tmp_path):
    raw = bytearray(pbf.read_bytes())
    raw[-10] ^= 0xFF
    pbf.write_bytes(raw)
    with pytest.raises(DeliveryRefused, match="数据块损坏"):
        open_table(pbf, Ask(tmp_path, ("roads",)))
