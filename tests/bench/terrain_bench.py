"""How long the terrain of a county takes: every product once, and the raster part of a cycle.

    .venv/bin/python -m tests.bench.terrain_bench [--cells 11700000] [--cell 12.5]

The heights are made up: ridges and valleys with holes, as many cells as a county of 1,830 km²
has at 12.5 m. Bounds: the products 5 minutes, the matrix of susceptibility and rain 2 seconds.
"""

import argparse
import os
import resource
import tempfile
from pathlib import Path
from time import monotonic, process_time

import django
import numpy as np
import shapely

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")

PRODUCTS_S, MATRIX_S = 300.0, 2.0
WEST, NORTH = 37_550_000.0, 3_080_000.0


def shape_of(cells: int) -> tuple[int, int]:
    """Rows and columns of so many cells, wider than high."""
    rows = round((cells / 1.25) ** 0.5)
    return rows, round(rows * 1.25)


def made_up_heights(rows: int, columns: int) -> np.ndarray:
    """Ridges of several lengths on a tilted plane, with noise and two holes."""
    random = np.random.default_rng(17)
    y, x = np.arange(rows, dtype="float32")[:, None], np.arange(columns, dtype="float32")[None, :]
    ground = 200 + 0.02 * (rows - y) + np.zeros_like(x)
    for length, height in ((900.0, 260.0), (310.0, 120.0), (70.0, 30.0), (19.0, 6.0)):
        turn = random.uniform(0, np.pi)
        phase = (np.cos(turn) * x + np.sin(turn) * y) / length
        ground = ground + height * np.abs(np.sin(phase) * np.cos(0.7 * phase + y / length / 3))
    ground += random.normal(0, 0.3, (rows, columns)).astype("float32")
    ground[100:140, 200:260] = ground[-50:-20, -90:-60] = np.nan
    return ground.astype("float32")


def bench_products(folder: Path, cells: int, cell_m: float) -> float:
    """Make every product of a county and say how long each took."""
    from django.conf import settings

    from spatial.city import city
    from spatial.rasters import write_terrain
    from spatial.terrain.making import make_products

    settings.TERRAIN = folder / "terrain.tif"
    rows, columns = shape_of(cells)
    write_terrain(
        settings.TERRAIN, made_up_heights(rows, columns), WEST, NORTH, cell_m, city().projected
    )
    random = np.random.default_rng(3)
    east, south = WEST + columns * cell_m, NORTH - rows * cell_m
    ends = random.uniform((WEST, south), (east, NORTH), (4_000, 2))
    roads = [shapely.LineString([end, end + random.normal(0, 700, 2)]) for end in ends]
    began = monotonic()
    make_products(lambda product, s: print(f"  {product.id:28} {s:6.1f} s"), roads)
    return monotonic() - began


def bench_matrix(rows: int, columns: int, towns: int = 20) -> float:
    """The raster part of a cycle: rain spread over all cells, levels, shares by town."""
    from spatial.hazards.rules.levels import LevelMatrix, WarningLevel
    from spatial.hazards.rules.rasters_of_risk import area_levels, cell_levels
    from spatial.hazards.rules.thresholds import Measured, Threshold

    random = np.random.default_rng(11)
    ground = random.integers(-1, 4, (rows, columns)).astype(np.int8)
    town = (np.arange(rows)[:, None] * 4 // rows * 5 + np.arange(columns) * 5 // columns).astype(
        np.int16
    )
    coarse = (rows // 40, columns // 40)
    rain = {"effective_rain": Measured(random.gamma(2.0, 50.0, coarse), np.ones(coarse))}
    limits = zip((60, 110, 170, 270), list(WarningLevel)[1:], strict=True)
    thresholds = [Threshold("effective_rain", limit, level) for limit, level in limits]
    n, b, y, o, r = WarningLevel
    matrix = LevelMatrix(((n, n, b, y, o), (n, b, y, o, o), (n, b, y, o, r), (n, y, o, r, r)))
    times, worked = [], []
    for _ in range(3):
        began, work = monotonic(), process_time()
        cells = cell_levels(matrix, ground, rain, thresholds)
        areas = area_levels(cells, ground, town, towns)
        times.append(monotonic() - began)
        worked.append(process_time() - work)
    print(
        f"  matrix: {ground.size:,} cells, best of 3 {min(times):.2f} s, {min(worked):.2f} s of processor"
    )
    print(f"  {areas.share(0, 1):.3f} of the first town at a level")
    return min(times)


def main() -> None:
    """Bench both, and fail where a bound is passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=11_700_000)
    parser.add_argument("--cell", type=float, default=12.5)
    parser.add_argument("--only", choices=("products", "matrix"))
    options = parser.parse_args()
    django.setup()
    rows, columns = shape_of(options.cells)
    if options.only != "products" and bench_matrix(rows, columns) > MATRIX_S:
        raise SystemExit(f"the bound of the matrix is {MATRIX_S:g} s")
    if options.only == "matrix":
        return
    with tempfile.TemporaryDirectory() as folder:
        took = bench_products(Path(folder), options.cells, options.cell)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{options.cells:,} cells at {options.cell:g} m: {took:.1f} s, peak {peak:.1f} GB")
    if took > PRODUCTS_S:
        raise SystemExit(f"the bound is {PRODUCTS_S:g} s")


if __name__ == "__main__":
    main()
