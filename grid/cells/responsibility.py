"""Responsibility grids (责任网格): groups of one to five cells that hang together. Pure."""

import numpy as np
import shapely

from grid.cells.balancing import Graph, parts_of
from grid.cells.splitting import adjacent

USUAL, MOST = 4, 5


def responsibility_groups(cells: np.ndarray) -> np.ndarray:
    """The group (n,) of each cell of a community, numbered from 0 in the cells' order."""
    if not len(cells):
        return np.empty(0, int)
    pairs = adjacent(cells)
    labels = _parted(np.arange(len(cells)), pairs)
    _, first, numbered = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return rank[numbered]


def group_codes(community: str, groups: np.ndarray) -> list[str]:
    """A code for each cell's group: the community's and a number."""
    return [f"{community}Z{int(group) + 1:03d}" for group in groups]


def _parted(members: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Labels of members, split on while a part has more than five."""
    labels = np.zeros(len(members), int)
    queue, given = [np.arange(len(members))], 0
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
