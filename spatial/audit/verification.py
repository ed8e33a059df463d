"""Whether the chain is whole, and every row that it names is as it was when it was written.

Every comparison is one statement of the database over the whole table: a link is checked
against the hash that stands before it, a row against the digest in its seal.
"""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from spatial.audit.actions import LEAST_DAYS, seal_events
from spatial.audit.canonical import SET_LOCAL, digest_sql, link_sql
from spatial.audit.models import AuditEvent, AuditSeal, AuditShape, Kind
from spatial.audit.triggers import audited_models

SHOWN = 100  # findings of one kind that are named


class AuditFault(StrEnum):
    """What can be wrong."""

    SEAL_REMOVED = "seal-removed"
    SEAL_CHANGED = "seal-changed"
    EVENT_REMOVED = "event-removed"
    EVENT_CHANGED = "event-changed"
    EVENT_ADDED = "event-added"
    NOT_SEALED = "not-sealed"
    ROW_REMOVED = "row-removed"
    ROW_CHANGED = "row-changed"
    ROW_ADDED = "row-added"
    HEAD_DIFFERS = "head-differs"


TITLES = {
    AuditFault.SEAL_REMOVED: _("封存被删除"),
    AuditFault.SEAL_CHANGED: _("封存被改动"),
    AuditFault.EVENT_REMOVED: _("审计记录被删除"),
    AuditFault.EVENT_CHANGED: _("审计记录被改动"),
    AuditFault.EVENT_ADDED: _("审计记录绕过封存写入"),
    AuditFault.NOT_SEALED: _("审计记录没有封存"),
    AuditFault.ROW_REMOVED: _("数据行被删除"),
    AuditFault.ROW_CHANGED: _("数据行被改动"),
    AuditFault.ROW_ADDED: _("数据行绕过审计写入"),
    AuditFault.HEAD_DIFFERS: _("与已导出的链首不符"),
}


@dataclass(frozen=True)
class AuditFinding:
    """One thing that is wrong, and where: a seal, an event, a table and row, a file."""

    fault: AuditFault
    place: str

    def __str__(self) -> str:
        return f"{TITLES[self.fault]}：{self.place}"


@dataclass
class Verification:
    """What was compared, and what is wrong."""

    seals: int = 0
    events: int = 0
    rows: int = 0
    heads: int = 0
    seconds: float = 0.0
    findings: list[AuditFinding] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)  # tables whose columns are gone

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def summary(self) -> dict[str, Any]:
        """As the details of an event; findings are named, the first ones."""
        first = [[finding.fault.value, finding.place] for finding in self.findings[:20]]
        compared = {"seals": self.seals, "events": self.events, "rows": self.rows}
        return {**compared, "heads": self.heads, "faults": len(self.findings), "first": first}


def verify(folders: Iterable[Path] = (), since: datetime | None = None) -> Verification:
    """Hold the chain against itself, against events, rows and exported heads.

    ``since``: only what was sealed from then on, and the events recorded from then on.
    """
    began, found = time.monotonic(), Verification()
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_id FROM audit_waiting")
        waited = [number for (number,) in cursor.fetchall()]
    seal_events()
    is_outer = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_outer:  # what is compared is of one moment
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(SET_LOCAL)
        first = _first_seal(since)
        _check_waiting(cursor, found, waited)
        _check_links(cursor, found, first)
        _check_events(cursor, found, first, since)
        for model in audited_models():
            _check_rows(cursor, found, model, first)
        _check_heads(found, folders)
    found.seconds = time.monotonic() - began
    return found


def _first_seal(since: datetime | None) -> int:
    if since is None:
        return 1
    first = AuditSeal.objects.filter(sealed_at__gte=since).order_by("id").first()
    last = AuditSeal.objects.order_by("-id").first()
    return first.pk if first else (last.pk + 1 if last else 1)


def _add(found: Verification, fault: AuditFault, places: Iterable[object]) -> None:
    found.findings += [AuditFinding(fault, str(place)) for place in places]


def _rows(cursor: Any, sql: str, *parameters: Any) -> list[tuple]:
    cursor.execute(f"{sql} LIMIT {SHOWN}", parameters)
    return cursor.fetchall()


def _check_waiting(cursor: Any, found: Verification, waited: Sequence[int]) -> None:
    """Nothing that waited before this sealing may wait after it, whatever the clock says."""
    sql = "SELECT event_id FROM audit_waiting WHERE event_id = ANY(%s) ORDER BY event_id"
    _add(found, AuditFault.NOT_SEALED, (n for (n,) in _rows(cursor, sql, list(waited))))


