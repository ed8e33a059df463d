"""Steps of cases: what notices add to one, and what 办过的 costs with its index and without.

    DATABASE_URL=$(script/database --tests url) OWNER_DATABASE_URL=$(script/database --tests owner-url) \
        python tests/bench/steps_bench.py [--cases 100000] [--walks 30]

Makes a database of its own and drops it at the end. CPU seconds of the program and of its
backend, all in one run: cases walk from report to close while nobody, ten and a hundred people hold
each role, and with notices left out; then the cases that a department has had, of a city's
year in which one case in twenty changed hands. Compare within a run.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")
django.setup()

from tests.bench.server import Server  # noqa: E402
from tests.bench.vault_bench import timed  # noqa: E402

STEPS = 8  # of a straight case
INDEX = "case_step_department"
HANDED_ON = 20  # one case in so many
# A round that ended: its version, the step that began it, the one that gave the case to another
# department, and the change that closed it.
ROUNDS = """
WITH chosen AS (SELECT c.*, '部门' || (row_number() OVER (ORDER BY code)) % 13 AS former
  FROM grid_case c WHERE id % {each} = 0),
made AS (INSERT INTO versions_change (at, who, why, document, origin)
  SELECT reported_at, 'bench', code, '', '' FROM chosen RETURNING id, why),
begun AS (INSERT INTO grid_casestep
    (case_code, action, state_before, state_after, at, who, role, department, text, details)
  SELECT code, 'dispatch', 'dispatching', 'handling', now(), 'bench', '派遣员', '', '',
    jsonb_build_object('department', former) FROM chosen),
handed AS (INSERT INTO grid_casestep
    (case_code, action, state_before, state_after, at, who, role, department, text, details, change_id)
  SELECT code, 'reassign', 'handling', 'handling', now(), 'bench', '派遣员', '', '',
    jsonb_build_object('department', chosen.department), made.id
  FROM chosen JOIN made ON made.why = code)
INSERT INTO grid_case ({columns})
SELECT {values} FROM chosen JOIN made ON made.why = chosen.code
"""


def walks(people: int, number: int) -> None:
    """Cases from report to close, each role held by so many people."""
    from django.contrib.auth.models import Group, User

    from grid.roles import GridRole
    from tests.grid.people import new_case, walk

    User.objects.filter(username__startswith="bench-").delete()
    for role in GridRole:
        group = Group.objects.get_or_create(name=role.value)[0]
        for n in range(people):
            User.objects.create_user(f"bench-{role.name}-{n}").groups.add(group)
    walk(new_case(), "close")  # what is read once is read
    found: dict[str, tuple[float, float]] = {}
    with timed(found, "told"):
        for _ in range(number):
            walk(new_case(), "close")
    nothing = lambda *_: None  # noqa: E731
    names = ("spatial.casework.actions.tell_of_step", "grid.cases.actions.tell_of_arrival")
    with patch(names[0], nothing), timed(found, "untold"):
        for _ in range(number):
            walk(new_case(), "close")
    told, untold = (1000 * found[name][0] / number / STEPS for name in ("told", "untold"))
    print(f"{people:4} people a role: {told:6.1f} ms a step, without notices {untold:6.1f}")


def rounds() -> None:
    """Give one case in twenty to another department."""
    from django.db import connection

    from grid.models import Case

    names = [f.column for f in Case._meta.concrete_fields if f.column != "id" and not f.generated]
    other = {
        "valid": "tstzrange(reported_at - interval '1 hour', reported_at)",
        "closed_by_id": "made.id",
        "uuid": "NULL",
        "step": "'handling'",
        "department": "former",
    }
    columns = ", ".join(names)
    values = ", ".join(other.get(name, f"chosen.{name}") for name in names)
    sql = ROUNDS.format(each=HANDED_ON, columns=columns, values=values)
    with connection.cursor() as cursor:
        cursor.execute(sql)


def had(title: str) -> None:
    """The list and the marks of a desk: what a department has had."""
    from django.db import connection

    from grid.cases.rounds import codes_had, past_cases
    from grid.models import Case
    from tests.grid.people import ROADS

    actor = type(ROADS)("bench", ROADS.roles, "部门3")
    codes = list(Case.objects.values_list("code", flat=True)[:50])
    with connection.cursor() as cursor:  # helpers of the backend would not be counted
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    found: dict[str, tuple[float, float]] = {}
    with timed(found, "count"):
        number = past_cases(actor).count()
    with timed(found, "page"):
        list(past_cases(actor).order_by("-id")[:50])
    with timed(found, "marks"):
        codes_had(actor, codes)
    told = ", ".join(f"{name} {1000 * cpu:6.0f} ms" for name, (cpu, _) in found.items())
    print(f"{title}: {number:,} cases had; {told}")


def inside(cases: int, number: int) -> None:
    """Measure in the database of the environment."""
    from django.db import connection

    from spatial.versions.upkeep import analyze
    from tests.bench.evaluation_bench import fill
    from tests.grid.people import make_ground

    make_ground()
    for people in (0, 10, 100):
        walks(people, number)
    fill(cases)
    rounds()
    with connection.cursor() as cursor:
        for table in ("grid_case", "grid_casestep"):
            analyze(cursor, table)
    print(f"{cases:,} cases, {cases * STEPS:,} steps")
    had("with the index")


def main() -> None:
    """Make the database, measure, drop it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--walks", type=int, default=30)
    parser.add_argument("--inside", choices=("all", "without"))
    given = parser.parse_args()
    if given.inside == "all":
        inside(given.cases, given.walks)
        return
    if given.inside:
        had("without it")
        return
    with Server() as server:
        own = [sys.executable, __file__, "--cases", str(given.cases), "--walks", str(given.walks)]
        subprocess.run([*own, "--inside", "all"], env=server.env, check=True)
        server.run(f"DROP INDEX {INDEX}")
        subprocess.run([*own, "--inside", "without"], env=server.env, check=True)


if __name__ == "__main__":
    main()
