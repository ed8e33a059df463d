"""Search over 3.5 million buildings by HTTP: the former release and this one in one run.

    DATABASE_URL=… OWNER_DATABASE_URL=… python tests/bench/search_bench.py [--make 16]
        [--before CHECKOUT] [--rounds 5] [--port 8118]

The database is one of the bench's own with the full sample city (``manage.py
load_sample_city --size full``). ``--make 16`` has the buildings stand there sixteen times,
each copy shifted, without the indexes of places, which no search reads; give it
before ``migrate`` to this release to see what the step costs. CHECKOUT is a worktree of the
former release with an environment; it needs its trigram index, which ``--make`` keeps. Its
answers are of the same database, each query in turn with ours. Milliseconds of one client
by the clock, the processor shared with the server; beside them the processor's time of server
and database for a query, which a busy machine leaves as it is.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402

from layers.search.patterns import contains, folded  # noqa: E402
from layers.search.search import SAMPLE  # noqa: E402
from spatial.versions.logins import as_owner  # noqa: E402
from tests.bench.load import wait_for  # noqa: E402
from tests.bench.peers import running  # noqa: E402

TABLE = "parcels_building"
SHIFT_M = 30_000  # between copies: a county's width and more
PAST = "2024-01-01"
FEW, MANY = 10_000, 50_000  # open rows: what the bounds are for; what is frequent
SEARCHED = "(search_text(name) LIKE %s OR search_text(address) LIKE %s)"
TRIGRAMS = (
    f"CREATE INDEX search_buildings ON {TABLE} USING gin (name gin_trgm_ops, address gin_trgm_ops)"
)


def make(copies: int) -> None:
    """Have every building stand so many times, each copy as far from the last as the city is wide."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT split_part(code, '-', 2) FROM {TABLE} WHERE code LIKE '%%-%%'"
        )
        missing = {str(copy) for copy in range(1, copies)} - {name for (name,) in cursor.fetchall()}
        if not missing:
            return
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s"
            " AND indexname NOT LIKE '%%pkey'",
            [TABLE],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped AND attname NOT IN ('id', 'code', 'geom')",
            [TABLE],
        )
        others = ", ".join(f'"{name}"' for (name,) in cursor.fetchall())
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
        for copy in sorted(map(int, missing)):
            cursor.execute(
                f"INSERT INTO {TABLE} (code, geom, {others}) SELECT code || '-{copy}',"
                f" ST_Translate(geom, {copy % 4 * SHIFT_M}, {copy // 4 * SHIFT_M}), {others}"
                f" FROM {TABLE} WHERE id <= (SELECT max(id) FROM {TABLE} WHERE code NOT LIKE '%%-%%')"
                " AND code NOT LIKE '%%-%%'"
            )
            print(f"copy {copy}", file=sys.stderr, flush=True)
        cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")
        kept = [text for _name, text in indexes if " btree " in text or " gin " in text]
        for definition in dict.fromkeys([*kept, TRIGRAMS]):
            cursor.execute(definition.replace(" INDEX ", " INDEX IF NOT EXISTS ", 1))
            print(definition, file=sys.stderr, flush=True)
        cursor.execute(f"ANALYZE {TABLE}")


def standing(text: str) -> int:
    """In about how many open rows a text stands: counted in every 64th."""
    with connection.cursor() as cursor:
        pattern = contains(folded(text))
        cursor.execute("SET enable_seqscan = off")
        found = f"SELECT valid FROM {TABLE} WHERE {SEARCHED} AND {SAMPLE} OFFSET 0"
        cursor.execute(f"SELECT count(*) FROM ({found}) AS f WHERE upper_inf(valid)", [pattern] * 2)
        return cursor.fetchone()[0] * 64


