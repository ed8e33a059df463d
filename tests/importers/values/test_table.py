"""Rows come in bounded portions, none lost."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from importers.values import table
from importers.values.issues import Issue, Severity
from importers.values.table import in_memory


@given(st.lists(st.integers(0, 40), min_size=1, max_size=30), st.integers(1, 9))
def test_large_shapes_come_in_smaller_portions(tmp_path_factory, sizes, size):
    shapes = [
        shapely.LineString(np.column_stack([np.arange(n), np.zeros(n)])) if n > 1 else None
        for n in sizes
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "PORTION", 200)
        opened = in_memory(tmp_path_factory.getbasetemp(), "t", {"n": sizes}, shapes)
        portions = list(opened.batches(["n"], size))
    assert np.concatenate([p.columns["n"] for p in portions]).tolist() == sizes
    assert np.concatenate([p.numbers for p in portions]).tolist() == list(range(1, len(sizes) + 1))
    assert sum(len(p.wkb) for p in portions) == len(sizes)
    for portion in portions:
        weights = [len(raw) if raw else 0 for raw in portion.wkb]
        assert sum(weights[1:]) <= 200
        assert len(weights) <= size


def test_rows_in_error_are_refused_though_no_remark_is_left_for_them(tmp_path):
    error = Issue("a", 2, "x", "错")
    warning = Issue("a", 3, "x", "疑", severity=Severity.WARNING)
    opened = in_memory(
        tmp_path, "t", {"n": [1, 2, 3, 4]}, remarks=[error, warning], refused=frozenset({4})
    )
    assert opened.refused_rows == {2, 4}
    assert opened.bare().refused_rows == {2, 4}
