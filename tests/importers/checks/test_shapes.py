import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity

from importers.checks.catalogue import rules_for
from importers.checks.shapes import check_shapes
from importers.phases.repairs import made_valid, why_unreadable
from importers.values.batch import Batch
from importers.values.issues import Severity
from tests.importers.files import boxes, origin

X, Y = origin()


def checked(*shapes, layer="parcels"):
    shapes = np.array(shapes, object)
    return check_shapes(Batch("f", np.arange(1, len(shapes) + 1), {}, shapes), rules_for(layer))


def polygon(*ring, **holes):
    return shapely.Polygon([(X + x, Y + y) for x, y in ring])


SQUARE = ((0, 0), (10, 0), (10, 10), (0, 10))
REPEATED = polygon((0, 0), (10, 0), (10, 0.0005), (10, 10), (0, 10))
SPIKED = polygon((0, 0), (10, 0), (10, 5), (14, 5.01), (10, 5.02), (10, 10), (0, 10))


def test_a_repeated_vertex_is_shown_and_mended_in_a_copy():
    before = REPEATED.wkb
    batch = checked(boxes(1)[0], REPEATED)
    (issue,) = batch.issues
    assert (issue.row, issue.code, issue.severity) == (2, "vertex-duplicate", Severity.WARNING)
    assert (issue.x, issue.y) == pytest.approx((X + 10, Y), abs=0.001)
    assert issue.place.geom_type == "Point"
    assert shapely.get_num_coordinates(issue.proposal) == 5
    assert batch.shapes[1].wkb == before
    assert not batch.rejected.any()


def test_a_spike_rejects_its_row_and_the_proposal_is_without_it():
    (issue,) = checked(SPIKED).issues
    assert (issue.code, issue.severity) == ("spike", Severity.ERROR)
    assert issue.place.equals(shapely.Point(X + 14, Y + 5.01))
    assert issue.proposal.symmetric_difference(polygon(*SQUARE)).area < 0.3


def test_a_spike_at_the_first_vertex_is_found():
    ring = shapely.get_coordinates(SPIKED)[:-1]
    for start in range(len(ring)):
        turned = shapely.Polygon(np.roll(ring, start, axis=0))
        (issue,) = checked(turned).issues
        assert issue.place.equals(shapely.Point(X + 14, Y + 5.01))


@given(st.floats(0, 360), st.integers(3, 40), st.floats(1, 500))
def test_round_figures_have_nothing_wrong(turn, corners, radius):
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    ring = np.column_stack([X + radius * np.cos(angles), Y + radius * np.sin(angles)])
    assert not checked(affinity.rotate(shapely.Polygon(ring), turn)).issues


@given(st.floats(0, 360), st.sampled_from([REPEATED, SPIKED]), st.booleans())
def test_what_is_wrong_is_wrong_however_it_is_turned(turn, shape, backwards):
    shape = affinity.rotate(shape, turn, origin=(X, Y))
    (issue,) = checked(shapely.reverse(shape) if backwards else shape).issues
    assert not checked(issue.proposal).issues


def test_a_hole_that_runs_with_its_shell_is_warned_of():
    shell, hole = np.array(SQUARE) + [X, Y], np.array(SQUARE) * 0.1 + [X + 4, Y + 4]
    assert [i.code for i in checked(shapely.Polygon(shell, [hole])).issues] == ["ring-orientation"]
    right = shapely.Polygon(shell, [hole[::-1]])
    assert not checked(right).issues
    issue = checked(shapely.Polygon(shell, [hole])).issues[0]
    assert (
        shapely.get_coordinates(issue.proposal).tolist() == shapely.get_coordinates(right).tolist()
        or not checked(issue.proposal).issues
    )


def test_several_parts_are_warned_of_where_the_layer_wants_one():
    two = shapely.MultiPolygon(boxes(2).tolist())
    (issue,) = checked(two).issues
    assert (issue.code, issue.severity) == ("multipart", Severity.WARNING)
    assert not checked(two, layer="landcover").issues


def test_lines_are_looked_at_for_repeated_vertices_only():
    line = shapely.LineString([(X, Y), (X + 5, Y), (X + 5.0001, Y), (X, Y + 0.001)])
    assert [i.code for i in checked(line, layer="roads").issues] == ["vertex-duplicate"]


def test_rejected_rows_and_rows_without_figure_are_passed_over():
    batch = Batch("f", np.arange(1, 4), {}, np.array([None, SPIKED, REPEATED], object))
    batch.rejected[1] = True
    check_shapes(batch, rules_for("parcels"))
    assert [(i.row, i.code) for i in batch.issues] == [(3, "vertex-duplicate")]


def test_a_bow_tie_is_made_valid_only_as_an_accepted_type():
    tie = polygon((0, 0), (10, 10), (10, 0), (0, 10))
    assert made_valid(tie, ("Polygon", "MultiPolygon")).area == pytest.approx(50)
    assert made_valid(tie, ("Polygon",)) is None


def test_unreadable_rings_are_explained():
    def wkb(*points):
        body = np.array(points, "<f8").tobytes()
        return b"\x01\x03\x00\x00\x00\x01\x00\x00\x00" + len(points).to_bytes(4, "little") + body

    assert "未闭合" in why_unreadable(wkb((0, 0), (1, 0), (1, 1), (0, 1)))
    assert "不足三个" in why_unreadable(wkb((0, 0), (1, 0), (0, 0)))
    assert "损坏" in why_unreadable(b"\x01\x03\x00")
