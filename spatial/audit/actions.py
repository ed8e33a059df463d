"""The writes of the audit: an event beside an act, the seals, the heads, the end of old months."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from spatial.audit.errors import TooRecent
from spatial.audit.models import AuditEvent, AuditSeal, Kind
from spatial.audit.origins import current_origin
from spatial.texts import storable

BATCH = 2_000  # events sealed in one transaction
LEAST_DAYS = 180  # 网络安全法 第二十三条 (第二十一条 before 2026): logs are kept six months
PARTITIONS = """
SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'audit_auditevent'::regclass ORDER BY c.relname
"""
OTHER = "audit_auditevent_other"


def record_event(
    kind: Kind,
    who: str,
    *,
    subject: str = "",
    code: object = "",
    details: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Write down an act, in the transaction of the act itself.

    ``details`` hold names of fields, never personal values. Acts that are rows of an audited
    table are written down by that table's trigger and need no call.
    """
    origin = current_origin()
    return AuditEvent.objects.create(
        kind=kind,
        who=storable(who, 150),
        subject=storable(subject, 63),
        code=storable(str(code), 200),
        details=dict(details or {}),
        request_id=origin.request_id,
        address=origin.address,
        on_behalf=storable(origin.on_behalf, 150),
    )


def seal_events() -> int:
    """Put the committed events into the chain, batch by batch; how many. Safe to end anywhere.

    Nothing is done while another sealer is at work.
    """
    sealed = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_seal(%s)", [BATCH])
            (number,) = cursor.fetchone()
        sealed += number
        if number < BATCH:
            return sealed


def make_partitions() -> int:
    """Make the partitions of this month and the next ones that are missing; how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_make_partitions()")
        return int(cursor.fetchone()[0])


def export_head(folder: Path, day: date | None = None) -> Path | None:
    """Write the last seal to a file of that day, today if none is given.

    One that is there is left as it is, so that what once left is never rewritten. None if it
    is there, or nothing is sealed yet.

    Raises:
        OSError: the folder cannot be written.
    """
    path = folder / f"{day or timezone.localdate():%Y-%m-%d}.json"
    last = AuditSeal.objects.order_by("-id").first()
    if last is None or path.exists():
        return None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.touch(mode=0o600)
    head = {"seal": last.pk, "hash": last.hash, "sealed_at": last.sealed_at.isoformat()}
    part.write_text(json.dumps(head) + "\n", encoding="utf-8")
    part.replace(path)
    return path


def drop_old_events(who: str, days: int) -> list[str]:
    """Drop the months all of whose events are older than so many days; which. As the owner.

    Raises:
        TooRecent: fewer days than must be kept, or events of those months wait for their seal.
    """
    if days < LEAST_DAYS:
        raise TooRecent(f"审计记录至少保存 {LEAST_DAYS} 天 / kept for {LEAST_DAYS} days at least")
    now = timezone.now()
    cut = _month_of(now - timedelta(days=days))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_waiting WHERE event_at < %s", [cut])
        if cursor.fetchone()[0]:
            raise TooRecent("有记录尚未封存 / events wait for their seal")
        cursor.execute(PARTITIONS)
        names = [name for name, _bound in cursor.fetchall() if name != OTHER]
        old = [name for name in names if name < f"audit_auditevent_{cut:%Y%m}"]
        for name in old:
            cursor.execute(f'DROP TABLE "{name}"')
        cursor.execute(f"ALTER TABLE {OTHER} DISABLE TRIGGER append_only_delete")
        cursor.execute(f"DELETE FROM {OTHER} WHERE recorded_at < %s", [cut])
        gone = cursor.rowcount
        cursor.execute(f"ALTER TABLE {OTHER} ENABLE TRIGGER append_only_delete")
        if old or gone:
            details = {"before": cut.isoformat(), "partitions": old, "others": gone}
            record_event(Kind.AUDIT_DROPPED, who, subject="audit", details=details)
    return old


def _month_of(moment: datetime) -> datetime:
    """The start of a month in UTC, as the partitions are cut."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
