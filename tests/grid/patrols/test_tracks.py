"""A track falls into legs where nothing is known for a while; nothing of it is lost."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grid.patrols.tracks import GAP, legs

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
seconds = st.lists(st.integers(0, 20_000), min_size=1, max_size=60, unique=True).map(sorted)


def test_no_fix_no_leg():
    assert legs([], np.empty((0, 2))) == []


def test_a_gap_is_longer_than_five_minutes():
    places = np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 4.0]])
    at = [NOON, NOON + GAP, NOON + GAP + GAP + timedelta(microseconds=1)]
    assert [(leg.start, leg.end, leg.length_m) for leg in legs(at, places)] == [
        (0, 2, 5.0),
        (2, 3, 0.0),
    ]


@given(seconds)
def test_every_fix_is_in_one_leg_and_no_leg_crosses_a_gap(moments):
    at = [NOON + timedelta(seconds=s) for s in moments]
    places = np.column_stack([moments, np.zeros(len(at))]).astype(float)
    found = legs(at, places)
    assert [k for leg in found for k in range(leg.start, leg.end)] == list(range(len(at)))
    for leg in found:
        inside = np.diff(moments[leg.start : leg.end])
        assert (inside <= GAP.total_seconds()).all()
        assert leg.length_m == inside.sum()
    for one, other in zip(found, found[1:], strict=False):
        assert at[other.start] - at[one.end - 1] > GAP
