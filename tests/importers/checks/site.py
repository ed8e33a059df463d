"""The rows of a layer in which defects are made, far from each other."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
import shapely


class Site:
    """The rows of a layer, and which of them nobody has touched yet."""

    def __init__(
        self, rows: pd.DataFrame, random: np.random.Generator, spread: float, avoid: set[str]
    ) -> None:
        self.rows, self.random, self.spread = rows, random, spread
        self.taken: set[int] = set(np.flatnonzero(rows["code"].isin(avoid)).tolist())
        self.side: set[tuple[str, str]] = set()
        self.added: list[dict] = []
        shapes = rows["geom"].to_numpy(object, copy=True) if "geom" in rows else np.empty(0, object)
        self.shapes = shapes
        self.tree = shapely.STRtree(shapes) if len(shapes) else None
        self.order = iter(random.permutation(len(rows)).tolist())

    def free(self, good: Callable[[int], bool] = lambda i: True) -> int:
        """A row far from all that was touched; its surroundings are taken with it."""
        for i in self.order:
            around = self.around(i, self.spread) if self.spread else []
            if not (set(around) | {i}) & self.taken and good(i):
                self.taken |= {i, *around}
                return i
        raise LookupError("no row is left for another defect")

    def around(self, i: int, metres: float) -> list[int]:
        """The rows within some metres."""
        if self.tree is None or self.shapes[i] is None:
            return []
        return self.tree.query(self.shapes[i], predicate="dwithin", distance=metres).tolist()

    def set(self, i: int, **values) -> None:
        for name, value in values.items():
            self.rows.at[i, name] = value

    def code(self, i: int) -> str:
        return self.rows.at[i, "code"]

    def ring(self, i: int) -> np.ndarray:
        return shapely.get_coordinates(shapely.get_parts(self.shapes[i])[0].exterior)

    def reshape(self, i: int, ring: Iterable) -> None:
        self.set(i, geom=shapely.Polygon(ring))

    def neighbour(self, i: int, shared_m: float = 2.0) -> int | None:
        """A row that shares an edge."""
        for j in self.around(i, 0.0005):
            if j != i and (self.spread or j not in self.taken - {i}):
                common = shapely.intersection(self.shapes[i].boundary, self.shapes[j].boundary)
                if common.length > shared_m:
                    return j
        return None
