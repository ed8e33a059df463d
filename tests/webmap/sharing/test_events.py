"""The auditor's search, and who may open it."""

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.utils import timezone

from layers.models import LayerState
from layers.roles import Role
from spatial.audit.actions import record_event, seal_events
from spatial.audit.models import AuditEvent, Kind
from spatial.audit.queries import PER_PAGE
from spatial.audit.verifying import verify_and_record
from tests.running.logins import rows
from tests.town import make_user

pytestmark = pytest.mark.django_db


def client_of(name: str, *roles: str) -> Client:
    client = Client()
    client.force_login(make_user(name, *roles))
    return client


@pytest.fixture
def auditor() -> Client:
    return client_of("auditor", Role.AUDITOR)


@pytest.fixture
def days() -> dict[str, str]:
    today = timezone.localdate().isoformat()
    return {"since": today, "until": today}


@pytest.mark.parametrize("path", ["", ".csv", "/verify"])
def test_auditors_and_administrators_alone(path: str, auditor, days) -> None:
    url = f"/sharing/events{path}"
    steward, admin = client_of("steward", Role.STEWARD), Client()
    admin.force_login(User.objects.create_superuser("admin"))
    statuses = [c.post(url, days).status_code for c in (Client(), steward, auditor, admin)]
    good = 302 if path == "/verify" else 200
    assert statuses == [302, 403, good, good]


def test_a_search_by_each_column(auditor, days) -> None:
    for n in range(3):
        record_event(
            Kind.KEY_ISSUED, "li", subject="parcels", code=f"P{n}", details={"why": "县城"}
        )
    record_event(Kind.KEY_REVOKED, "wu", code="P1")
    for asked, number in (
        ({"who": "li"}, 3),
        ({"kind": "key-revoked"}, 1),
        ({"subject": "parcels", "code": "P2"}, 1),
        ({"text": "县城"}, 3),
        ({"text": "100%"}, 0),
        ({"who": "nobody"}, 0),
    ):
        answer = auditor.post("/sharing/events", {**days, **asked})
        assert len(answer.context["rows"] or []) == number, asked
    assert auditor.post("/sharing/events", {**days, "after": "x"}).status_code == 400
    assert auditor.post("/sharing/events", {"since": "x"}).status_code == 400


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_at_the_ends_of_the_calendar_are_refused(auditor, day: str) -> None:
    ends = {"since": day, "until": day}
    answers = [auditor.post(f"/sharing/events{kind}", ends) for kind in ("", ".csv")]
    answers += [auditor.get(f"/sharing/audit{kind}", ends) for kind in ("", ".csv")]
    assert [answer.status_code for answer in answers] == [400] * 4


def test_pages_follow_by_key(auditor, days) -> None:
    record_event(Kind.KEY_ISSUED, "li", code="first")
    for _n in range(PER_PAGE):
        record_event(Kind.KEY_ISSUED, "li")
    asked = {**days, "who": "li"}
    one = auditor.post("/sharing/events", asked)
    assert len(one.context["rows"]) == PER_PAGE
    two = auditor.post("/sharing/events", {**asked, "after": one.context["following"]})
    assert [event.code for event, *_ in two.context["rows"]] == ["first"]
    assert two.context["following"] == ""


def test_reading_the_audit_is_in_the_audit(auditor, days) -> None:
    auditor.get("/sharing/events")
    assert not AuditEvent.objects.filter(kind=Kind.AUDIT_READ).exists()
    answer = auditor.post("/sharing/events.csv", {**days, "who": "=li", "text": "secret"})
    assert b"".join(answer.streaming_content).startswith("\ufeff时间".encode())
    event = AuditEvent.objects.get(kind=Kind.AUDIT_READ)
    assert (event.who, event.details["who"], event.details["text"]) == ("auditor", "=li", True)
    assert "secret" not in str(event.details)


def test_the_page_says_how_the_last_verification_went(auditor, owner) -> None:
    assert "尚未校验" in auditor.get("/sharing/events").content.decode()
    record_event(Kind.KEY_ISSUED, "li")
    seal_events()
    verify_and_record("test", [])
    assert "完整" in auditor.get("/sharing/events").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM audit_auditevent WHERE who = 'li'")
    verify_and_record("test", [])
    page = auditor.get("/sharing/events").content.decode()
    assert "1 处不符" in page
    assert "审计记录被删除" in page


def test_roles_and_administrators_acts_are_recorded(days) -> None:
    admin = Client(HTTP_X_FORWARDED_FOR="10.1.2.3")
    admin.force_login(User.objects.create_superuser("admin"))
    person, role = make_user("clerk"), Group.objects.get(name=Role.STEWARD)
    form = {"username": "clerk", "groups": [role.pk], "is_active": "on"}
    fields = {"date_joined_0": "2026-01-01", "date_joined_1": "08:00", **form}
    answer = admin.post(f"/admin/auth/user/{person.pk}/change/", fields)
    assert answer.status_code == 302, answer.context["errors"]
    given = AuditEvent.objects.get(kind=Kind.ROLES_CHANGED)
    assert (given.who, given.code, given.details) == ("admin", "clerk", {"given": [Role.STEWARD]})
    act = AuditEvent.objects.get(kind=Kind.ADMINISTRATION)
    assert (act.who, act.code, act.details["act"]) == ("admin", str(person.pk), "changed")


def test_what_is_done_for_systems_is_recorded() -> None:
    steward = client_of("steward", Role.STEWARD)
    steward.post(
        "/sharing/mine", {"name": "不动产", "organisation": "住建局", "phone": "13900000000"}
    )
    assert (
        steward.post(
            "/sharing/layers/parcels/publish", {"published": "no", "why": "校核"}
        ).status_code
        == 302
    )
    assert LayerState.objects.count() == 1
    done = AuditEvent.objects.exclude(kind__in=(Kind.ROLES_CHANGED, Kind.SIGNED_IN)).order_by("id")
    kinds = list(done.values_list("kind", "who"))
    assert kinds == [("consumer-registered", "steward"), ("layer-state", "steward")]
    assert not AuditEvent.objects.filter(details__icontains="139").exists()


def test_a_search_among_many_reads_by_index(auditor, days) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditevent (kind, who, code)"
            " SELECT 'change', 'p' || n % 50, n::text FROM generate_series(1, 5000) n"
        )
    plan = "\n".join(
        line
        for (line,) in rows(
            "EXPLAIN SELECT * FROM audit_auditevent WHERE who = %s AND recorded_at >= now()"
            " - interval '7 days' ORDER BY recorded_at DESC, id DESC LIMIT 51",
            "p7",
        )
    )
    month = f"audit_auditevent_{timezone.now():%Y%m}"
    assert f"Seq Scan on {month}" not in plan
    assert f"using {month}_who_recorded_at_id_idx" in plan


def test_in_english_whoever_did_something_is_a_user(client):
    client.force_login(User.objects.create_superuser("root"))
    client.post("/i18n/setlang/", {"language": "en"})
    text = client.get("/sharing/events").text
    assert "User" in text
    assert "Reader" not in text
