"""Split and merge on a real database."""

import pytest

from spatial.parcels.actions import merge_parcels, split_parcel
from spatial.parcels.models import Parcel
from spatial.periods import at
from spatial.versions.actions import undo
from spatial.versions.edits import VersionConflict
from spatial.versions.queries import children_of, parents_of
from tests.factories import change, moment, open_feature, square

pytestmark = pytest.mark.django_db
REGISTER = "parcels.parcel"


def halves(side=10):
    left, right = square(0, 0, side), square(side, 0, side)
    return left, right


def open_whole():
    left, right = halves()
    return open_feature(code="W", geom=left.union(right), land_use="0701")


def now_codes():
    return sorted(Parcel.objects.current().values_list("code", flat=True))


def test_a_split_ends_the_parent_and_records_the_descent():
    open_whole()
    left, right = halves()
    split_parcel(change(moment(2021)), "W", {"A": left, "B": right})
    assert now_codes() == ["A", "B"]
    assert Parcel.objects.as_of(at(moment(2020, 6))).get().code == "W"
    assert {(a.child_code, a.shared_area_m2) for a in children_of(REGISTER, "W")} == {
        ("A", 100.0),
        ("B", 100.0),
    }
    assert Parcel.objects.current().get(code="A").land_use == "0701"


def test_split_then_merge_gives_back_the_ground():
    whole = open_whole().geom
    left, right = halves()
    split_parcel(change(moment(2021)), "W", {"A": left, "B": right})
    merge_parcels(change(moment(2022)), ["A", "B"], "W2")
    assert now_codes() == ["W2"]
    assert Parcel.objects.current().get().geom.equals(whole)
    assert [a.parent_code for a in parents_of(REGISTER, "W2")] == ["A", "B"]


def test_an_undone_split_leaves_no_descent():
    open_whole()
    left, right = halves()
    made = change(moment(2021))
    split_parcel(made, "W", {"A": left, "B": right})
    undo(undo(made, who="t", why="撤"), who="t", why="恢复")
    assert len(children_of(REGISTER, "W")) == 2
    undo(made.__class__.objects.latest("id"), who="t", why="再撤")
    assert children_of(REGISTER, "W") == []
    assert now_codes() == ["W"]


@pytest.mark.parametrize(
    ("pieces", "reason"),
    [
        ({"A": square(0, 0, 10)}, "至少应有两宗"),
        ({"A": square(0, 0, 10), "B": square(0, 0, 10)}, "重叠"),
        ({"A": square(0, 0, 10), "B": square(30, 0, 10)}, "未覆盖"),
    ],
)
def test_pieces_that_are_not_the_whole_are_refused(pieces, reason):
    open_whole()
    with pytest.raises(VersionConflict, match=reason):
        split_parcel(change(moment(2021)), "W", pieces)
    assert now_codes() == ["W"]


def test_parcels_apart_do_not_merge():
    open_feature(code="A", geom=square(0))
    open_feature(code="B", geom=square(50))
    with pytest.raises(VersionConflict, match="不相邻"):
        merge_parcels(change(moment(2021)), ["A", "B"], "C")
