"""Who goes to which shelter: the least total time under the shelters' capacity. Pure.

A minimum-cost flow with a dear place "nowhere", so that an answer always exists and names who
is not placed. Times are whole seconds or minutes: with integers the answer is exact and people
are never divided.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

UNPLACED_COST = 10_000  # a unit of time; dearer than any way


@dataclass(frozen=True)
class Allocation:
    """People by (village, shelter), those without a place by village, and the total time."""

    moves: Mapping[tuple[str, str], int]
    unplaced: Mapping[str, int]
    cost: int


def allocate(
    people: Mapping[str, int],
    capacity: Mapping[str, int],
    times: Mapping[tuple[str, str], int],
    unplaced_cost: int = UNPLACED_COST,
) -> Allocation:
    """The cheapest allocation; a pair without a time has no way (a closed road).

    >>> minutes = {("V1", "S1"): 10, ("V1", "S2"): 11, ("V2", "S1"): 12, ("V2", "S2"): 40}
    >>> best = allocate({"V1": 100, "V2": 100}, {"S1": 100, "S2": 100}, minutes)
    >>> best.cost, dict(best.moves)
    (2300, {('V1', 'S2'): 100, ('V2', 'S1'): 100})

    Raises ValueError for a negative number, or a way that is dearer than having no place.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    ways = [pair for pair in times if people.get(pair[0]) and capacity.get(pair[1])]
    if any(n < 0 for n in (*people.values(), *capacity.values(), *times.values())):
        raise ValueError("people, places and times are not negative")
    if any(times[pair] >= unplaced_cost for pair in ways):
        raise ValueError("a way is dearer than having no place")
    villages, shelters = list(people), list(capacity)
    row = {name: i for i, name in enumerate(villages)}
    column = {name: i for i, name in enumerate(shelters)}
    cost = np.array([times[pair] for pair in ways] + [unplaced_cost] * len(villages))
    from_row = [row[v] for v, _ in ways] + list(range(len(villages)))
    arcs = np.arange(len(cost))
    leave = coo_array((np.ones(len(cost)), (from_row, arcs)), shape=(len(villages), len(cost)))
    enter = coo_array(
        (np.ones(len(ways)), ([column[s] for _, s in ways], arcs[: len(ways)])),
        shape=(len(shelters), len(cost)),
    )
    if not villages:
        return Allocation({}, {}, 0)
    # The matrix is totally unimodular: the simplex ends in whole people.
    solved = linprog(
        cost,
        A_eq=leave.tocsr(),
        b_eq=list(people.values()),
        A_ub=enter.tocsr() if shelters else None,
        b_ub=list(capacity.values()) if shelters else None,
        method="highs-ds",
    )
    flow = np.rint(solved.x).astype(int)
    moves = {pair: int(n) for pair, n in zip(ways, flow, strict=False) if n}
    nowhere = {v: int(n) for v, n in zip(villages, flow[len(ways) :], strict=True) if n}
    return Allocation(moves, nowhere, int(cost @ flow))
