"""A chain to tamper with: as the owner, past the triggers."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from spatial.audit.actions import record_event, seal_events
from spatial.audit.models import AuditEvent, Kind
from spatial.audit.verification import AuditFault, verify
from tests.factories import change, moment


def sealed_chain() -> list[AuditEvent]:
    """Three acts and a change, sealed."""
    events = [record_event(Kind.KEY_ISSUED, "li", code=n) for n in range(3)]
    change(moment(2020))
    seal_events()
    return events


def execute(sql: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


@contextmanager
def past_triggers(*tables: str) -> Iterator[None]:
    """Work as an owner who has put the triggers aside."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")  # no DDL while references are unchecked
    for table in tables:
        execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in tables:
        execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def faults(*folders: object) -> list[AuditFault]:
    return [finding.fault for finding in verify(folders).findings]  # type: ignore[arg-type]
