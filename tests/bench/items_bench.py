"""Items of 200,000 buildings: ours, tipg, pygeoapi's own provider, MapServer, the bare SQL.

    DATABASE_URL=… python tests/bench/items_bench.py [--peers VENV] [--rounds 3] [--seconds 5]

The database is one with the full sample city (``manage.py load_sample_city --size full``).
The peers read a plain table of the same buildings in EPSG:4326, indexed by id and place;
so does the bare SQL. Ours reads the register with its versions, as a database role per
share, and transforms from the city's CRS. VENV holds tipg, pygeoapi, uvicorn, gunicorn.
Everything shares the machine with the load itself. Needs wrk and pgbench.
"""

import argparse
import json
import os
import sys
import tempfile
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from spatial.versions.logins import as_owner  # noqa: E402
from tests.bench.load import Table, interleave, pgbench, wait_for, wrk  # noqa: E402
from tests.bench.peers import TABLE, peers, running  # noqa: E402

SQL, OURS, PAST = "bare SQL", "Tujing", "Tujing, 2024-01-01"
PORT = 8530
BOX = 0.0045  # half a side, in degrees: some 700 buildings
PREPARE = """
CREATE SCHEMA IF NOT EXISTS bench;
DROP TABLE IF EXISTS bench.building;
CREATE TABLE bench.building AS
  SELECT row_number() OVER (ORDER BY code)::int AS id, code, name, address, parcel_code, usage,
         structure, storeys_above, storeys_below, height_m, floor_area_m2, completed_year,
         district_code, ST_Transform(geom, 4326)::geometry(Geometry, 4326) AS geom
  FROM parcels_building WHERE upper_inf(valid) ORDER BY code;
ALTER TABLE bench.building ADD PRIMARY KEY (id);
CREATE INDEX ON bench.building USING gist (geom);
CREATE TABLE IF NOT EXISTS bench.boxes (id int PRIMARY KEY, x float8, y float8);
TRUNCATE bench.boxes;
INSERT INTO bench.boxes
  SELECT row_number() OVER ()::int, x, y FROM (
    SELECT ST_X(p) AS x, ST_Y(p) AS y FROM (
      SELECT ST_Centroid(geom) AS p FROM bench.building ORDER BY md5(code) LIMIT 4000) AS c
    WHERE (SELECT count(*) FROM bench.building b
           WHERE b.geom && ST_Expand(c.p, {box})) BETWEEN 500 AND 950 LIMIT 200) AS t;
ANALYZE bench.building;
"""
FOUND = (
    "SELECT json_build_object('type', 'FeatureCollection', 'features',"
    " coalesce(json_agg(ST_AsGeoJSON(s.*)::json), '[]'::json))::text"
    f" FROM (SELECT * FROM bench.{TABLE} "
)

ITEMS = f"""
SELECT p.id, p.code FROM bench.{TABLE} p JOIN parcels_building b USING (code)
WHERE p.id % 950 = 1 AND b.valid @> '2024-01-01T12:00Z'::timestamptz ORDER BY p.id
"""


def prepare() -> tuple[list[tuple[float, float]], list[tuple[int, str]]]:
    """Make the peers' table; returns box centres and (id, code) pairs."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(PREPARE.format(box=BOX))
        cursor.execute("SELECT x, y FROM bench.boxes ORDER BY id")
        boxes = cursor.fetchall()
        cursor.execute(ITEMS)
        return boxes, cursor.fetchall()


def deep_cursor(base: str, pages: int) -> str:
    """The path of a page far behind, by its cursor."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"SELECT code FROM bench.{TABLE} WHERE id = %s", [pages * 100])
        code = cursor.fetchone()[0]
    from layers.access.access import ANONYMOUS
    from layers.declarations.registry import layer_of
    from layers.ogc.common.cursors import write_cursor
    from layers.reading.shares import share_of

    share = share_of(ANONYMOUS, layer_of("buildings"))
    return f"{base}?limit=100&cursor={write_cursor((code,), share)}"


