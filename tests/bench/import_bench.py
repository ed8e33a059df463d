"""How fast buildings are taken in, beside ogr2ogr with COPY of the same file.

    python tests/bench/import_bench.py [--rows 200000] [--rounds 3] [--folder DIR]

Makes a database of its own beside the one in DATABASE_URL and drops it at the end.
Ours is the whole command: start of Python, checks on rows and between features,
difference, versions, every index and guard; "bare" is the command up to the staging
table: read, row checks, COPY. ogr2ogr and shp2pgsql write one plain table with one
spatial index. "1 % changed" is the same file again with every hundredth building
changed. Compare within a run.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from shutil import which
from tempfile import mkdtemp

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")
django.setup()

import geopandas as gpd  # noqa: E402
import numpy as np  # noqa: E402
import shapely  # noqa: E402

from spatial.city import city  # noqa: E402
from spatial.crs import transformer  # noqa: E402
from tests.bench.server import Server  # noqa: E402

BARE = """
import django, sys
from pathlib import Path
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")
django.setup()
from django.db import connection, transaction
from importers.reading.delivery import Delivery, Reading
from importers.reading.registers import layer_for, register_of
from importers.staging.staging import Stage
layer = layer_for("buildings")
with Delivery([Path(sys.argv[1])], register_of(layer), Reading()) as delivery, transaction.atomic():
    with connection.cursor() as cursor:
        stage = Stage(0)
        stage.create(cursor, layer.model)
        for encoded in delivery.batches():
            stage.copy(cursor, encoded)
        stage.drop(cursor)
"""


def buildings(rows: int) -> gpd.GeoDataFrame:
    """L-shaped houses on a grid around the city's centre."""
    random = np.random.default_rng(1)
    view = city().view
    east, north = transformer(4326, city().projected).transform(view.longitude, view.latitude)
    number, side = np.arange(rows), int(rows**0.5) + 1
    x = round(east) + (number % side - side / 2) * 40
    y = round(north) + (number // side - side / 2) * 40
    w, h = random.uniform(8, 24, rows), random.uniform(8, 24, rows)
    turn = random.uniform(0, np.pi, rows)
    corners = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.25), (0.25, 0.25), (0.25, 0.5), (-0.5, 0.5)]
    ring = np.stack(
        [
            np.stack(
                [
                    x + u * w * np.cos(turn) - v * h * np.sin(turn),
                    y + u * w * np.sin(turn) + v * h * np.cos(turn),
                ],
                axis=1,
            )
            for u, v in corners
        ],
        axis=1,
    )
    data = {
        "code": [f"431382001001GB{i // 9 + 1:05d}F{i % 9 + 1:04d}" for i in number],
        "name": [f"{i % 30 + 1}号楼" for i in number],
        "address": [f"蓝田街道人民路{i}号" for i in number],
        "usage": random.choice(["住宅", "商业", "办公"], rows),
        "structure": random.choice(["砖混", "框架", "钢混"], rows),
        "storeys_above": random.integers(1, 30, rows),
        "height_m": random.uniform(3, 90, rows).round(1),
        "floor_area_m2": random.uniform(80, 9000, rows).round(2),
        "owner": [f"张{i}" for i in number],
    }
    return gpd.GeoDataFrame(data, geometry=shapely.polygons(ring.round(3)), crs=city().projected)


def files(folder: Path, rows: int) -> dict[str, Path]:
    """The same buildings as GeoPackage and as GBK shapefile without .cpg."""
    made = {
        "GeoPackage": folder / f"b{rows}.gpkg",
        "Shapefile GBK": folder / f"b{rows}.shp",
        "1 % changed": folder / f"b{rows}-1pc.gpkg",
    }
    if not all(path.exists() for path in made.values()):
        frame = buildings(rows)
        frame.to_file(made["GeoPackage"], layer="buildings", driver="GPKG")
        short = {"storeys_above": "地上层数", "floor_area_m2": "建筑面积"}
        frame.rename(columns=short).to_file(made["Shapefile GBK"], encoding="GBK")
        frame.loc[::100, "storeys_above"] += 1
        frame.to_file(made["1 % changed"], layer="buildings", driver="GPKG")
        made["Shapefile GBK"].with_suffix(".cpg").unlink(missing_ok=True)
    return made