def cases(number: int) -> dict[str, list[str]]:
    """Queries by kind, from the texts that stand there; the same in every run."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT code, name, address FROM {TABLE} WHERE upper_inf(valid) AND address <> ''"
            f" AND code NOT LIKE '%%-%%' ORDER BY md5(code) LIMIT {number * 12}"
        )
        rows = cursor.fetchall()
    dice = random.Random(16)
    found: dict[str, list[str]] = {
        name: [] for name in ("code", "2 characters", "word", "house", "frequent")
    }
    for code, _name, address in rows:
        letters = "".join(char for char in address[6:] if not char.isdecimal()).rstrip("号")
        digits = "".join(char for char in address if char.isdecimal())
        if len(found["code"]) < number:
            found["code"].append(code)
        if len(letters) < 4 or not digits:
            continue
        start = dice.randrange(len(letters) - 2)
        for kind, text in (("2 characters", letters[start : start + 2]), ("word", letters[-3:])):
            rows_with = standing(text)
            if rows_with <= FEW and len(found[kind]) < number and text not in found[kind]:
                found[kind].append(text)
            if (
                rows_with >= MANY
                and len(found["frequent"]) < number
                and text not in found["frequent"]
            ):
                found["frequent"].append(text)
        if len(found["house"]) < number:
            found["house"].append(f"{letters[-3:]} {digits}")
        if all(len(texts) >= number for name, texts in found.items() if name != "frequent"):
            break
    found["nothing"] = ["没有这个地方", "无此楼宇", "蓝天白云上"]
    return found


def ask(base: str, text: str, at: str) -> float:
    """Milliseconds until a query is answered."""
    query = urllib.parse.urlencode({"q": text, **({"at": at} if at else {})})
    started = time.perf_counter()
    with urllib.request.urlopen(f"{base}/search?{query}", timeout=60) as answer:
        answer.read()
    return (time.perf_counter() - started) * 1_000


def processor_s(checkout: Path) -> float:
    """Seconds that the processor has spent on a server of ours and on the bench's database."""
    spent, database = 0.0, connection.settings_dict["NAME"]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            is_ours = "gunicorn" in line and (process / "cwd").resolve() == checkout.resolve()
            if is_ours or line.startswith("postgres:") and f" {database} " in line:
                fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
                spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:
            continue
    return spent


def measured(servers: dict[str, tuple[str, Path]], rounds: int, number: int) -> Iterator[str]:
    """Lines of a table; the first round warms."""
    yield "| query | when | server | queries | p50 ms | p95 ms | longest ms | processor ms |"
    yield "|---|---|---|---|---|---|---|---|"
    for kind, texts in cases(number).items():
        for at in ("", PAST):
            times: dict[str, list[float]] = {name: [] for name in servers}
            cpu = dict.fromkeys(servers, 0.0)
            for turn in range(rounds):
                for name, (base, checkout) in servers.items():
                    before = processor_s(checkout)
                    spent = [ask(base, text, at) for text in texts]
                    if turn:
                        times[name] += spent
                        cpu[name] += processor_s(checkout) - before
            for name, spent in times.items():
                if len(spent) < 2:
                    continue
                p95 = statistics.quantiles(spent, n=20)[-1]
                yield (
                    f"| {kind} | {at or 'now'} | {name} | {len(texts)} | {statistics.median(spent):.1f}"
                    f" | {p95:.1f} | {max(spent):.0f} | {cpu[name] / len(spent) * 1000:.1f} |"
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--make", type=int, default=0)
    parser.add_argument("--only-make", action="store_true")
    parser.add_argument("--before", type=Path)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--port", type=int, default=8118)
    options = parser.parse_args()
    if options.make:
        make(options.make)
    if options.only_make:
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers: dict[str, tuple[str, Path]] = {}
        checkouts = {"before": options.before, "now": ROOT} if options.before else {"now": ROOT}
        for number, (name, checkout) in enumerate(checkouts.items()):
            port = options.port + number
            command = ["env", "-C", str(checkout), ".venv/bin/python", "-m", "gunicorn"]
            command += ["webmap.wsgi:application", "--workers", "1", "--worker-class", "gthread"]
            command += ["--threads", "1", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
            stack.enter_context(running(command, folder / f"{name}.log"))
            servers[name] = (f"http://127.0.0.1:{port}", checkout)
            wait_for(f"{servers[name][0]}/search?q=x", 120)
        for line in measured(servers, options.rounds, options.queries):
            print(line, flush=True)


if __name__ == "__main__":
    main()