def _check_links(cursor: Any, found: Verification, first: int) -> None:
    sql = f"""
        SELECT s.id, s.before, s.event_id FROM (
            SELECT *, lag(id, 1, 0::bigint) OVER chain AS before, lag(hash) OVER chain AS prev
            FROM audit_auditseal WHERE id >= %s - 1 WINDOW chain AS (ORDER BY id)) AS s
        WHERE s.id >= %s AND (s.id <> s.before + 1 OR s.hash <> {link_sql("s.prev", "s")})
        ORDER BY s.id"""
    for number, before, event in _rows(cursor, sql, first, first):
        if number != before + 1:
            gap = f"{before + 1}" if before + 2 == number else f"{before + 1}–{number - 1}"
            _add(found, AuditFault.SEAL_REMOVED, [gap])
        else:
            _add(found, AuditFault.SEAL_CHANGED, [f"{number}（{event}）"])
    cursor.execute("SELECT count(*) FROM audit_auditseal WHERE id >= %s", [first])
    found.seals = cursor.fetchone()[0]


def _dropped_before() -> datetime | None:
    """Until when events may be gone: the owner dropped them, when they were old enough."""
    cuts = []
    for event in AuditEvent.objects.filter(kind=Kind.AUDIT_DROPPED):
        before = parse_datetime(str(event.details.get("before", "")))
        if before and before <= event.recorded_at - timedelta(days=LEAST_DAYS):
            cuts.append(before)
    return max(cuts, default=None)


def _check_events(cursor: Any, found: Verification, first: int, since: datetime | None) -> None:
    table = AuditEvent._meta.db_table
    cut = _dropped_before() or datetime(1, 1, 2, tzinfo=timezone.get_default_timezone())
    for shape in AuditShape.objects.filter(table=table):
        sql = f"""
            SELECT s.event_id, e.id IS NULL FROM audit_auditseal s
            LEFT JOIN audit_auditevent e ON e.id = s.event_id AND e.recorded_at = s.event_at
            WHERE s.id >= %s AND s.event_shape_id = %s AND (e.id IS NOT NULL OR s.event_at >= %s)
            AND {digest_sql(shape.columns, "e")} <> s.event_hash
            ORDER BY s.id"""
        for number, is_gone in _rows(cursor, sql, first, shape.pk, cut):
            _add(found, AuditFault.EVENT_REMOVED if is_gone else AuditFault.EVENT_CHANGED, [number])
    sql = """
        SELECT e.id FROM audit_auditevent e
        LEFT JOIN audit_auditseal s ON s.event_id = e.id
        LEFT JOIN audit_waiting w ON w.event_id = e.id
        WHERE s.id IS NULL AND w.event_id IS NULL AND e.recorded_at >= %s ORDER BY e.id"""
    _add(found, AuditFault.EVENT_ADDED, (number for (number,) in _rows(cursor, sql, since or cut)))
    cursor.execute("SELECT count(*) FROM audit_auditevent WHERE recorded_at >= %s", [since or cut])
    found.events = cursor.fetchone()[0]


def _check_rows(cursor: Any, found: Verification, model: Any, first: int) -> None:
    table, key = model._meta.db_table, model._meta.pk.column
    cursor.execute(
        "SELECT attname FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [f'"{table}"'],
    )
    present = {name for (name,) in cursor.fetchall()}
    for shape in AuditShape.objects.filter(table=table):
        if not present.issuperset(shape.columns):
            found.skipped.append(f"{table} {shape.pk}")
            continue
        sql = f"""
            SELECT s.source_id, r."{key}" IS NULL FROM audit_auditseal s
            LEFT JOIN "{table}" r ON r."{key}"::text = s.source_id
            WHERE s.id >= %s AND s.source = %s AND s.shape_id = %s
            AND {digest_sql(shape.columns, "r")} <> s.digest
            ORDER BY s.id"""
        for number, is_gone in _rows(cursor, sql, first, table, shape.pk):
            fault = AuditFault.ROW_REMOVED if is_gone else AuditFault.ROW_CHANGED
            _add(found, fault, [f"{table} {number}"])
    if first == 1:
        sql = f"""
            SELECT r."{key}" FROM "{table}" r
            LEFT JOIN audit_auditseal s ON s.source = %s AND s.source_id = r."{key}"::text
            LEFT JOIN audit_waiting w ON w.source = %s AND w.source_id = r."{key}"::text
            WHERE s.id IS NULL AND w.event_id IS NULL ORDER BY 1"""
        added = _rows(cursor, sql, table, table)
        _add(found, AuditFault.ROW_ADDED, (f"{table} {number}" for (number,) in added))
    cursor.execute(
        "SELECT count(*) FROM audit_auditseal WHERE id >= %s AND source = %s", [first, table]
    )
    found.rows += cursor.fetchone()[0]


def _check_heads(found: Verification, folders: Iterable[Path]) -> None:
    """A chain that was written anew as a whole holds together, but not with what has left."""
    for path in (path for folder in folders for path in sorted(folder.glob("*.json"))):
        found.heads += 1
        try:
            head = json.loads(path.read_text(encoding="utf-8"))
            number, value = int(head["seal"]), str(head["hash"])
        except (OSError, ValueError, KeyError, TypeError):
            _add(found, AuditFault.HEAD_DIFFERS, [path.name])
            continue
        if not AuditSeal.objects.filter(pk=number, hash=value).exists():
            _add(found, AuditFault.HEAD_DIFFERS, [path.name])
