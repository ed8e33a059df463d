"""A chain from which something was taken, to which something was added, in which it was changed."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from spatial.audit.actions import export_head, record_event, seal_events
from spatial.audit.models import AuditEvent, AuditSeal, Kind
from spatial.audit.verification import AuditFault, verify
from spatial.versions.models import Change
from tests.factories import change, moment
from tests.running.logins import refusal, rows, three_logins
from tests.spatial.audit.chains import execute, faults, past_triggers, sealed_chain

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(owner) -> list[AuditEvent]:
    return sealed_chain()


def test_a_whole_chain_has_no_faults(chain) -> None:
    result = verify()
    assert result.is_whole, result.findings
    assert (result.seals, result.rows) == (4, 1)
    assert list(AuditSeal.objects.values_list("id", flat=True)) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "table, sql, fault",
    [
        ("audit_auditevent", "DELETE FROM {t} WHERE id = %s", AuditFault.EVENT_REMOVED),
        ("audit_auditevent", "UPDATE {t} SET who = 'wu' WHERE id = %s", AuditFault.EVENT_CHANGED),
        ("audit_auditevent", "UPDATE {t} SET code = who, who = code WHERE id = %s", AuditFault.EVENT_CHANGED),
        ("audit_auditevent", "INSERT INTO {t} (kind, who) SELECT kind, 'wu' FROM {t} WHERE id = %s", AuditFault.EVENT_ADDED),
        ("audit_auditseal", "DELETE FROM {t} WHERE event_id = %s", AuditFault.SEAL_REMOVED),
        ("audit_auditseal", "UPDATE {t} SET sealed_at = sealed_at - interval '1 h' WHERE event_id = %s", AuditFault.SEAL_CHANGED),
    ],
)  # fmt: skip
def test_tampering_is_named(chain, table: str, sql: str, fault: AuditFault) -> None:
    event = chain[1]
    with past_triggers(table):
        execute(sql.format(t=table), event.pk)
    findings = [f for f in verify().findings if f.fault is fault]
    assert len(findings) == 1
    seal = rows("SELECT coalesce(min(id), 2) FROM audit_auditseal WHERE event_id = %s", event.pk)
    added = AuditEvent.objects.order_by("-id")[0].pk
    places = {AuditFault.EVENT_ADDED: str(added), AuditFault.SEAL_REMOVED: "2"}
    assert findings[0].place.startswith(places.get(fault, str(event.pk))) or seal == [(2,)]


@pytest.mark.parametrize(
    "sql, fault",
    [
        ("DELETE FROM versions_change WHERE who = %s", AuditFault.ROW_REMOVED),
        ("UPDATE versions_change SET why = 'forged' WHERE who = %s", AuditFault.ROW_CHANGED),
        (
            "INSERT INTO versions_change (at, recorded_at, who, why, document, origin)"
            " SELECT now(), now(), 'wu', 'forged', '', '' WHERE %s <> ''",
            AuditFault.ROW_ADDED,
        ),
    ],
)
def test_a_row_of_a_register_is_held_against_its_seal(chain, sql: str, fault: AuditFault) -> None:
    who = Change.objects.get().who
    with past_triggers("versions_change"):
        execute(sql, who)
    (finding,) = verify().findings
    assert finding.fault is fault
    assert finding.place.startswith("versions_change ")


def test_a_chain_written_anew_differs_from_the_head_that_left(chain, tmp_path) -> None:
    path = export_head(tmp_path)
    assert path is not None
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["seal"] == 4
    assert export_head(tmp_path) is None  # once a day, never rewritten
    assert faults(tmp_path) == []
    with past_triggers("audit_auditevent", "audit_auditseal"):
        execute("DELETE FROM audit_auditevent WHERE id = %s", chain[1].pk)
        execute(
            "INSERT INTO audit_waiting SELECT event_id, event_at, event_shape_id, event_hash, source,"
            " source_id, shape_id, digest FROM audit_auditseal WHERE event_id <> %s",
            chain[1].pk,
        )
        execute("DELETE FROM audit_auditseal")
    seal_events()
    assert faults() == []  # it holds together
    assert faults(tmp_path) == [AuditFault.HEAD_DIFFERS]


def test_the_end_of_a_chain_cut_off_is_missed_by_the_head(chain, tmp_path) -> None:
    export_head(tmp_path)
    (tmp_path / "1999-01-01.json").write_text("{}")
    with past_triggers("audit_auditevent", "audit_auditseal", "versions_change"):
        execute("DELETE FROM audit_auditseal WHERE id = 4")
        execute("DELETE FROM audit_auditevent WHERE kind = 'change'")
        execute("DELETE FROM versions_change")
    assert faults(tmp_path) == [AuditFault.HEAD_DIFFERS, AuditFault.HEAD_DIFFERS]


def test_a_clock_that_jumps_an_hour_breaks_nothing(chain) -> None:
    now = timezone.now()
    for hours in (2, 1, 24 * 800):  # ahead, back an hour, far beyond the months that are made
        AuditEvent.objects.create(kind=Kind.KEY_REVOKED, recorded_at=now + timedelta(hours=hours))
    assert seal_events() == 3
    assert faults() == []
    assert rows("SELECT count(*) FROM audit_auditevent_other") == [(1,)]
    execute("SELECT audit_make_partitions()")
    result = verify(since=now - timedelta(minutes=5))
    assert result.is_whole
    assert result.seals == 7


def test_what_is_committed_late_is_sealed_later(chain) -> None:
    early = rows("SELECT nextval('audit_auditevent_id_seq')")[0][0]
    record_event(Kind.KEY_REVOKED, "li")
    assert seal_events() == 1
    AuditEvent.objects.create(id=early, kind=Kind.KEY_REVOKED)
    assert seal_events() == 1
    assert AuditSeal.objects.get(pk=6).event_id == early
    assert faults() == []


def test_a_column_more_changes_no_digest(chain) -> None:
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("ALTER TABLE versions_change ADD COLUMN more int DEFAULT 7")
    assert faults() == []


def test_digests_do_not_depend_on_who_reads(chain) -> None:
    execute("SET LOCAL timezone = 'Asia/Shanghai'; SET LOCAL datestyle = 'German'")
    execute(
        "INSERT INTO versions_change (at, who, why, document, origin)"
        " VALUES ('2021-01-01', 'li', 'x', '', '')"
    )
    assert faults() == []


@three_logins
def test_the_site_cannot_have_seals_made_by_a_table_of_its_own(db) -> None:
    execute("CREATE TEMP TABLE forged ON COMMIT DROP AS SELECT * FROM audit_auditevent LIMIT 0")
    forge = (
        "CREATE TRIGGER forged AFTER INSERT ON forged REFERENCING NEW TABLE AS fresh"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_wait()"
    )
    assert "permission denied for function audit_wait" in refusal(forge)


@three_logins
def test_the_site_adds_events_and_cannot_touch_the_chain(db) -> None:
    record_event(Kind.KEY_ISSUED, "li")
    change(moment(2020))
    assert seal_events() == 2
    for sql in (
        "INSERT INTO audit_auditseal (id) VALUES (9)",
        "DELETE FROM audit_waiting",
        "INSERT INTO audit_waiting (event_id) VALUES (9)",
        "INSERT INTO audit_auditshape (\"table\", columns) VALUES ('x', '[]')",
        "DELETE FROM audit_auditevent_other",
        "INSERT INTO audit_auditevent_other (kind, recorded_at) VALUES ('x', now())",
        "DROP TABLE audit_auditevent_other",
        "SELECT audit_close('versions_change')",
        # an event that took the number of a later one would have that refused
        "INSERT INTO audit_auditevent (id, kind) OVERRIDING SYSTEM VALUE VALUES (9999, 'x')",
        "INSERT INTO audit_auditevent SELECT * FROM audit_auditevent",
        "SELECT FROM audit_auditshape FOR UPDATE",  # what one sealer keeps others away by
    ):
        assert "permission denied" in refusal(sql) or "must be owner" in refusal(sql), sql
    assert connection.in_atomic_block
    assert verify().is_whole
