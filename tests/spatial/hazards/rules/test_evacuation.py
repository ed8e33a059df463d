"""Allocation of people to shelters: published vectors, and a second solver by brute force."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.hazards.rules.evacuation import allocate

PEOPLE = {"V1": 120, "V2": 80, "V3": 100}
PLACES = {"S1": 150, "S2": 100, "S3": 60}
MINUTES = dict(
    zip(product(PEOPLE, PLACES), [10, 25, 60, 12, 14, 40, 30, 8, 15], strict=True)
)  # fmt: skip


def test_the_published_optimum():
    assert allocate(PEOPLE, PLACES, MINUTES).cost == 3410


def test_a_closed_road_costs_more():
    closed = {pair: time for pair, time in MINUTES.items() if pair != ("V2", "S1")}
    assert allocate(PEOPLE, PLACES, closed).cost == 3980


def test_a_shelter_cut_off_leaves_people_without_a_place():
    cut = {pair: time for pair, time in MINUTES.items() if pair[1] != "S3"}
    best = allocate(PEOPLE, PLACES, cut)
    assert sum(best.unplaced.values()) == 50
    assert best.cost == 502_360


def test_nobody_to_move_and_nowhere_to_go():
    assert allocate({}, PLACES, {}).cost == 0
    assert allocate({"V1": 3}, {}, {}).unplaced == {"V1": 3}


def test_what_is_negative_is_refused():
    with pytest.raises(ValueError, match="negative"):
        allocate({"V1": -1}, PLACES, {})


small = st.lists(st.integers(0, 3), min_size=2, max_size=2)


@settings(max_examples=40)
@given(small, small, st.lists(st.integers(1, 9), min_size=4, max_size=4))
def test_no_other_way_is_cheaper_and_nobody_is_lost(people, places, minutes):
    village, shelter = dict(zip("ab", people, strict=True)), dict(zip("xy", places, strict=True))
    times = dict(zip(product("ab", "xy"), minutes, strict=True))
    best = allocate(village, shelter, times, unplaced_cost=100)
    for name, number in village.items():
        moved = sum(n for (v, _), n in best.moves.items() if v == name)
        assert moved + best.unplaced.get(name, 0) == number
    assert best.cost == min(costs(people, places, minutes))


def costs(people, places, minutes):
    for ax, ay, bx, by in product(range(4), repeat=4):
        if (
            ax + ay <= people[0]
            and bx + by <= people[1]
            and ax + bx <= places[0]
            and ay + by <= places[1]
        ):
            moved = ax * minutes[0] + ay * minutes[1] + bx * minutes[2] + by * minutes[3]
            yield moved + 100 * (sum(people) - ax - ay - bx - by)
