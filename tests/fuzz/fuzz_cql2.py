"""Broken CQL2 filters, SECONDS long: each is compiled or refused, nothing else.

    python tests/fuzz/fuzz_cql2.py SECONDS [SEED]

The standard's predicates, as text and as JSON, are cut, spliced and nested. A child
process reads them, since the parser can take its process with it; with DATABASE_URL
set it also runs what compiles. A failure is written to the folder that is printed.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

SLOW_S = 5
PREDICATES = ROOT / "tests" / "data" / "cql2" / "predicates.json"
MORE = [
    "CASEI(name) LIKE CASEI('a\\_%') AND ACCENTI(name) IN (ACCENTI('é'), 'x')",
    "pop_other * 2 ^ (-1.5) / (pop_other % 7 div 3) > -1e30",
    "T_DURING(INTERVAL(start, \"end\"), INTERVAL('..', '2022-04-16')) OR start > DATE('2022-04-16')",
    "S_INTERSECTS(geom, GEOMETRYCOLLECTION(POINT(1 2), POLYGON((0 0, 9 0, 9 9, 0 9, 0 0))))",
    "S_CROSSES(metres, MULTILINESTRING((111 27, 112.5 28), (0 0, 170 80)))",
    "valid IS NULL OR T_MEETS(valid, INTERVAL('2020-01-01T00:00:00Z', '..')) AND NOT boolean",
]
WORDS = [
    "(", ")", "((", "))", ",", "'", "''", '"', "-", "- ", "NOT ", " AND ", " OR ", "=", "<>", "<=", "+", "*", "/",
    "^", "%", " div ", " IN (", " BETWEEN ", " LIKE ", " IS NULL", " IS NOT NULL", "CASEI(", "ACCENTI(", "DATE(",
    "TIMESTAMP('", "INTERVAL(", "'..'", "BBOX(", "POINT(", "POLYGON((", "EMPTY", "Z", "1e308", "-1e-308", "0",
    "9007199254740993", "1e999", "NaN", "null", "true", "name", "pop_other", "date", "start", "geom", "metres",
    "valid", "boolean", "f(", "\x00", "\ud800", "\u0301", "\\", "{", "}", "[", "]", ":", '"op":', '"args":', "地类",
    "0001-01-01", "9999-12-31", "2021-02-30", "A_CONTAINS(", "(1,2)", "180", "-180", "90.0000001", "😀",
]  # fmt: skip
# What may stand for one another, so that many of the changed filters still compile.
ALIKE = (
    ("name", "'a'", "CASEI(name)", "ACCENTI('é')", "'2022-04-16'"),
    ("pop_other", "area", "1", "-0.5", "1e308", "0", "pop_other / 0", "(area ^ 0.5)", "(2 ^ area)", "9223372036854775807"),
    ("date", "start", "\"end\"", "DATE('0001-01-01')", "TIMESTAMP('9999-12-31T23:59:59Z')", "DATE('9999-12-31')"),
    ("valid", "INTERVAL('..', '..')", "INTERVAL(start, \"end\")", "INTERVAL('0001-01-01', date)"),
    ("geom", "metres", "POINT(111.67 27.69)", "BBOX(170, -90, -170, 90)", "BBOX(0,0,0,0)", "LINESTRING(-180 -90, 180 90)",
     "POLYGON((0 0, 170 0, 170 80, 0 80, 0 0))", "MULTIPOINT(111.67 27.69, 0 0)"),
    ("=", "<>", "<", "<=", ">", ">="),
    ("+", "-", "*", "/", "^", "%", " div "),
    (" AND ", " OR ", " AND NOT "),
    ("S_INTERSECTS", "S_DISJOINT", "S_CONTAINS", "S_WITHIN", "S_CROSSES", "S_OVERLAPS", "S_TOUCHES", "S_EQUALS"),
    ("t_after", "t_before", "t_disjoint", "t_equals", "t_intersects", "T_CONTAINS", "T_DURING", "T_FINISHES", "T_MEETS"),
)  # fmt: skip
TABLE = """
CREATE TEMP TABLE things (name text, pop_other integer, area float8, boolean boolean, date date,
    start timestamptz, "end" timestamptz, valid tstzrange, geom geometry, metres geometry);
INSERT INTO things VALUES
('Bär%', 5, 1e300, true, '2022-04-16', '2022-04-16T10:13:19Z', '2022-04-16T10:15:10Z',
 '[2020-01-01,2021-01-01)', 'SRID=4326;POLYGON((0 0,9 0,9 9,0 0))', 'SRID=4546;POINT(566000 3064000)'),
('\\', -2147483648, 'NaN', false, 'infinity', '-infinity', 'infinity', 'empty',
 'SRID=4326;POINT EMPTY', 'SRID=4546;LINESTRING(566000 3064000,567000 3064000)'),
