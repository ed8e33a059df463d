"""The inbox, the bell's count, reading, preferences, the administrator's view."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from spatial.outbox import queries
from spatial.outbox.models import NoticeContact, NoticeDelivery, TopicChoice
from tests.spatial.parties.people import person
from tests.webmap.notices.conftest import order
from webmap.notices import views

pytestmark = pytest.mark.django_db
COUNT, PREFERENCES = "/notices/count", "/notices/preferences"


@pytest.fixture
def wang(client):
    user = person("王", email="wang@example.org")
    client.force_login(user)
    return user


def test_the_bell_asks_in_one_query_and_hears_of_what_is_new(client, wang):
    empty = client.get(COUNT)
    assert (empty.status_code, empty.content) == (204, b"")
    for _ in range(3):
        order("王")
    order("王", topic="alarms")
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(COUNT)
    asked = [query["sql"] for query in seen if "outbox_" in query["sql"]]
    assert len(asked) == 1
    assert len(seen) <= 3  # the session, the account
    last = NoticeDelivery.objects.order_by("-id").first().pk
    assert answer.json() == {"unread": "4", "urgent": last}
    same = client.get(COUNT, headers={"If-None-Match": answer["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    order("王")
    assert client.get(COUNT, headers={"If-None-Match": answer["ETag"]}).json()["unread"] == "5"
    client.logout()
    assert client.get(COUNT, headers={"X-Requested-With": "fetch"}).status_code == 401


def test_many_are_said_to_be_many_and_come_in_pages(client, wang, monkeypatch):
    monkeypatch.setattr(queries, "MOST_COUNTED", 3)
    monkeypatch.setattr(views, "MOST_COUNTED", 3)
    monkeypatch.setattr(views, "PER_PAGE", 2)
    first = NoticeDelivery.objects.get(notice=order("王"), channel="inbox")
    for _ in range(3):
        order("王", topic="deputies")
    assert client.get(COUNT).json()["unread"] == "2+"
    page = client.get("/notices/").text
    assert "未读 99 条以上" in page
    assert page.count("<li class") == 2
    before = page.split("before=")[1].split('"')[0]
    assert client.get("/notices/", {"before": before}).text.count("<li class") == 2
    assert client.get("/notices/", {"topic": "every"}).text.count("<li class") == 1
    assert client.get("/notices/", {"before": first.pk + 1}).text.count("<li class") == 1
    assert client.get("/notices/", {"before": "9" * 40}).status_code == 200


def test_it_is_read_where_it_leads_and_no_get_reads(client, wang):
    pk = order("王")
    one = NoticeDelivery.objects.get(notice=pk, channel="inbox")
    page = client.get("/notices/").text
    assert "&lt;王&gt; 委托您代理" in page
    assert client.get(f"/notices/{one.pk}/open").status_code == 405
    assert client.get(COUNT).json()["unread"] == "1"
    answer = client.post(f"/notices/{one.pk}/open")
    assert answer["Location"] == "/grid/cases/C1"
    assert client.get(COUNT).status_code == 204
    lost = order("王", template="none", about=("unknown", "X/1"))
    other = NoticeDelivery.objects.get(notice=lost, channel="inbox")
    assert "各渠道 X/1" in client.get("/notices/").text
    assert client.post("/notices/read", {"id": [other.pk, "x"]}).status_code == 302
    assert client.get(COUNT).status_code == 204
    order("王")
    order("王")
    client.post("/notices/read", {"all": "1"})
    assert client.get(COUNT).status_code == 204
    assert client.get("/notices/", {"unread": "1"}).text.count("<li class") == 0
    client.force_login(person("李"))
    assert client.post(f"/notices/{one.pk}/open").status_code == 404


def test_what_somebody_wants_to_hear_of(client, wang):
    page = client.get(PREFERENCES).text
    assert 'name="alarms.inbox" aria-label="警报" checked disabled' in page
    given = {"deputies.email": "on", "every.inbox": "on", "language": "en", "webhook": ""}
    assert client.post(PREFERENCES, given).status_code == 302
    chosen = set(TopicChoice.objects.values_list("topic", "channel", "is_wanted"))
    assert chosen == {
        ("deputies", "inbox", False),
        ("deputies", "email", True),
        *(("every", channel, False) for channel in ("email", "sms", "webhook")),
    }
    assert NoticeContact.objects.get().language == "en"
    order("王", topic="deputies")
    order("王", topic="alarms")
    rows = NoticeDelivery.objects.order_by("id").values_list("notice__topic", "channel")
    assert list(rows) == [("deputies", "email"), ("alarms", "inbox")]
    bad = client.post(PREFERENCES, given | {"webhook": "https://127.0.0.1/x"})
    assert bad.status_code == 422
    assert "alert" in bad.text


def test_the_administrator_sends_again_what_failed(client):
    client.force_login(User.objects.create_superuser("root"))
    person("王")
    order("王")
    order("无")
    NoticeDelivery.objects.filter(channel="sms").update(state="failed", error="忙", attempts=7)
    page = client.get("/admin/outbox/noticedelivery/", {"state__exact": "failed"}).text
    assert "忙" in page
    chosen = {
        "action": "send_again",
        "_selected_action": NoticeDelivery.objects.get(channel="sms").pk,
    }
    assert client.post("/admin/outbox/noticedelivery/", chosen).status_code == 302
    assert NoticeDelivery.objects.get(channel="sms").state == "queued"
    nobody = client.get("/admin/outbox/notice/", {"reach": "nobody"}).text
    assert "无" in nobody
    assert client.get("/admin/outbox/notice/", {"reach": "some"}).status_code == 200
    assert client.get("/admin/outbox/quiethours/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/grid/", "/sharing/", "/admin/", "/accounts/password/", "/notices/"]
)
def test_a_bell_hangs_on_every_page(client, path):
    client.force_login(User.objects.create_superuser("root"))
    page = client.get(path).text
    assert page.count('class="bell"') == 1
    assert ("bell-sound" in page) == (path in ("/grid/", "/notices/"))


def test_a_deputy_is_told(client, wang):
    person("李")
    given = {"act": "deputy", "deputy": "李", "starts_at": "2026-01-01T08:00", "ends_at": ""}
    assert client.post("/accounts/absences/", given).status_code == 302
    assert NoticeDelivery.objects.get().recipient == "李"
    assert NoticeDelivery.objects.get().notice.values["principal"] == "王"
