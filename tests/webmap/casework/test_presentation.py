"""How a case is told: where a place comes from."""

from datetime import UTC, datetime

import pytest

from grid.models import CaseStep
from webmap.casework.presentation import timeline

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({}, ""),
        ({"position": {"source": "gps", "device_distance_m": 3}}, ""),
        ({"position": {"source": "map"}}, "在地图上选定"),
        (
            {"position": {"source": "map", "device_distance_m": 41.6}},
            "在地图上选定，距当时定位 42 米",
        ),
    ],
)
def test_a_place_chosen_on_the_map_says_so(details, words):
    step = CaseStep(action="report", state_after="reported", at=NOON, details=details)
    assert timeline([step])[0]["found"] == words


@pytest.mark.parametrize(
    ("action", "was_late"),
    [("close", True), ("remark", False), ("amend", False), ("appeal", False)],
)
def test_what_is_done_beside_the_handling_is_never_late(action, was_late):
    due, at = datetime(2026, 4, 29, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    step = CaseStep(action=action, state_before="closing", state_after="closing", at=at, due_at=due)
    assert timeline([step])[0]["was_late"] is was_late
