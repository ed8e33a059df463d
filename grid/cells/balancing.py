"""Contiguous parts of about equal weight, by cutting random spanning trees. Pure.

A part cut from a tree is connected by construction; of many trees the cut nearest to the
wanted weight is taken (the recombination step of redistricting, after DeFord, Duchin and
Solomon 2021). The same input gives the same parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

TREES = 24


@dataclass(frozen=True)
class Graph:
    """Atoms with their weights (n,) and the pairs (m, 2) that share an edge."""

    weights: np.ndarray
    pairs: np.ndarray


def parts_of(graph: Graph, number: int, seed: int = 0) -> np.ndarray:
    """The part (n,) that each atom belongs to, 0 … number - 1.

    Atoms that are not connected come apart into more parts than were asked for, never
    into parts that do not hang together.
    """
    random = np.random.default_rng(seed)
    labels = np.zeros(len(graph.weights), int)
    given = 0
    components = _components(len(graph.weights), graph.pairs)
    whole = graph.weights.sum() or 1.0
    for members in components:
        wanted = max(1, round(number * graph.weights[members].sum() / whole))
        for part in _split(graph, members, min(wanted, len(members)), random):
            labels[part] = given
            given += 1
    return labels


def _split(
    graph: Graph, members: np.ndarray, number: int, random: np.random.Generator
) -> list[np.ndarray]:
    if number <= 1 or len(members) <= 1:
        return [members]
    first = number // 2
    share = first / number
    one, other = _bisect(graph, members, share, random)
    return [
        *_split(graph, one, first, random),
        *_split(graph, other, number - first, random),
    ]


def _bisect(
    graph: Graph, members: np.ndarray, share: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Members in two connected parts, the first with about that share of the weight."""
    place = {int(m): i for i, m in enumerate(members)}
    inside = [(place[int(a)], place[int(b)]) for a, b in graph.pairs if a in place and b in place]
    weights = graph.weights[members]
    total = weights.sum() or 1.0
    best: tuple[float, np.ndarray] | None = None
    for _ in range(TREES):
        parent, order = _tree(len(members), inside, random)
        below = weights.astype(float).copy()
        for node in order[:0:-1]:
            below[parent[node]] += below[node]
        ratios = below[1:] / total if order[0] == 0 else np.delete(below, order[0]) / total
        nodes = [n for n in range(len(members)) if n != order[0]]
        off = np.minimum(abs(ratios - share), abs(1 - ratios - share))
        cut = int(np.argmin(off))
        if best is None or off[cut] < best[0]:
            chosen = _under(nodes[cut], parent, order)
            flipped = abs(ratios[cut] - share) > abs(1 - ratios[cut] - share)
            best = (float(off[cut]), ~chosen if flipped else chosen)
    assert best is not None  # noqa: S101  (there is at least one tree)
    return members[best[1]], members[~best[1]]


def _tree(
    number: int, pairs: Sequence[tuple[int, int]], random: np.random.Generator
) -> tuple[list[int], list[int]]:
    """A random spanning tree of connected nodes: parents, and an order from its root."""
    root_of = list(range(number))

    def find(node: int) -> int:
        while root_of[node] != node:
            root_of[node] = root_of[root_of[node]]
            node = root_of[node]
        return node

    near: list[list[int]] = [[] for _ in range(number)]
    for index in random.permutation(len(pairs)):
        a, b = pairs[index]
        first, second = find(a), find(b)
        if first != second:
            root_of[first] = second
            near[a].append(b)
            near[b].append(a)
    parent, order = [-1] * number, [0]
    for node in order:
        for other in near[node]:
            if other != parent[node]:
                parent[other] = node
                order.append(other)
    return parent, order


def _under(node: int, parent: list[int], order: list[int]) -> np.ndarray:
    """Which nodes hang below one, itself among them."""
    found = np.zeros(len(parent), bool)
    found[node] = True
    for other in order:
        if parent[other] >= 0 and found[parent[other]]:
            found[other] = True
    return found


def _components(number: int, pairs: np.ndarray) -> list[np.ndarray]:
    near: list[list[int]] = [[] for _ in range(number)]
    for a, b in pairs:
        near[int(a)].append(int(b))
        near[int(b)].append(int(a))
    seen, found = np.zeros(number, bool), []
    for start in range(number):
        if seen[start]:
            continue
        seen[start] = True
        members = [start]
        for node in members:
            for other in near[node]:
                if not seen[other]:
                    seen[other] = True
                    members.append(other)
        found.append(np.array(sorted(members)))
    return found
