"""Tiles of 200,000 buildings: from the database, from memory, and the bare SQL beside them.

    DATABASE_URL=… python tests/bench/tiles_bench.py [--layer buildings] [--rounds 3] [--seconds 5]

The database is one with the full sample city (``manage.py load_sample_city --size full``).
*bare SQL* writes all features with the same fields, by pgbench, statements prepared. *cold*
is the application with TILE_CACHE_MB=0, *warm* with its memory filled, both with two
workers as in script/server. The tiles are those over the built-up area, in turn; sizes are
of the same tiles. Everything shares the machine with the load itself. Needs wrk and pgbench.
"""

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402

from layers.access.access import ANONYMOUS  # noqa: E402
from layers.declarations.registry import layer_of  # noqa: E402
from layers.ogc.tiles.framing import framing_of  # noqa: E402
from layers.ogc.tiles.matrices import TilePlace, place_of  # noqa: E402
from layers.reading.shares import Share, share_of  # noqa: E402
from spatial.city import city  # noqa: E402
from tests.bench.load import CONNECTIONS, Run, Table, interleave, wait_for, wrk  # noqa: E402
from tests.bench.peers import running  # noqa: E402

SQL, COLD, PAST, WARM = "bare SQL, all features", "cold", "cold, 2024-01-01", "warm"
PORTS = {COLD: 8092, WARM: 8093}
EAST, NORTH = 0.03, 0.022  # half of the area, in degrees
MOST_TILES = 100
OPTIONS = "-c max_parallel_workers_per_gather=0 -c jit=off -c enable_bitmapscan=off"


def tiles_over_town(zoom: int) -> list[TilePlace]:
    """The tiles over the built-up area, in a fixed order without sense."""
    view = city().view
    first = place_of(zoom, view.longitude - EAST, view.latitude + NORTH)
    last = place_of(zoom, view.longitude + EAST, view.latitude - NORTH)
    found = [
        TilePlace(zoom, row, column)
        for row in range(first.row, last.row + 1)
        for column in range(first.column, last.column + 1)
    ]
    random.Random(7).shuffle(found)
    return found[:MOST_TILES]


def bare_sql(share: Share, place: TilePlace) -> str:
    """All features of a tile with the fields of the style."""
    layer = share.layer
    fields = "".join(f', "{layer.column(f.name).column}"' for f in share.tile_fields)
    envelope = f"ST_TileEnvelope({place.zoom}, {place.column}, {place.row})"
    window = ", ".join(f"{bound:.3f}" for bound in framing_of(place).window)
    return (
        f"SELECT ST_AsMVT(t, '{layer.id}', 4096, 'geom') FROM (SELECT code{fields},"
        f" ST_AsMVTGeom(ST_Transform(geom, 3857), {envelope}, 4096, 64, true) AS geom"
        f' FROM "{layer.model._meta.db_table}"'
        f" WHERE upper_inf(valid) AND geom && ST_MakeEnvelope({window}, {city().projected})) AS t;"
    )


def pgbench(login: dict[str, str], statements: list[str], seconds: int) -> Run:
    """Run one of the statements at random, again and again, over 8 connections."""
    program = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))), "pgbench")
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
    env = {**os.environ, "PGOPTIONS": OPTIONS, "PGPASSWORD": login["password"]}
    env |= {names[key]: str(value) for key, value in login.items() if key in names}
    with tempfile.TemporaryDirectory() as folder:
        command = [str(program), "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2"]
        for number, statement in enumerate(statements):
            script = Path(folder, f"{number}.sql")
            script.write_text(statement)
            command += ["-f", str(script)]
        told = subprocess.run(
            [*command, "-T", str(seconds)], env=env, capture_output=True, text=True
        )
    rate = re.search(r"tps = ([\d.]+) \(without", told.stdout)
    latency = re.search(r"latency average = ([\d.]+)", told.stdout)
    if not rate or not latency:
        raise RuntimeError(f"pgbench said: {told.stderr[-300:]}")
    return Run(float(rate[1]), float(latency[1]))


def largest(statements: list[str]) -> int:
    """The size of the largest tile that these write."""
    with connection.cursor() as cursor:
        sizes = []
        for statement in statements:
            cursor.execute(statement)
            sizes.append(len(cursor.fetchone()[0]))
    return max(sizes)


def measure(table: Table, share: Share, zoom: int, login: dict[str, str], options) -> None:
    """One zoom on every side, in turn."""
    places = tiles_over_town(zoom)
    statements = [bare_sql(share, place) for place in places]
    base = f"/ogc/collections/{share.layer.id}/tiles/WebMercatorQuad"
    paths = [f"{base}/{zoom}/{place.row}/{place.column}" for place in places]
    origins = {name: f"http://127.0.0.1:{port}" for name, port in PORTS.items()}
    bodies = [wait_for(f"{origins[WARM]}{path}") for path in paths]
    sizes = [len(body) for body in bodies]
    print(
        f"| z{zoom} | {len(places)} | {largest(statements) / 1000:.0f}"
        f" | {max(sizes) / 1000:.0f} | {statistics.median(sizes) / 1000:.0f} |",
        flush=True,
    )
    dated = [f"{path}?datetime=2024-01-01T00:00:00Z" for path in paths]
    runs = {
        SQL: partial(pgbench, login, statements, options.seconds),
        COLD: partial(wrk, origins[COLD], paths, options.seconds),
        PAST: partial(wrk, origins[COLD], dated, options.seconds),
        WARM: partial(wrk, origins[WARM], paths, options.seconds),
    }
    for name in (COLD, WARM):
        wrk(origins[name], paths, 1)
    interleave(table, f"z{zoom}", runs, options.rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--layer", default="buildings")
    parser.add_argument("--zooms", default="10,11,12,13,14,15,16")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    given = connection.settings_dict
    login = {
        "host": given["HOST"],
        "port": str(given["PORT"]),
        "user": given["USER"],
        "dbname": given["NAME"],
        "password": given["PASSWORD"],
    }
    share = share_of(ANONYMOUS, layer_of(options.layer))
    table = Table()
    command = [sys.executable, "-m", "gunicorn", "webmap.wsgi:application", "--workers", "2"]
    command += ["--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--bind"]
    print("| zoom | tiles | all features, largest kB | ours, largest kB | median kB |")
    print("|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        cold = running([*command, f"127.0.0.1:{PORTS[COLD]}"], Path(name, "c"), TILE_CACHE_MB="0")
        warm = running([*command, f"127.0.0.1:{PORTS[WARM]}"], Path(name, "w"))
        with cold, warm:
            for zoom in map(int, options.zooms.split(",")):
                measure(table, share, zoom, login, options)
    print()
    print(table.markdown(SQL))


if __name__ == "__main__":
    main()
