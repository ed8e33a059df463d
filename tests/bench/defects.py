"""Do the rules find what is wrong, and nothing else? Defects injected into a sample city.

    python tests/bench/defects.py [--size small] [--number 500] [--seed 1] [--clean]

Uses the database in DATABASE_URL, which must hold the sample city of that size (or
nothing: then it is loaded); the registers are only read. First every register is staged
as it is: what is found there is a false alarm (or a defect of the generator). Then every
layer is staged with defects, each in another place, and what each rule reports is
compared with what was done.
"""

import argparse
import os
import sys
import time
from collections import Counter
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from importers.checks.catalogue import GENERAL, rules  # noqa: E402
from tests.importers.checks.defects import (  # noqa: E402
    DEFECTS,
    SAME,
    examine,
    injected,
    staged_register,
)


def layers() -> list[str]:
    return list(dict.fromkeys(layer for _, layer in rules() if not layer.startswith(GENERAL)))


def clean(cursor) -> set[tuple[str, str, str]]:
    """What is found in every register as it stands: (layer, rule, code)."""
    alarms = set()
    for layer in layers():
        rows = staged_register(cursor, layer)
        started = time.perf_counter()
        found = examine(cursor, layer, rows)
        seconds = time.perf_counter() - started
        counts = Counter(rule for rule, _ in found)
        print(f"{layer:12} {len(rows):7} rows {seconds:6.2f} s  {dict(counts) or ''}")
        alarms |= {(layer, rule, code) for rule, code in found}
    return alarms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="small")
    parser.add_argument("--number", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clean", action="store_true", help="only look for false alarms")
    given = parser.parse_args()
    call_command("load_sample_city", "--if-empty", "--size", given.size)
    with transaction.atomic(), connection.cursor() as cursor:
        alarms = clean(cursor)
        print(f"clean registers: {len(alarms)} findings")
        if given.clean:
            return
        report(cursor, alarms, given.number, given.seed)
        transaction.set_rollback(True)


def report(cursor, alarms, number: int, seed: int) -> None:
    share, rest = divmod(number, len(DEFECTS))
    made = hit = extra = 0
    for place, (layer, rule) in enumerate(DEFECTS):
        known = {(name, code) for where, name, code in alarms if where == layer}
        avoid = {code for _, code in known}
        wanted, side, found = injected(cursor, layer, rule, share + (place < rest), seed, avoid)
        rules_ = {rule} | SAME.get(rule, set())
        seen = [codes for codes in wanted if any((r, c) in found for r in rules_ for c in codes)]
        made, hit = made + len(wanted), hit + len(seen)
        missed = [sorted(codes)[0] for codes in wanted if codes not in seen][:3]
        print(f"{layer:12} {rule:18} {len(seen):3}/{len(wanted):3} {missed or ''}")
        expected = {(rule, code) for codes in wanted for code in codes} | side | known
        if strange := sorted(found - expected):
            extra += len(strange)
            print(f"{layer:12} not injected: {strange[:5]}")
    print(f"injected {made}, found {hit}, missed {made - hit}, false positives {extra}")


if __name__ == "__main__":
    main()
