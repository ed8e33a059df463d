from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from importers.phases.check_geometry import check_geometry, locate
from importers.phases.placing import Placement
from importers.reading.stretch import checked as stretch
from importers.values.batch import Batch
from importers.values.columns import Register
from importers.values.table import Rows
from spatial.city import city
from spatial.readings import Meaning
from tests.importers.files import boxes, origin

PARCELS = Register("parcels", "宗地", (), ("Polygon", "MultiPolygon"), needs_geometry=True)


def bow_tie():
    x, y = origin()
    return shapely.Polygon([(x, y), (x + 10, y + 10), (x + 10, y), (x, y + 10)])


def shape_of(what):
    x, y = origin()
    return {
        "geometry-type": shapely.Point(x, y),
        "geometry-empty": shapely.Polygon(),
        "geometry-invalid": bow_tie(),
        "geometry-missing": None,
        "coordinate": shapely.Polygon([(x, y), (x, np.inf), (x + 1, y)]),
        "outside": shapely.box(0, 0, 1, 1),
    }[what]


def checked(shapes, register=PARCELS, present=None):
    shapes = np.array(shapes, object)
    batch = Batch("f", np.arange(1, len(shapes) + 1), {}, shapes)
    present = ~np.equal(shapes, None) if present is None else present
    return locate(check_geometry(batch, register, present))


@pytest.mark.parametrize(
    "what",
    [
        "geometry-type",
        "geometry-empty",
        "geometry-invalid",
        "geometry-missing",
        "coordinate",
        "outside",
    ],
)
def test_a_bad_geometry_rejects_its_row_alone(what):
    batch = checked([boxes(1)[0], shape_of(what)])
    assert [(i.row, i.code) for i in batch.issues] == [(2, what)]
    assert batch.rejected.tolist() == [False, True]


def test_geometry_that_could_not_be_read_is_said():
    batch = checked([None], present=np.array([True]))
    assert [i.code for i in batch.issues] == ["geometry-unreadable"]


ARCS = b"\x01\x08\x00\x00\x00\x03\x00\x00\x00" + np.array([0, 0, 1, 1, 2, 0], "<f8").tobytes()


@pytest.mark.parametrize("raw", [ARCS, b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" + ARCS])
def test_what_geos_cannot_walk_is_unreadable(raw):
    wkb = np.array([shapely.to_wkb(boxes(1)[0]), raw, None], object)
    rows = Rows(np.arange(1, 4), {}, wkb)
    table = SimpleNamespace(name="f", refused_rows=frozenset(), undecodable=frozenset())
    placement = Placement(Meaning(city().projected))
    opened = SimpleNamespace(
        table=table, headers={}, constants={}, placement=placement, writes_commas=lambda _: False
    )
    batch = stretch(rows, opened, PARCELS)
    assert [(i.row, i.code) for i in batch.issues] == [
        (2, "geometry-unreadable"), (3, "geometry-missing")
    ]  # fmt: skip


def test_an_invalid_geometry_is_shown_where_it_crosses():
    issue = checked([bow_tie()]).issues[0]
    x, y = origin()
    assert (issue.x, issue.y) == (x + 5, y + 5)
    assert "自相交" in issue.message


def test_swapped_axes_of_one_row_are_hinted_at():
    flipped = shapely.transform(boxes(1)[0], lambda xy: xy[:, ::-1])
    assert "颠倒" in checked([flipped]).issues[0].hint


def test_a_register_that_may_do_without_geometry_does():
    units = Register("units", "户", (), ("Polygon",), needs_geometry=False)
    assert not checked([None], units).issues


def test_shapes_are_never_altered():
    shapes = boxes(3)
    before = shapely.to_wkb(shapes)
    assert (shapely.to_wkb(checked(shapes).shapes) == before).all()


def test_an_invalid_area_has_a_valid_one_proposed_and_stays_as_it_is():
    batch = checked([bow_tie()])
    (issue,) = batch.issues
    assert issue.place.equals(shapely.Point(issue.x, issue.y))
    assert issue.proposal.is_valid
    assert issue.proposal.area == 50
    assert batch.shapes[0].equals_exact(bow_tie())


def test_an_open_ring_is_explained_where_the_file_s_bytes_are_given():
    ring = np.array([(0, 0), (9, 0), (9, 9), (0, 9)], "<f8").tobytes()
    raw = b"\x01\x03\x00\x00\x00\x01\x00\x00\x00\x04\x00\x00\x00" + ring
    batch = Batch("f", np.array([1]), {}, np.array([None], object))
    check_geometry(batch, PARCELS, np.array([True]), np.array([raw], object))
    (issue,) = batch.issues
    assert issue.code == "geometry-unreadable"
    assert "未闭合" in issue.message
