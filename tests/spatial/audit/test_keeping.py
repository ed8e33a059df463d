"""Who seals, when and only once; months that are made ahead, and dropped when they are old."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from grid.cases.clock_tasks import do_duties
from grid.management.commands.run_clocks import OFTEN_S
from spatial.audit.actions import drop_old_events, make_partitions, record_event, seal_events
from spatial.audit.errors import TooRecent
from spatial.audit.models import AuditEvent, AuditSeal, Kind
from spatial.audit.triggers import audited_models
from spatial.audit.verification import AuditFault
from tests.factories import change, moment
from tests.running.databases import owner_rows
from tests.running.logins import rows
from tests.spatial.audit.chains import execute, faults, past_triggers, sealed_chain


@pytest.mark.django_db(transaction=True)
def test_a_sealer_that_is_killed_leaves_no_gap() -> None:
    for _n in range(5):
        record_event(Kind.KEY_ISSUED, "li")
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT audit_seal(3), pg_backend_pid()")
        sealed, process = cursor.fetchone()
        assert sealed == 3
        assert seal_events() == 0  # one at a time
        owner_rows("SELECT pg_terminate_backend(%s)", process)
    other.close()
    while rows("SELECT FROM pg_stat_activity WHERE pid = %s", process):
        pass
    assert seal_events() == 5
    assert [seal.pk for seal in AuditSeal.objects.all()] == [1, 2, 3, 4, 5]
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_what_is_undone_is_no_event_and_what_is_open_is_sealed_later() -> None:
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO audit_auditevent (kind) VALUES ('key-issued') RETURNING id")
        (early,) = cursor.fetchone()
        with transaction.atomic():
            record_event(Kind.KEY_ISSUED, "li")
            transaction.set_rollback(True)
        later = record_event(Kind.KEY_ISSUED, "wu").pk
        assert seal_events() == 1
        cursor.execute("COMMIT")
    other.close()
    do_duties(often=True)
    assert list(AuditSeal.objects.values_list("event_id", flat=True)) == [later, early]
    assert OFTEN_S <= 5  # so that every event is sealed within ten seconds
    assert faults() == []


@pytest.mark.django_db
def test_no_write_fails_for_want_of_a_month(owner) -> None:
    names = {name for (name,) in rows("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit_auditevent'::regclass")}  # fmt: skip
    assert len(names) == 5  # this month, three more, all others
    for name in names - {"audit_auditevent_other"}:
        execute(f"DROP TABLE {name}")
    record_event(Kind.KEY_ISSUED, "li")
    assert rows("SELECT count(*) FROM audit_auditevent_other") == [(1,)]
    assert make_partitions() == 3  # this month stands in the default partition
    assert make_partitions() == 0
    seal_events()
    assert faults() == []
    for sql in ("DELETE FROM {}", "UPDATE {} SET who = ''", "TRUNCATE {}"):
        for name in ("audit_auditevent_other", f"audit_auditevent_{_next_month():%Y%m}"):
            with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
                execute(sql.format(name))


def _next_month() -> datetime:
    return (timezone.now().astimezone(UTC).replace(day=1) + timedelta(days=32)).replace(day=1)


def old_events() -> None:
    """Events of 300 days ago, in a month of their own and in the default partition."""
    sealed_chain()
    old = timezone.now() - timedelta(days=300)
    start = old.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    AuditEvent.objects.create(kind=Kind.KEY_ISSUED, recorded_at=start - timedelta(days=40))
    execute(
        f"CREATE TABLE audit_auditevent_{start:%Y%m} PARTITION OF audit_auditevent"
        f" FOR VALUES FROM ('{start.isoformat()}') TO ('{(start + timedelta(days=28)).isoformat()}')"
    )
    AuditEvent.objects.create(kind=Kind.KEY_ISSUED, recorded_at=start + timedelta(days=1))


@pytest.mark.django_db
def test_old_months_are_dropped_and_the_chain_holds(owner) -> None:
    old_events()
    with pytest.raises(TooRecent, match="尚未封存"):
        drop_old_events("li", 180)
    seal_events()
    with pytest.raises(CommandError, match="180"):
        call_command("drop_old_audit", days=179)
    number = AuditEvent.objects.count()
    assert len(drop_old_events("li", 180)) == 1
    assert AuditEvent.objects.count() == number - 2 + 1
    assert AuditSeal.objects.count() == number
    event = AuditEvent.objects.get(kind=Kind.AUDIT_DROPPED)
    assert (event.who, event.details["others"]) == ("li", 1)
    assert faults() == []
    with past_triggers("versions_change"):  # what the months said of rows is still held
        execute("UPDATE versions_change SET why = 'forged'")
    assert faults() == [AuditFault.ROW_CHANGED]


@pytest.mark.django_db
def test_who_says_that_young_months_were_dropped_is_not_believed(owner) -> None:
    sealed_chain()
    details = {"before": (timezone.now() + timedelta(days=1)).isoformat()}
    record_event(Kind.AUDIT_DROPPED, "wu", details=details)
    with past_triggers("audit_auditevent"):
        execute("DELETE FROM audit_auditevent WHERE kind = 'key-issued'")
    assert faults() == [AuditFault.EVENT_REMOVED] * 3


@pytest.mark.django_db
def test_the_command_names_what_is_wrong(owner, settings, tmp_path) -> None:
    settings.AUDIT_HEADS = [tmp_path]
    sealed_chain()
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "完整" in out.getvalue()
    with past_triggers("versions_change"):
        execute("UPDATE versions_change SET why = 'forged'")
    with pytest.raises(CommandError, match="数据行被改动：versions_change"):
        call_command("verify_audit")
    with pytest.raises(CommandError):
        call_command("verify_audit", "--since", "yesterday")
    call_command(
        "verify_audit", "--since", f"{timezone.localdate() + timedelta(days=1)}", stdout=out
    )
    found = AuditEvent.objects.filter(kind=Kind.AUDIT_VERIFIED).order_by("id")
    assert [event.details["faults"] for event in found] == [0, 1, 0]


@pytest.mark.django_db
def test_what_stood_before_a_table_was_audited_is_in_the_chain(owner) -> None:
    from django.apps import apps

    from spatial.audit.triggers import install_audit

    execute("DROP TRIGGER audit_rows ON versions_change")
    change(moment(2020))
    with past_triggers("audit_auditshape"):
        execute("DELETE FROM audit_auditshape WHERE \"table\" = 'versions_change'")
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    install_audit(apps.get_app_config("audit"))
    assert AuditEvent.objects.filter(kind=Kind.CHANGE).count() == 1
    install_audit(apps.get_app_config("audit"))
    change(moment(2021))
    seal_events()
    assert faults() == []


def test_every_audited_table_names_a_kind_and_columns_that_are_there() -> None:
    for model in audited_models():
        assert model.audited
        how, columns = model.audited, {str(f.column) for f in model._meta.concrete_fields}
        assert how.kind in Kind.values or how.kind_column in columns
        named = {how.who, how.code, how.subject, how.address, *how.details} - {""}
        assert named <= columns
