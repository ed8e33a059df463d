"""How much memory an import of many points takes: the process at its largest.

    python tests/bench/memory_bench.py [--points 10000000] [--folder DIR]

The same points as parcels of 50 vertices (GeoPackage, GBK shapefile, 勘测定界 TXT) and as
points of their own (DAT, CSV), tried without commit in a database of the bench's own.
What Python and its libraries take without any data is measured beside it.
"""

import argparse
import os
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")
django.setup()

import geopandas as gpd  # noqa: E402
import numpy as np  # noqa: E402
import shapely  # noqa: E402
from django.conf import settings  # noqa: E402

from spatial.city import city  # noqa: E402
from spatial.crs import transformer  # noqa: E402
from tests.bench.server import Server  # noqa: E402

VERTICES = 50
PIECE = 20_000
HEAD = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n计量单位=米\n[地块坐标]\n"


def centre() -> tuple[float, float]:
    view = city().view
    return transformer(4326, city().projected).transform(view.longitude, view.latitude)


def code(number: int) -> str:
    """A parcel code of the county of the city's profile (19 digits and letters)."""
    block, own = divmod(number, 90_000)
    return f"{city().adcode}001{block + 1:03d}GB{own + 1:05d}"


def rings(start: int, number: int) -> np.ndarray:
    """Round plots on a grid, (number, VERTICES + 1, 2), closed."""
    east, north = centre()
    at, side = np.arange(start, start + number), 500
    x, y = round(east) + at % side * 20 - 5_000, round(north) + at // side * 20 - 5_000
    angle = np.linspace(0, 2 * np.pi, VERTICES + 1)
    angle[-1] = 0
    circle = np.column_stack([8 * np.cos(angle), 8 * np.sin(angle)])
    return (np.column_stack([x, y])[:, None, :] + circle).round(3)


def write_polygons(path: Path, number: int) -> Path:
    driver = {"driver": "GPKG", "layer": "parcels"} if path.suffix == ".gpkg" else {}
    driver = driver or {"driver": "ESRI Shapefile", "encoding": "GBK"}
    for start in range(0, number, PIECE):
        ring = rings(start, min(PIECE, number - start))
        data = {"code": [code(start + i) for i in range(len(ring))], "location": "某处"}
        frame = gpd.GeoDataFrame(data, geometry=shapely.polygons(ring), crs=city().projected)
        frame.to_file(path, mode="a" if start else "w", **driver)
    return path


def write_survey_text(path: Path, number: int) -> Path:
    with path.open("w", encoding="gb18030") as file:
        file.write(HEAD)
        for start in range(0, number, PIECE):
            for i, ring in enumerate(rings(start, min(PIECE, number - start)), start):
                file.write(f"{VERTICES + 1},,{code(i)},地块{i},面,H,住宅,,@\n")
                for n, (x, y) in enumerate(ring):
                    file.write(f"J{n % VERTICES + 1},1,{y:.3f},{x:.3f}\n")
    return path


def write_points(path: Path, number: int) -> Path:
    east, north = map(round, centre())
    with path.open("w", encoding="gb18030") as file:
        if path.suffix == ".csv":
            file.write("物探点号,特征,东坐标,北坐标,地面高程\n")
        for i in range(number):
            x, y = east - 5_000 + i % 3_000 * 3, north - 5_000 + i // 3_000 * 3
            file.write(f"D{i},三通,{x}.000,{y}.000,100.5\n")
    return path


def largest(server: Server, *arguments: str) -> tuple[float, float]:
    """Peak memory in MB and seconds of one command."""
    started = time.perf_counter()
    child = os.posix_spawn(
        sys.executable, [sys.executable, "manage.py", *arguments], server.env,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )  # fmt: skip
    _, status, usage = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code > 1:  # 1: there are rows in error
        raise RuntimeError(f"{arguments}: exit code {code}")
    return usage.ru_maxrss / 1024, time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    folder = given.folder or Path(mkdtemp(prefix="memory-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(settings.BASE_DIR)
    crs = ("--crs", f"EPSG:{city().projected}")
    number = given.points // VERTICES
    cases = [
        ("GeoPackage", "parcels", (), lambda: write_polygons(folder / "p.gpkg", number)),
        ("Shapefile GBK", "parcels", (), lambda: write_polygons(folder / "p.shp", number)),
        ("勘测定界 TXT", "parcels", crs, lambda: write_survey_text(folder / "p.txt", number)),
        ("DAT", "pipe-points", (*crs, "--code-field", "点号", "--set", "network=JS", "--set", "feature=三通"),
         lambda: write_points(folder / "d.dat", given.points)),
        ("CSV", "pipe-points", (*crs, "--set", "network=JS", "--set", "feature=三通"),
         lambda: write_points(folder / "d.csv", min(given.points, 1_000_000))),  # most that is taken
    ]  # fmt: skip
    print("| file | MB of file | peak MB | s |\n|---|---|---|---|", flush=True)
    with Server() as server:
        bare, seconds = largest(server, "import_survey", "--help")
        print(f"| none (--help) | – | {bare:.0f} | {seconds:.0f} |", flush=True)
        for name, layer, more, write in cases:
            path = write()
            peak, seconds = largest(server, "import_survey", str(path), "--layer", layer, *more)
            size = path.stat().st_size / 1e6
            print(f"| {name} | {size:.0f} | {peak:.0f} | {seconds:.0f} |", flush=True)
            path.unlink()


if __name__ == "__main__":
    main()
