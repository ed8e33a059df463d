"""EPANET networks: Net3 exactly, sections in any order, what is missing told by row."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importers.errors import DeliveryRefused
from importers.formats.epanet import open_epanet
from importers.formats.opening import open_table
from importers.reading.delivery import Reading
from importers.runs.outcome import Terms
from importers.runs.run import start
from importers.sources.epanet import SOURCES
from importers.values.headings import plain
from importers.values.table import Ask
from spatial.city import city
from spatial.pipes.models import PipeLine, PipePoint
from tests.importers.files import origin

NET3 = Path(__file__).parents[2] / "data" / "epanet_Net3.inp"
SMALL = """[TITLE]
[not a section]
[JUNCTIONS]
A 10 1.5 ; a comment
B 11
[RESERVOIRS]
R\t90
[TANKS]
T 50 1 2 3 4 5
[PIPES]
P1 A B 100 200 130 0 Open
P2 B T 50.5 150 120
P3 R A 10 300 130 CV
[PUMPS]
U R B HEAD 1
[VALVES]
V A T 100 PRV 40 0
[STATUS]
P2 Closed
[DEMANDS]
B 2 pat
B 3
[OPTIONS]
Units LPS
[COORDINATES]
A 0 0
B 10,0
R 0 10
T 10 10
[VERTICES]
P1 3 4
P1 7 4
[END]
[PIPES]
after the end
"""


def read(path, *wanted):
    table = open_epanet(path, Ask(path.parent, wanted))
    rows = list(table.batches(table.fields))
    columns = {k: np.concatenate([r.columns[k] for r in rows]).tolist() for k in table.fields}
    return table, columns, shapely.from_wkb(np.concatenate([r.wkb for r in rows]))


def written(tmp_path, text, *wanted):
    path = tmp_path / "a.inp"
    path.write_text(text, encoding="utf-8")
    return read(path, *wanted)


def row(columns, i):
    return {name: values[i] for name, values in columns.items()}


def test_the_nodes_of_net3():
    table, columns, shapes = read(NET3, "nodes")
    assert Counter(columns["kind"]) == {"junction": 92, "reservoir": 2, "tank": 3}
    assert not table.remarks
    assert row(columns, 0) == {
        "id": "10", "kind": "junction", "特征": "节点", "附属物": None,
        "elevation": 147.0, "demand": 0.0,
        "height_m": pytest.approx(44.8056), "单位": "GPM", "文件行号": 11,
    }  # fmt: skip
    assert shapes[0] == shapely.Point(9.0, 27.85)
    river = columns["id"].index("River")
    assert columns["elevation"][river] == 220.0
    assert columns["height_m"][river] is None
    assert sum(d for d in columns["demand"] if d) == pytest.approx(3052.11)
    assert (table.crs, table.claim) == ("", None)


def test_the_links_of_net3():
    table, columns, shapes = read(NET3, "links")
    assert Counter(columns["kind"]) == {"pipe": 117, "pump": 2}
    assert not table.remarks
    assert row(columns, 0) == {
        "id": "20", "kind": "pipe", "node1": "3", "node2": "20", "length": 99.0,
        "diameter": 99.0, "roughness": 199.0, "status": "OPEN", "valve_type": None,
        "length_m": pytest.approx(30.1752), "diameter_mm": pytest.approx(2514.6),
        "管径": "2514.6", "单位": "GPM", "文件行号": 117,
    }  # fmt: skip
    assert Counter(columns["status"]) == {"OPEN": 117, "CLOSED": 2}
    assert sum(v for v in columns["length"] if v) == pytest.approx(215_711.8)
    assert shapely.length(shapes).sum() == pytest.approx(212.22952553777938)


def test_every_section_of_a_small_network(tmp_path):
    table, columns, shapes = written(tmp_path, SMALL, "links")
    assert columns["id"] == ["P1", "P2", "P3", "U", "V"]
    assert columns["status"] == ["OPEN", "CLOSED", "CV", "OPEN", None]
    assert columns["valve_type"] == [None] * 4 + ["PRV"]
    assert columns["diameter_mm"] == [200.0, 150.0, 300.0, None, 100.0]
    assert columns["管径"] == ["200", "150", "300", None, "100"]
    assert columns["length_m"] == [100.0, 50.5, 10.0, None, None]
    assert shapes[0] == shapely.LineString([(0, 0), (3, 4), (7, 4), (10, 0)])
    assert shapes[3] == shapely.LineString([(0, 10), (10, 0)])
    table, columns, _ = written(tmp_path, SMALL, "NODES")
    assert columns["id"] == ["A", "B", "R", "T"]
    assert columns["demand"] == [1.5, 5.0, None, None]
    assert columns["特征"] == ["节点", "节点", None, None]
    assert columns["附属物"] == [None, None, "水源", "水池"]
    assert columns["height_m"] == [10.0, 11.0, None, 50.0]
    assert not table.remarks


def test_the_order_and_case_of_sections_do_not_matter(tmp_path):
    end = SMALL.index("[END]")
    parts = ["[" + part for part in SMALL[:end].split("[")[3:]]
    text = "".join(
        part[: part.index("]")].lower() + part[part.index("]") :] for part in parts[::-1]
    )
    shuffled = written(tmp_path, text, "links")
    straight = written(tmp_path, SMALL, "links")
    for name in ("id", "status", "diameter_mm", "node1"):
        assert shuffled[1][name] == straight[1][name]
    assert (shuffled[2] == straight[2]).all()


@pytest.mark.parametrize("units, factor", [("GPM", 25.4), ("cfs", 25.4), ("LPS", 1), ("CMH", 1)])
def test_inches_become_millimetres(tmp_path, units, factor):
    _, columns, _ = written(tmp_path, SMALL.replace("LPS", units), "links")
    assert columns["diameter"][0] == 200
    assert columns["diameter_mm"][0] == pytest.approx(200 * factor)
    assert columns["单位"][0] == units.upper()


def test_units_unsaid_are_told_and_unknown_ones_refused(tmp_path):
    table, columns, _ = written(tmp_path, SMALL.replace("Units LPS", ""), "links")
    assert [r.code for r in table.remarks] == ["units-default"]
    assert columns["diameter_mm"][0] == pytest.approx(5080)
    with pytest.raises(DeliveryRefused, match="BUCKETS"):
        written(tmp_path, SMALL.replace("LPS", "buckets"), "links")


@pytest.mark.parametrize(
    "old, new, table, code, at",
    [
        ("T 10 10\n", "", "nodes", "coordinate-missing", 4),
        ("T 10 10\n", "", "links", "coordinate-missing", 2),
        ("T 10 10\n", "T 10 north\n", "nodes", "coordinate-missing", 4),
        ("T 10 10\n", "T nan 3\n", "nodes", "coordinate-missing", 4),
        ("P1 A B", "P1 A Z", "links", "node-unknown", 1),
        ("P1 A B", "P1 A A", "links", "link-loop", 1),
        ("P1 A B 100", "P1 A B long", "links", "not-a-number", 1),
        ("P2 B T 50.5 150 120", "P2 B", "links", "link-short", 2),
        ("P2 B", "P1 B", "links", "duplicate-id", 2),
        ("A 10 1.5", "A high 1.5", "nodes", "not-a-number", 1),
        ("B 11", "A 11", "nodes", "duplicate-id", 2),
    ],
)
def test_a_bad_row_is_told_and_the_rest_goes_on(tmp_path, old, new, table, code, at):
    assert old in SMALL
    found, columns, shapes = written(tmp_path, SMALL.replace(old, new, 1), table)
    assert (code, at) in {(r.code, r.row) for r in found.remarks}
    assert at in found.refused_rows
    assert len(shapes) == {"nodes": 4, "links": 5}[table]


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "不是 EPANET"),
        ("[JUNCTIONS]\nA 1\n", "不是 EPANET"),
        ("[PIPES]\nP A B 1 2 3\n", "不是 EPANET"),
        ("[JUNCTIONS]\nA 1\n[PIPES]\n[CONDUITS]\nC A B\n", "SWMM"),
        ("[JUNCTIONS]\n[PIPES]\nP A B 1 2 3\n", "没有一行"),
        ("[JUNCTIONS]\nA 1\n[PIPES]\n", "多个图层"),
    ],
)
def test_what_is_no_network_is_refused(tmp_path, text, said):
    wanted = () if said == "多个图层" else ("nodes",)
    with pytest.raises(DeliveryRefused, match=said):
        written(tmp_path, text, *wanted)


def test_binary_is_refused(tmp_path):
    path = tmp_path / "a.inp"
    path.write_bytes(b"[PIPES]\x00\x01\xff" * 99)
    with pytest.raises(DeliveryRefused):
        read(path, "nodes")


def test_it_is_opened_by_its_ending_and_recognised():
    for source in SOURCES:
        table = open_table(NET3, Ask(NET3.parent, (source.layer, source.table)))
        headers = {plain(name) for name in table.fields}
        assert {plain(name) for name in (*source.signature, *source.columns)} <= headers


@pytest.mark.django_db
def test_a_network_is_taken_into_the_registers(tmp_path, settings):
    settings.VAR = tmp_path / "var"
    settings.TERRAIN = settings.VAR / "terrain.tif"
    x, y = origin()
    head, _, places = SMALL.partition("[COORDINATES]\n")
    moved = re.sub(
        r"(?m)^(\w+) (\d+)[ ,](\d+)$",
        lambda m: f"{m[1]} {x + int(m[2])} {y + int(m[3])}",
        places,
    )
    path = tmp_path / "a.inp"
    path.write_text(f"{head}[COORDINATES]\n{moved}")
    for source in SOURCES:
        reading = Reading(
            epsg=city().projected,
            table=source.table,
            columns=source.columns,
            constants=source.constants,
        )
        start([path], source.layer, reading, Terms(), commit=True)
    assert PipePoint.objects.count() == 4
    pipe = PipeLine.objects.get(code="P1")
    assert (pipe.network, pipe.section, pipe.start_code, pipe.end_code) == ("JS", "200", "A", "B")
    assert pipe.geom.num_points == 4


LINE = st.one_of(
    st.sampled_from(SMALL.splitlines()),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.lists(st.sampled_from(["A", "B", "P1", "1", "1e999", "-", "nan", "[", "]", ";"])).map(
        " ".join
    ),
)


@given(st.lists(LINE, max_size=40), st.sampled_from(["nodes", "links"]))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_read_or_refused(tmp_path, lines, wanted):
    text = "[JUNCTIONS]\nA 1\n[PIPES]\nP A A 1 1 1\n" + "\n".join(lines)
    try:
        table, columns, shapes = written(tmp_path, text, wanted)
    except DeliveryRefused:
        return
    assert {len(values) for values in columns.values()} == {len(shapes)}
    missing = {i for i, shape in enumerate(shapes, start=1) if shape is None}
    assert missing <= table.refused_rows
    found = shapely.get_coordinates([s for s in shapes if s is not None])
    assert np.isfinite(found).all()
