"""Dividing and putting together."""

import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.parcels.rules.division import division_faults, shared_areas

sizes = st.floats(10, 500)


@given(width=sizes, height=sizes, cut=st.floats(0.05, 0.95), slant=st.floats(-0.04, 0.04))
def test_split_then_merge_gives_back_the_parent(width, height, cut, slant):
    whole = shapely.box(0, 0, width, height)
    low, high = width * (cut - slant), width * (cut + slant)
    left = shapely.Polygon([(0, 0), (low, 0), (high, height), (0, height)])
    right = shapely.Polygon([(low, 0), (width, 0), (width, height), (high, height)])
    assert division_faults(whole, [left, right]) == []
    assert shapely.union_all([left, right]).symmetric_difference(whole).area < 1e-6
    assert abs(shared_areas([whole], [left, right]).sum() - whole.area) < 1e-6


@given(gap=st.floats(1.5, 50))
def test_a_gap_or_an_excess_is_told_with_its_area(gap):
    whole = shapely.box(0, 0, 100, 100)
    short = [shapely.box(0, 0, 100 - gap, 100)]
    long = [shapely.box(0, 0, 100 + gap, 100)]
    assert division_faults(whole, short) == [f"各部分未覆盖原宗地 {gap * 100:.2f} 平方米"]
    assert division_faults(whole, long) == [f"各部分超出原宗地 {gap * 100:.2f} 平方米"]


def test_an_invalid_piece_is_told():
    bowtie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert division_faults(shapely.box(0, 0, 1, 1), [bowtie]) == ["有的部分图形无效或为空"]
