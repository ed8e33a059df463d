"""What sealing costs: import, search, panel of a city, plain and sealed, in one run.

    DATABASE_URL=$(script/database --tests url) OWNER_DATABASE_URL=$(script/database --tests owner-url) \
        python tests/bench/vault_bench.py [--rows 200000] [--rounds 3]

Makes a database of its own and drops it at the end. ``plain`` is the same code told that no
column is sealed, in a register without the constraint. CPU seconds of the program and of its
backend, the least of the rounds; ``wall`` beside it. Then the whole register is sealed by the
migration's step, and the vault rotated. Compare within a run.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")
django.setup()

from tests.bench.import_bench import files  # noqa: E402
from tests.bench.server import Server  # noqa: E402

EMPTY = (
    "ALTER TABLE parcels_building DISABLE TRIGGER USER; TRUNCATE parcels_building;"
    "ALTER TABLE parcels_building ENABLE TRIGGER USER;"
    "TRUNCATE sealed_sealedvalue, sealed_blindindex"
)
OPEN = "ALTER TABLE parcels_building DROP CONSTRAINT IF EXISTS parcels_building_owner_sealed"
PANELS, SEARCHES = 100, 20


@contextmanager
def timed(found: dict[str, tuple[float, float]], name: str):
    """CPU seconds of this process and its backend, and seconds by the clock."""
    from django.db import connection

    connection.ensure_connection()
    backend = connection.connection.info.backend_pid

    def spent() -> float:
        fields = Path(f"/proc/{backend}/stat").read_text().rsplit(")", 1)[1].split()
        return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before, started = spent(), time.perf_counter()
    yield
    found[name] = (spent() - before, time.perf_counter() - started)


def without_sealing() -> None:
    """Have every module take the columns for plain ones."""
    import importers.reading.registers
    import importers.staging.staging
    import layers.reading.personal
    import spatial.sealed.actions
    import spatial.versions.reasons
    from spatial.sealed.rules.formats import Kind, mask

    importers.reading.registers.SealedField = ()
    for module in (importers.staging.staging, spatial.sealed.actions, spatial.versions.reasons):
        module.sealed_fields = lambda model: []
    layers.reading.personal.masks_of = lambda texts: {t: mask(Kind.NAME, t) for t in set(texts)}


def measure(variant: str, first: Path, second: Path) -> dict[str, tuple[float, float]]:
    """Everything that is timed, in a process of its own."""
    if variant == "plain":
        without_sealing()
    from django.contrib.auth.models import User
    from django.test import Client

    from importers.runs.outcome import Terms
    from importers.runs.run import start
    from spatial.parcels.models import Building
    from spatial.sealed.fields import column_of
    from spatial.sealed.queries import places_of

    found: dict[str, tuple[float, float]] = {}
    terms = Terms(keep=False, allow_ending=True)
    for name, path in (("import", first), ("import, 1 % changed", second)):
        with timed(found, name):
            start([path], "buildings", None, terms, commit=True)
    column = column_of(Building, Building._meta.get_field("owner"))
    with timed(found, f"{SEARCHES} searches"):
        for number in range(SEARCHES):
            if variant == "plain":
                hits = list(Building.objects.current().filter(owner=f"张{number * 7}"))
            else:
                hits = places_of(f"张{number * 7}", [column])
            assert len(hits) == 1, hits
    client = Client()
    client.force_login(User.objects.get_or_create(username="bench", is_superuser=True)[0])
    codes = list(Building.objects.current().values_list("code", flat=True)[:PANELS])
    client.get(f"/panel/buildings/{codes[0]}")
    with timed(found, f"{PANELS} panels"):
        for code in codes:
            assert "张**" in client.get(f"/panel/buildings/{code}").content.decode()
    return found


def whole(rounds: int, server: Server, made: dict[str, Path]) -> None:
    """Import and read in turn; then seal, and rotate, what was plain."""
    least: dict[str, dict[str, tuple[float, float]]] = {"plain": {}, "sealed": {}}
    for _ in range(rounds):
        for variant in ("sealed", "plain"):
            server.run(EMPTY)
            server.run(OPEN)
            command = [sys.executable, __file__, "--variant", variant]
            command += [str(made["GeoPackage"]), str(made["1 % changed"])]
            done = subprocess.run(command, env=server.env, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr[-3000:]
            for name, pair in json.loads(done.stdout.splitlines()[-1]).items():
                kept = least[variant].get(name, (9e9, 9e9))
                least[variant][name] = tuple(map(min, kept, pair))
    print("| what | plain CPU s (wall) | sealed CPU s (wall) | ratio of CPU |\n|---|---|---|---|")
    for name, (cpu, wall) in least["plain"].items():
        sealed = least["sealed"][name]
        print(f"| {name} | {cpu:.2f} ({wall:.2f}) | {sealed[0]:.2f} ({sealed[1]:.2f}) | {sealed[0] / cpu:.2f} |")  # fmt: skip


STEP = """
import time
import django
django.setup()
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from spatial.versions.logins import as_owner
with as_owner():
    loader = MigrationLoader(connection)
    before = loader.project_state(("parcels", "0005_in_districts"))
    step = loader.get_migration("parcels", "0006_sealed").operations[1]
    after = before.clone()
    step.state_forwards("parcels", after)
    with connection.cursor() as cursor:  # as a migrate does before its first step
        cursor.execute("DROP SCHEMA published CASCADE")
    started = time.perf_counter()
    with connection.schema_editor(atomic=False) as editor:
        step.database_forwards("parcels", editor, before, after)
    print(f"sealed by the migration: {time.perf_counter() - started:.1f} s")
from spatial.sealed.rotation import make_next_key, rewrite
make_next_key()
started = time.perf_counter()
print(f"rotated: {rewrite()} values in {time.perf_counter() - started:.1f} s")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--variant", help=argparse.SUPPRESS)
    parser.add_argument("files", nargs="*", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.variant:
        print(json.dumps(measure(given.variant, *given.files)))
        return
    folder = given.folder or Path(mkdtemp(prefix="vault-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["SEALING_KEYS"] = str(folder / "keys")
    with Server() as server:
        server.manage("make_sealing_keys")
        whole(given.rounds, server, files(folder, given.rows))
        server.env["DJANGO_SETTINGS_MODULE"] = "webmap.settings"
        server.program(STEP)


if __name__ == "__main__":
    main()
