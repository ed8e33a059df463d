"""What the audit costs a case step, a sign-in's event and a sealing; in a database of the tests.

    python -m pytest -q -s -p no:cacheprovider tests/bench/audit_bench.py [--rows 5000]

Prints microseconds per row with and without the triggers, in one transaction each, taken turns.
"""

import os
import statistics
import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from grid.models import CaseStep
from spatial.audit.actions import record_event, seal_events
from spatial.audit.models import Kind
from spatial.audit.origins import NOWHERE, Origin, set_origin
from spatial.audit.verification import verify

ROWS = int(os.environ.get("ROWS", "2000"))
ROUNDS = 5


def step(number: int) -> None:
    CaseStep.objects.create(
        case_code=f"C{number:08}", action="dispatch", state_before="filed", state_after="dispatched",
        at=timezone.now(), who="chief", role="dispatcher", text="请尽快处理" * 10,
    )  # fmt: skip


def us_per_row(act: object) -> float:
    began = time.perf_counter()
    with transaction.atomic():
        for number in range(ROWS):
            act(number)  # type: ignore[operator]
    return (time.perf_counter() - began) / ROWS * 1e6


@pytest.mark.django_db(transaction=True)
def test_cost(owner) -> None:
    taken: dict[str, list[float]] = {"without": [], "with": [], "with request": []}
    for _round in range(ROUNDS):
        for name in taken:
            on = "DISABLE" if name == "without" else "ENABLE"
            connection.cursor().execute(f"ALTER TABLE grid_casestep {on} TRIGGER audit_rows")
            set_origin(Origin("0123456789abcdef", "10.1.2.3") if "request" in name else NOWHERE)
            taken[name].append(us_per_row(step))
    set_origin(NOWHERE)
    for name, values in taken.items():
        print(f"case step {name:14} {statistics.median(values):7.0f} us")
    print(
        f"record_event           {us_per_row(lambda n: record_event(Kind.KEY_ISSUED, 'li', code=n)):7.0f} us"
    )
    began = time.perf_counter()
    sealed = seal_events()
    print(
        f"sealing                {(time.perf_counter() - began) / sealed * 1e6:7.0f} us of {sealed}"
    )
    connection.cursor().execute("ANALYZE")
    found = verify()
    print(
        f"verify                 {found.seconds / found.seals * 1e6:7.0f} us, {found.seconds:.1f} s"
    )
    print(len(found.findings), {f.fault for f in found.findings})
