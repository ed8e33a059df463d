"""A month of the ranking over 100,000 cases: the page beside its bare SQL.

    DATABASE_URL=… python tests/bench/evaluation_bench.py [--cases 100000] [--rounds 5]

Fills the database that DATABASE_URL names (take an empty, migrated one) with cases of a
year, each with the seven steps of a straight case, by plain INSERT. Prints the median of
the page through Django's client and of its statements alone, for each ranking: CPU milliseconds of
the program and of its backend, which works without helpers so that all of it is counted.
"""

import argparse
import os
import statistics
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")

import django  # noqa: E402

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from grid.rules.indicators import Subject  # noqa: E402
from spatial.city import city  # noqa: E402
from spatial.versions.upkeep import analyze  # noqa: E402
from tests.bench.vault_bench import timed  # noqa: E402

# action, state before, state after, role, minutes after the report
STEPS = (
    ("report", "", "reported", "监督员", 0),
    ("accept", "reported", "filing", "受理员", 9),
    ("file", "filing", "dispatching", "值班长", 18),
    ("dispatch", "dispatching", "handling", "派遣员", 29),
    ("finish", "handling", "feedback", "专业部门", 900),
    ("send_check", "feedback", "checking", "受理员", 915),
    ("pass_check", "checking", "closing", "监督员", 940),
    ("close", "closing", "closed", "值班长", 960),
)
REPORTED = "timestamptz '2025-01-01' + (n * interval '365 days') / %(cases)s"
DEPARTMENT = "'部门' || n %% 13"
CASES = f"""
INSERT INTO grid_case (code, valid, opened_by_id, schematic, kind, scheme, class_code, description,
  address, step, source, cell_code, district_code, component_code, department, reported_at,
  reporter, reporter_name, reporter_phone, inspector, condition, limit_amount, limit_unit,
  entered_at, filed_at, dispatched_at, is_public, due_is_provisional, step_is_provisional, extensions, returns,
  reworks, is_exempt, duplicate_of, geom)
SELECT %(adcode)s || to_char({REPORTED}, 'YYYYMMDD') || lpad(n::text, 6, '0'),
  tstzrange({REPORTED}, NULL), %(change)s, true, 'event', 'events_2020', '0113', '', '', 'closed',
  '监督员上报', %(adcode)s || lpad((n %% 900)::text, 9, '0'),
  %(adcode)s || lpad((n %% 20)::text, 3, '0') || '001', '', {DEPARTMENT}, {REPORTED},
  '监督员' || n %% 60, '', '', '', '属实', 1, '工作日', {REPORTED}, {REPORTED},
  {REPORTED} + interval '29 minutes', false, false, false, 0, 0, 0, false, '',
  ST_SetSRID(ST_MakePoint(500000 + n %% 9000, 3060000 + n %% 7000), %(srid)s)
FROM generate_series(1, %(cases)s) n
"""
STEP = """
INSERT INTO grid_casestep (case_code, action, state_before, state_after, at, entered_at, due_at,
  who, role, department, text, details)
SELECT code, %(action)s, %(before)s, %(after)s, reported_at + %(minutes)s * interval '1 minute',
  reported_at, reported_at + (%(minutes)s + (id %% 10) - 2) * interval '1 minute',
  %(role)s || id %% 60, %(role)s, CASE WHEN %(role)s = '专业部门' THEN department ELSE '' END, '',
  CASE WHEN %(action)s = 'dispatch' THEN jsonb_build_object('department', department)
  ELSE '{}' END FROM grid_case
"""


def fill(cases: int) -> None:
    """Make the cases and their steps, unless they are there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM grid_casestep")
        if cursor.fetchone()[0] >= cases * len(STEPS):
            return
        cursor.execute(
            "INSERT INTO versions_change (at, who, why, document, origin)"
            " VALUES ('2025-01-01', 'bench', 'bench', '', '') RETURNING id"
        )
        values = {
            "cases": cases,
            "change": cursor.fetchone()[0],
            "adcode": city().adcode,
            "srid": city().projected,
        }
        cursor.execute(CASES, values)
        for action, before, after, role, minutes in STEPS:
            cursor.execute(
                STEP,
                {
                    "action": action,
                    "before": before,
                    "after": after,
                    "role": role,
                    "minutes": minutes,
                },
            )
        for table in ("grid_case", "grid_casestep"):
            analyze(cursor, table)


def median(action: Callable[[], object], rounds: int) -> float:
    """Milliseconds of the processor."""
    took: list[float] = []
    for _ in range(rounds):
        found: dict[str, tuple[float, float]] = {}
        with timed(found, "it"):
            action()
        took.append(found["it"][0])
    return 1000 * statistics.median(took)


def statements(client: Client, params: dict[str, str]) -> list[str]:
    """The page's own statements over steps and cases."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get("/grid/evaluation/", params)
    return [q["sql"] for q in captured if "grid_casestep" in q["sql"] or "FILTER" in q["sql"]]


def run(sql: list[str]) -> None:
    """Send them as they are."""
    with connection.cursor() as cursor:
        for one in sql:
            cursor.execute(one)
            cursor.fetchall()


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    fill(given.cases)
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    user, _ = User.objects.get_or_create(username="bench", is_superuser=True)
    client = Client()
    client.force_login(user)
    month, year = (date(2025, 6, 1), date(2025, 6, 30)), (date(2025, 1, 1), date(2025, 12, 31))
    print(
        f"{given.cases:,} cases, {given.cases * len(STEPS):,} steps; CPU ms, medians of {given.rounds}"
    )
    for title, (first, last) in (("month", month), ("year", year)):
        for subject in Subject:
            params = {"by": subject.value, "from": str(first), "to": str(last)}
            sql = statements(client, params)
            bare = median(lambda sql=sql: run(sql), given.rounds)
            page = median(lambda p=params: client.get("/grid/evaluation/", p), given.rounds)
            print(f"{title:6} {subject:11} page {page:7.0f} ms   bare SQL {bare:7.0f} ms")


if __name__ == "__main__":
    main()