class Peers(Server):
    """Who is timed, each on a file."""

    def ours(self, path: Path) -> None:
        self.manage("import_survey", str(path), "--layer", "buildings", "--commit")

    def bare(self, path: Path) -> None:
        """Read, check the rows, COPY into a stage; then leave."""
        self.program(BARE, path)

    def shp2pgsql(self, path: Path) -> None:
        """With -D: COPY; -I: one spatial index; as its manual advises."""
        server = [
            f"--{k}={v}"
            for k, v in {"dbname": self.database, **self.login}.items()
            if k != "password"
        ]
        server = [word.replace("--user=", "--username=") for word in server]
        made = subprocess.Popen(
            ["shp2pgsql", "-D", "-I", "-d", "-s", str(city().projected), "-W", "GBK", str(path), "bench_plain"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        subprocess.run(
            ["psql", "-q", "-X", *server], stdin=made.stdout, env=self.env, check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        made.wait()

    def ogr2ogr(self, path: Path) -> None:
        target = " ".join(f"{k}={v}" for k, v in {"dbname": self.database, **self.login}.items())
        encoding = ["-oo", "ENCODING=GBK"] if path.suffix == ".shp" else []
        command = ["ogr2ogr", "--config", "PG_USE_COPY", "YES", "-f", "PostgreSQL", f"PG:{target}"]
        command += [str(path), "-nln", "bench_plain", "-nlt", "POLYGON", "-overwrite", *encoding]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def timed(server: Peers, action, path: Path) -> float:
    server.run(
        "ALTER TABLE parcels_building DISABLE TRIGGER USER; TRUNCATE parcels_building;"
        "ALTER TABLE parcels_building ENABLE TRIGGER USER; DROP TABLE IF EXISTS bench_plain"
    )
    started = time.perf_counter()
    action(path)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    folder = given.folder or Path(mkdtemp(prefix="import-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    made = files(folder, given.rows)
    with Peers() as server:
        report(server, made, given.rows, given.rounds)


def actions(server: Peers, kind: str):
    """What is timed on a kind of file."""
    yield "import_survey", server.ours
    yield "bare: read, check rows, COPY", server.bare
    yield "ogr2ogr COPY", server.ogr2ogr
    if kind.startswith("Shapefile") and which("shp2pgsql"):
        yield "shp2pgsql | psql", server.shp2pgsql


def report(server: Peers, made: dict[str, Path], rows: int, rounds: int) -> None:
    seconds: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        for kind in ("GeoPackage", "Shapefile GBK"):
            for name, action in actions(server, kind):
                seconds.setdefault((kind, name), []).append(timed(server, action, made[kind]))
        server.ours(made["GeoPackage"])
        for kind, name in (("GeoPackage", "nothing changed"), ("1 % changed", "1 % changed")):
            started = time.perf_counter()
            server.ours(made[kind])
            again = time.perf_counter() - started
            seconds.setdefault(("GeoPackage", f"import_survey, {name}"), []).append(again)
    print(
        "| file | what | rows | median s (min–max) | rows/s | ÷ ogr2ogr |\n|---|---|---|---|---|---|"
    )
    for (kind, name), found in seconds.items():
        middle = statistics.median(found)
        share = statistics.median(seconds[kind, "ogr2ogr COPY"]) / middle
        print(
            f"| {kind} | {name} | {rows} | {middle:.1f} ({min(found):.1f}–{max(found):.1f})"
            f" | {rows / middle:.0f} | {share:.2f} |"
        )


if __name__ == "__main__":
    main()
