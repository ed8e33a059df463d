"""Responsibility grids (责任网格): groups of one to five cells that hang together. Pure."""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import shapely

from grid.cells.balancing import Graph, parts_of
from grid.cells.numbering import NoCodesLeft
from grid.cells.splitting import adjacent

USUAL, MOST = 4, 5  # cells
LAST = 999  # number of a group in a community
GONE = -1


def responsibility_groups(cells: np.ndarray) -> np.ndarray:
    """The group (n,) of each cell of a community, numbered from 0 in the cells' order."""
    if not len(cells):
        return np.empty(0, int)
    pairs = adjacent(cells)
    labels = _parted(len(cells), pairs)
    _, first, numbered = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return rank[numbered]


def group_codes(
    community: str,
    codes: Sequence[str],
    cells: np.ndarray,
    standing: Mapping[str, str],
    used: Iterable[str] = (),
) -> list[str]:
    """The code of each cell's group (n,): the community's, and a number never used before.

    ``standing`` gives the group that a cell code is in now. A sound group whose cells all
    stay stays. The others are grouped anew, and a code goes on with the group that has most
    of its cells.

    Raises:
        NoCodesLeft: the numbers are used up.
    """
    whole = _staying(codes, cells, standing)
    before = [standing.get(code, "") for code in codes]
    found = [group if group in whole else "" for group in before]
    loose = np.array([k for k, group in enumerate(found) if not group], int)
    groups = responsibility_groups(cells[loose])
    kept = _kept(groups, [before[k] for k in loose], whole)
    taken = [_number(community, code) for code in (*used, *standing.values())]
    given = itertools.count(max(taken, default=0) + 1)
    for group in range(groups.max(initial=-1) + 1):
        code = kept.get(group) or _code(community, next(given))
        for k in loose[groups == group]:
            found[k] = code
    return found


def _staying(codes: Sequence[str], cells: np.ndarray, standing: Mapping[str, str]) -> set[str]:
    """The sound groups of which every cell is still there."""
    place = {code: k for k, code in enumerate(codes)}
    members: dict[str, list[int]] = {}
    for code, group in standing.items():
        members.setdefault(group, []).append(place.get(code, GONE))
    return {
        group
        for group, where in members.items()
        if group and GONE not in where and len(where) <= MOST and hangs_together(cells[where])
    }


def _kept(groups: np.ndarray, before: list[str], whole: set[str]) -> dict[int, str]:
    """Which group goes on with which code: the pairs with most cells in common first."""
    gone = set(whole)
    pairs = Counter((int(g), code) for g, code in zip(groups, before, strict=True) if code)
    kept: dict[int, str] = {}
    for group, code in sorted(pairs, key=lambda pair: (-pairs[pair], pair)):
        if group not in kept and code not in gone:
            kept[group] = code
            gone.add(code)
    return kept


def _code(community: str, number: int) -> str:
    if number > LAST:
        raise NoCodesLeft(f"{community} 的责任网格编号已用到 {LAST}")
    return f"{community}Z{number:03d}"


def _number(community: str, code: str) -> int:
    head, _, tail = code.partition("Z")
    return int(tail) if head == community and tail.isdecimal() else 0


def _parted(number: int, pairs: np.ndarray) -> np.ndarray:
    """Labels of cells: what hangs together, split on while a part has more than five."""
    labels = np.zeros(number, int)
    joined = parts_of(Graph(np.ones(number), pairs), 1)
    queue, given = [np.flatnonzero(joined == label) for label in np.unique(joined)], 0
    while queue:
        part = queue.pop()
        if len(part) <= MOST:
            labels[part] = given
            given += 1
            continue
        place = {int(m): i for i, m in enumerate(part)}
        inside = [(place[a], place[b]) for a, b in pairs.tolist() if a in place and b in place]
        graph = Graph(np.ones(len(part)), np.array(inside, int).reshape(-1, 2))
        found = parts_of(graph, max(2, round(len(part) / USUAL)))
        queue += [part[found == label] for label in np.unique(found)]
    return labels


def hangs_together(cells: np.ndarray) -> bool:
    """Whether cells make one polygon."""
    return shapely.get_num_geometries(shapely.union_all(cells)) == 1