def cases(boxes: list, items: list) -> dict[str, dict]:
    """Per case: paths for us and for peers, and the SQL."""
    rectangles = [
        ",".join(f"{v:.5f}" for v in (x - BOX, y - BOX, x + BOX, y + BOX)) for x, y in boxes
    ]
    place = (
        f"\\set i random(1,{len(boxes)})\nSELECT x, y FROM bench.boxes WHERE id = :i \\gset\n"
        f"{FOUND} WHERE geom && ST_MakeEnvelope(:x - {BOX}, :y - {BOX}, :x + {BOX}, :y + {BOX}, 4326)"
        " LIMIT 1000) s;"
    )
    return {
        "limit=100": {
            "paths": ["items?limit=100"],
            "sql": f"{FOUND} ORDER BY id LIMIT 100) s;",
        },
        "limit=100, page 1000": {
            "paths": [deep_cursor("items", 1000)],
            "peers": ["items?limit=100&offset=99900"],
            "sql": f"{FOUND} ORDER BY id LIMIT 100 OFFSET 99900) s;",
        },
        "bbox, limit=1000": {
            "paths": [f"items?limit=1000&bbox={r}" for r in rectangles],
            "sql": place,
        },
        "limit=10000": {
            "paths": ["items?limit=10000"],
            "sql": f"{FOUND} ORDER BY id LIMIT 10000) s;",
        },
        "one item": {
            "paths": [f"items/{code}" for _, code in items],
            "peers": [f"items/{number}" for number, _ in items],
            "sql": f"\\set i random(1,190000)\nSELECT ST_AsGeoJSON(s.*) FROM bench.{TABLE} s WHERE id = :i;",
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--logs", type=Path)
    options = parser.parse_args()
    given = settings.OWNER_DATABASE() or connection.settings_dict  # whose table the peers read
    login = {
        "host": given["HOST"],
        "port": str(given["PORT"]),
        "user": given["USER"],
        "dbname": given["NAME"],
        "password": given["PASSWORD"],
    }
    boxes, items = prepare()
    print(f"{len(boxes)} boxes", file=sys.stderr)
    table = Table()
    command = [sys.executable, "-m", "gunicorn", "webmap.wsgi:application", "--workers", "2"]
    command += ["--bind", f"127.0.0.1:{PORT}", "--worker-class", "gthread", "--threads", "4"]
    command += ["--no-control-socket"]
    with tempfile.TemporaryDirectory() as name:
        folder = options.logs or Path(name)
        ours = f"http://127.0.0.1:{PORT}/ogc/collections/buildings"
        with running(command, folder / "ours.log"), peers(options.peers, login, folder) as others:
            for case, spec in cases(boxes, items).items():
                if options.only and options.only not in case:
                    continue
                measure(table, case, spec, ours, others, login, options)
            if not options.only:
                held(table, ours, items, options)
    print(table.markdown(SQL))


def measure(table, case, spec, ours, others, login, options) -> None:
    """One case on every server, in turn."""
    seconds = options.seconds * (3 if "10000" in case else 1)
    dated = [
        f"{path}{'&' if '?' in path else '?'}datetime=2024-01-01T00:00:00Z"
        for path in spec["paths"]
    ]
    targets = {OURS: (ours, spec["paths"]), PAST: (ours, dated)}
    targets |= {name: (url, spec.get("peers", spec["paths"])) for name, url in others.items()}
    runs = {SQL: partial(pgbench, login, spec["sql"], seconds)}
    for name, (base, paths) in targets.items():
        whole = [f"{base}/{path}" for path in paths]
        body = json.loads(wait_for(whole[len(whole) // 2]))
        number = len(body.get("features", [1]))
        print(f"# {case} · {name}: {number} features", file=sys.stderr, flush=True)
        origin, at = base[: base.index("/", 8)], base.index("/", 8)
        addresses = [address[at:] for address in whole]
        wrk(origin, addresses, 1)
        runs[name] = partial(wrk, origin, addresses, seconds)
    interleave(table, case, runs, options.rounds)


def held(table, ours, items, options) -> None:
    """One item that the client already has."""
    import urllib.request

    address = f"{ours}/items/{items[0][1]}"
    asked = urllib.request.Request(address, headers={"Accept": "application/geo+json"})
    with urllib.request.urlopen(asked) as answer:
        tag = answer.headers["ETag"]
    at = address.index("/", 8)
    run = partial(wrk, address[:at], [address[at:]], options.seconds, tag=tag)
    interleave(table, "one item, 304", {OURS: run}, options.rounds)


if __name__ == "__main__":
    main()
