"""The law of what stands: raised by a lower bound, never cleared by what is missing."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.hazards.rules.levels import BY_CODE, Computed, LevelMatrix, WarningLevel, settle

NOON = datetime(2026, 6, 1, 12)
HOLD = timedelta(hours=3)
LEVELS = st.sampled_from(WarningLevel)
CYCLES = st.lists(st.tuples(LEVELS, st.booleans(), st.integers(1, 200)), min_size=1, max_size=40)
PROPOSED = LevelMatrix(tuple(tuple(BY_CODE[code] for code in row) for row in [
    ("", "", "IV", "III", "II"), ("", "IV", "III", "II", "II"),
    ("", "IV", "III", "II", "I"), ("IV", "III", "II", "I", "I"),
]))  # fmt: skip


def played(cycles):
    standing, at = None, NOON
    for level, whole, minutes in cycles:
        before, at = standing, at + timedelta(minutes=minutes)
        standing = settle(before, Computed(level, whole), at, HOLD)
        yield before, Computed(level, whole), standing, at


@given(CYCLES)
def test_whole_data_decide_alone(cycles):
    for _, computed, after, _ in played(cycles):
        if computed.is_whole:
            assert (after.level, after.is_known, after.short_since) == (computed.level, True, None)


@given(CYCLES)
def test_gaps_never_lower_and_always_raise(cycles):
    for before, computed, after, _ in played(cycles):
        if not computed.is_whole:
            assert after.level >= max(computed.level, before.level if before else WarningLevel.NONE)


@given(CYCLES)
def test_what_is_prolonged_too_long_is_unknown(cycles):
    for _, _, after, at in played(cycles):
        if after.short_since and at - after.short_since > HOLD:
            assert not after.is_known


@given(CYCLES)
def test_what_gaps_still_reach_is_known(cycles):
    for _, computed, after, at in played(cycles):
        if not computed.is_whole and computed.level and computed.level == after.level:
            assert (after.is_known, after.short_since) == (True, at)


@given(CYCLES)
def test_the_moment_of_change_is_that_of_the_change(cycles):
    for before, _, after, at in played(cycles):
        same = before and (before.level, before.is_known) == (after.level, after.is_known)
        assert after.changed_at == (before.changed_at if same else at)


def test_a_place_without_any_data_is_unknown_at_once():
    assert not settle(None, Computed(WarningLevel.NONE, False), NOON, HOLD).is_known


def test_the_proposed_matrix_is_monotone_and_a_changed_cell_is_not():
    assert PROPOSED.is_monotone()
    cells = [list(row) for row in PROPOSED.cells]
    cells[3][4] = WarningLevel.BLUE
    assert not LevelMatrix(tuple(map(tuple, cells))).is_monotone()


def test_no_data_never_becomes_safe():
    got = PROPOSED.levels(np.array([-1, 3, 0, 3], np.int8), np.array([4, -1, 0, 4], np.int8))
    assert got.tolist() == [-1, -1, 0, 4]


def test_a_class_beyond_the_matrix_is_an_error():
    with pytest.raises(ValueError, match="beyond"):
        PROPOSED.levels(np.array([4], np.int8), np.array([0], np.int8))