(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
('', 2147483647, -5e-324, true, '0001-01-01', '0001-01-01T00:00:00Z', NULL, '(,)',
 'SRID=4326;MULTIPOINT(1 1,2 2)', 'SRID=4546;POLYGON((0 0,9 0,9 9,0 0))');
"""


def seeds() -> list[str]:
    """The predicates to start from, as text and as JSON."""
    import cql2

    texts = [row["filter"] for row in json.loads(PREDICATES.read_text(encoding="utf-8"))] + MORE
    texts = [text.replace("NAME", "name").replace("POP_EST", "pop_other") for text in texts]
    return texts + [json.dumps(cql2.parse_text(text).to_json()) for text in texts]


def changed(text: str, dice: random.Random, others: list[str]) -> str:
    """The same with a few things exchanged, and often a few things wrong."""
    for _ in range(dice.randint(0, 5)):
        group = dice.choice(ALIKE)
        text = text.replace(dice.choice(group), dice.choice(group), dice.randint(1, 2))
    for _ in range(dice.choice((0, 0, 0, 1, 1, 2, 5))):
        text = broken(text, dice, others)
    if dice.random() < 0.3:
        text = f"({text}) {dice.choice(('AND', 'OR'))} NOT ({dice.choice(others)})"
    return text[:30_000]


def broken(text: str, dice: random.Random, others: list[str]) -> str:
    """The same with one thing wrong."""
    at = dice.randrange(len(text) + 1)
    end = min(len(text), at + dice.randint(1, 40))
    other, word = dice.choice(others), dice.choice(WORDS)
    ways: tuple[Callable[[], str], ...] = (
        lambda: text[:at] + word + text[at:],
        lambda: text[:at] + text[end:],
        lambda: text[:at] + text[at:end] * dice.choice((2, 3, 50, 2000)) + text[end:],
        lambda: text[:at] + word + text[end:],
        lambda: text[:at] + other[dice.randrange(len(other)) :],
        lambda: word * dice.choice((1, 2, 14, 500)) + text,
        lambda: f"({text}) {dice.choice(('AND', 'OR', '=', '+'))} ({other})",
        lambda: f"NOT ({text})",
    )
    return dice.choice(ways)()


def child() -> None:
    """Compile, and where there is a database run, the filters that come line by line."""
    from layers.cql2.compiling import FilterCrs, FilterError, compile_filter

    fields, run = _fields(), _runner()
    for line in sys.stdin:
        text = json.loads(line)
        signal.alarm(SLOW_S)  # ends the process also where native code does not come back
        outcomes = []
        for language in ("cql2-text", "cql2-json"):
            try:
                found = compile_filter(text, language, fields, FilterCrs())
                outcomes.append(run(found.sql, found.params))
            except FilterError as error:
                outcomes.append("refused" if str(error) else "refused without a word")
            except BaseException as error:  # whatever it is, it is a finding
                outcomes.append(f"{type(error).__name__}: {error}"[:300])
        signal.alarm(0)
        print(json.dumps(outcomes), flush=True)


def _fields() -> dict[str, Any]:
    from layers.cql2.compiling import Queryable

    kinds = {"name": "string", "pop_other": "integer", "area": "number", "boolean": "boolean", "date": "date",
             "start": "date-time", "end": "date-time", "valid": "interval"}  # fmt: skip
    fields = {name: Queryable(name, kind, f'"{name}"') for name, kind in kinds.items()}
    for name, srid in (("geom", 4326), ("metres", 4546)):
        fields[name] = Queryable(name, "geometry", f'"{name}"', srid)
    return fields


def _runner() -> Callable[[str, tuple[Any, ...]], str]:
    url = os.environ.get("DATABASE_URL")
    if not url:
        return lambda sql, params: (
            "compiled" if sql.replace("%%", "").count("%s") == len(params) else "slots"
        )
    import psycopg2

    connection = psycopg2.connect(url)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(TABLE)

    def run(sql: str, params: tuple[Any, ...]) -> str:
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE {sql}), count(*) FROM things WHERE ({sql}) IS NOT NULL",
            params * 2,
        )
        return "run"

    return run


def start() -> subprocess.Popen[str]:
    """A child process that waits for filters."""
    command = [sys.executable, __file__, "--child"]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


def main(seconds: float, seed: int) -> int:
    """Break filters until the time is over; the number of failures."""
    dice, folder, failures = random.Random(seed), Path(mkdtemp(prefix="fuzz-cql2-")), 0
    outcomes: Counter[str] = Counter()
    others, process = seeds(), start()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = changed(dice.choice(others), dice, others)
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(text) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        found = json.loads(answer) if answer else [f"killed {process.wait()}"]
        if not answer:
            process = start()
        outcomes.update(found)
        if not set(found) <= {"compiled", "run", "refused"}:
            failures += 1
            (folder / f"failure{failures}.json").write_text(json.dumps([text, found]))
            print(found)
    process.terminate()
    print(f"seed {seed}, {dict(outcomes)}, {failures} failures", folder)
    return failures


if __name__ == "__main__":
    if sys.argv[1] == "--child":
        child()
    else:
        sys.exit(bool(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)))
