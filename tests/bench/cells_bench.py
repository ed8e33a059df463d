"""Cells laid over the busiest communities of a city, and over real streets and buildings.

    DATABASE_URL=… python tests/bench/cells_bench.py [--busiest 20]

Nothing is written. For each community of the database, for all of them, and for Bubeneč
in Prague (tests/data): cells, their areas, how evenly components fall to them, seconds of
the processor (without the database's), breaches of the rules; ! marks a breach that
forbids the layout.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")

import django  # noqa: E402

django.setup()

import geopandas  # noqa: E402
import numpy as np  # noqa: E402
import shapely  # noqa: E402

from grid.cells.laying import TARGET_M2, Ground, lay  # noqa: E402
from grid.cells.layout import busiest_communities, plan  # noqa: E402
from grid.cells.validation import Breach, breaches  # noqa: E402

BUBENEC = ROOT / "tests" / "data" / "prague_bubenec.gpkg"
PREFIX = "0" * 12  # of the codes of Bubeneč's cells
TITLE = (
    f"{'':13}{'cells':>6} {'5 %':>7} {'median':>7} {'95 %':>7} {'most':>7} m² {'usual':>6}"
    f" {'parts':>7} {'per ha':>7} {'spread':>7} {'even':>6} {'s':>6}  breaches"
)


@dataclass(frozen=True)
class Laid:
    """One layout: areas (n,) and numbers of components (n,) of its cells."""

    name: str
    areas: np.ndarray
    counts: np.ndarray
    breaches: Sequence[Breach]
    seconds: float

    def line(self) -> str:
        """As a row of the table.

        ``usual`` is the share of cells of a half to the double of the target; ``spread`` the
        variation of components over cells (deviation over mean), ``even`` what it would be
        were components spread over the ground by area alone.
        """
        low, middle, high = np.percentile(self.areas, [5, 50, 95])
        usual = np.mean((self.areas >= TARGET_M2 / 2) & (self.areas <= 2 * TARGET_M2))
        total = self.counts.sum()
        spread = self.counts.std() / self.counts.mean() if total else 0.0
        even = self.areas.std() / self.areas.mean()
        return (
            f"{self.name:13}{len(self.areas):6,} {low:7,.0f} {middle:7,.0f} {high:7,.0f}"
            f" {self.areas.max():7,.0f}    {usual:6.1%} {total:7,}"
            f" {1e4 * total / self.areas.sum():7.1f} {spread:7.2f} {even:6.2f}"
            f" {self.seconds:6.1f}  {told(self.breaches)}"
        )


def told(found: Sequence[Breach]) -> str:
    """How many breaches of which rule."""
    numbers = Counter((one.rule, one.is_remark) for one in found)
    listed = sorted(numbers.items())
    return ", ".join(f"{'' if remark else '!'}{r} {n}" for (r, remark), n in listed) or "none"


def community(code: str) -> Laid:
    """One community of the database."""
    started = time.process_time()
    found = plan(code)
    took = time.process_time() - started
    areas = shapely.area(found.cells)
    return Laid(code, areas, found.component_counts(), found.breaches, took)


def bubenec() -> Laid:
    """Real streets and buildings; middles of streets stand in for components."""
    streets, buildings = (
        geopandas.read_file(BUBENEC, layer=layer).geometry.to_numpy()
        for layer in ("streets", "buildings")
    )
    hull = shapely.concave_hull(shapely.union_all([*streets, *buildings]), 0.3)
    border = shapely.buffer(hull, 15)
    places = shapely.line_interpolate_point(streets, 0.5, normalized=True)
    loads = shapely.get_coordinates(places)
    started = time.process_time()
    cells = lay(Ground(border, streets, buildings, loads))
    codes = [f"{PREFIX}{number + 1:03d}" for number in range(len(cells))]
    found = breaches(codes, cells, PREFIX, border, buildings, loads)
    took = time.process_time() - started
    # The same order of cells as their codes: an edge counts in the smaller.
    cell, place = shapely.STRtree(places).query(cells, predicate="intersects")
    _, first = np.unique(place, return_index=True)
    counts = np.bincount(cell[first], minlength=len(cells))
    return Laid("Bubeneč", shapely.area(cells), counts, found, took)


def main() -> None:
    """Lay, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--busiest", type=int, default=20, metavar="N")
    given = parser.parse_args()
    print(TITLE)
    rows = []
    for code in busiest_communities(given.busiest):
        rows.append(community(code))
        print(rows[-1].line(), flush=True)
    if rows:
        areas, counts = (np.concatenate([getattr(r, n) for r in rows]) for n in ("areas", "counts"))
        every = [breach for row in rows for breach in row.breaches]
        print(Laid("all", areas, counts, every, sum(row.seconds for row in rows)).line())
    print(bubenec().line())


if __name__ == "__main__":
    main()
