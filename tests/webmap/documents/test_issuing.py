"""Numbers have no gaps and no doubles; what was handed out can be verified and taken back."""

import os
import threading
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from layers.sharing import limits
from spatial.audit.models import AuditEvent
from tests.town import make_user
from tests.webmap.documents.conftest import ordered
from webmap.documents import orders
from webmap.documents.errors import TemplateFault
from webmap.documents.issuing import Contents, Issuer, file_of, folder, issue, withdraw
from webmap.documents.templates import kinds
from webmap.models import DocumentOrder, DocumentSeries, IssuedDocument
from webmap.web.errors import Conflicting

ISSUER = Issuer("zhang", "张三丰", "示范局")


def issued(kind="record", typeset=lambda *_: b"%PDF") -> IssuedDocument:
    return issue(kinds()[kind], Contents({}), ISSUER, typeset)


@pytest.mark.django_db
def test_each_kind_counts_its_years_from_one(monkeypatch):
    assert [issued().serial, issued("case").serial, issued().serial] == [1, 1, 2]
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2031, 1, 1))
    assert issued().number == "涟图档〔2031〕1号"


@pytest.mark.django_db
def test_what_does_not_compile_uses_no_number():
    def fails(*_args):
        raise TemplateFault("record.typ:3")

    issued()
    with pytest.raises(TemplateFault), transaction.atomic():
        issued(typeset=fails)
    assert issued().serial == 2
    assert len(list(folder().glob("*.pdf"))) == 2


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_numbers_without_gap_or_double():
    gate, number = threading.Barrier(4), 5

    def work(which):
        def fails(*_args):
            raise TemplateFault("no")

        try:
            gate.wait(10)
            for n in range(number):
                if (which + n) % 3 == 0:
                    with pytest.raises(TemplateFault):
                        issued(typeset=fails)
                issued()
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(which,)) for which in range(4)]
    [thread.start() for thread in threads]
    [thread.join(60) for thread in threads]
    serials = sorted(IssuedDocument.objects.values_list("serial", flat=True))
    assert serials == list(range(1, 4 * number + 1))
    assert DocumentSeries.objects.get().last == 4 * number


@pytest.mark.django_db
def test_the_page_tells_that_there_is_such_a_document_and_nothing_of_persons(client):
    one = issued()
    page = client.get(f"/verify/{one.code}")
    assert page.status_code == 200
    for said in (one.number, one.digest, "示范局", "空间要素档案", f"{one.issued_on:%Y-%m-%d}"):
        assert said in page.text
    assert "张三丰" not in page.text
    assert "zhang" not in page.text
    assert "no-store" in page["Cache-Control"]


@pytest.mark.django_db
def test_a_code_may_be_typed_as_it_is_printed(client):
    one = issued()
    typed = "-".join(one.code[i : i + 4] for i in range(0, 16, 4)).lower()
    assert client.get("/verify/", {"code": typed}).url == f"/verify/{one.code}"
    assert client.get("/verify/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["ABCDEFGHJKMNPQRS", "A", "' OR 1=1 --", "０" * 16, "A" * 300])
def test_a_code_of_no_document_is_not_found(client, code):
    issued()
    answer = client.get(f"/verify/{code}")
    assert answer.status_code == 404
    assert "不是本平台出具" in answer.text


@pytest.mark.django_db
def test_codes_cannot_be_tried_without_end(client):
    statuses = [client.get("/verify/ABCDEFGHJKMNPQRS").status_code for _ in range(31)]
    assert set(statuses[:30]) == {404}
    assert statuses[30] == 429
    limits.forget()


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["%00", "ABCD", "2" * 17])
def test_what_is_no_code_is_no_document(client, code):
    client.force_login(make_user("anna"))
    answer = client.post(f"/documents/withdraw/{code}", {"because": "x"})
    assert answer.status_code == 404


@pytest.mark.django_db
def test_what_is_withdrawn_says_so_and_its_file_is_gone(client):
    one = issued()
    withdraw(one, "zhang", "数据有误")
    assert not file_of(one).exists()
    page = client.get(f"/verify/{one.code}").text
    assert "已撤回" in page
    assert "数据有误" not in page
    with pytest.raises(Conflicting):
        withdraw(one, "li", "再撤")
    assert list(AuditEvent.objects.order_by("id").values_list("kind", flat=True)) == [
        "document-issued",
        "document-withdrawn",
    ]


@pytest.mark.django_db
def test_who_ordered_it_may_take_it_back_and_nobody_else(town):
    mine, other, chief = Client(), Client(), Client()
    mine.force_login(User.objects.create_user("mine"))
    other.force_login(User.objects.create_user("other"))
    chief.force_login(User.objects.create_superuser("root"))
    row = ordered(mine, "record", layer="buildings", code="B1")
    path = f"/documents/withdraw/{row.issued.code}"
    assert Client().post(path, {"because": "x"}).status_code == 302  # to the sign-in page
    assert "撤回原因" not in other.get(f"/verify/{row.issued.code}").text
    assert "撤回原因" in mine.get(f"/verify/{row.issued.code}").text
    assert other.post(path, {"because": "x"}).status_code == 404
    assert mine.post(path, {"because": "  "}).status_code == 422
    assert mine.post(path, {"because": "测试"}).status_code == 302
    assert mine.get(f"/documents/{row.pk}/file").status_code == 404
    assert "已撤回" in mine.get(f"/documents/{row.pk}").text
    second = ordered(mine, "record", layer="buildings", code="B1")
    assert (
        chief.post(f"/documents/withdraw/{second.issued.code}", {"because": "稽查"}).status_code
        == 302
    )
    assert IssuedDocument.objects.get(pk=second.issued_id).withdrawn_by == "root"


@pytest.mark.django_db
def test_old_files_and_strays_are_swept_and_the_number_stays(town, client):
    row = ordered(client, "record", layer="buildings", code="B1")
    failed = DocumentOrder.objects.create(kind="record", params={}, state="failed")
    stray, fresh = folder() / "stray.pdf", folder() / "fresh.pdf"
    stray.write_bytes(b"x")
    fresh.write_bytes(b"x")
    os.utime(stray, (0, 0))
    orders.sweep()
    assert DocumentOrder.objects.filter(pk__in=[row.pk, failed.pk]).count() == 2
    assert not stray.exists()
    assert fresh.exists()
    DocumentOrder.objects.filter(pk=failed.pk).update(
        created_at=timezone.now() - timezone.timedelta(days=2)
    )
    months_later = timezone.now() + timezone.timedelta(days=31)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(orders.timezone, "now", lambda: months_later)
        orders.sweep()
    assert not DocumentOrder.objects.exists()
    assert not file_of(row.issued).exists()
    assert client.get(f"/verify/{row.issued.code}").status_code == 200


@pytest.mark.django_db
def test_a_job_that_lost_its_worker_is_given_up(queued, town, client):
    row = ordered(client, "record", layer="buildings", code="B1")
    DocumentOrder.objects.update(created_at=timezone.now() - timezone.timedelta(minutes=5))
    orders.sweep()
    row.refresh_from_db()
    assert row.state == DocumentOrder.State.FAILED


@pytest.mark.django_db
def test_too_many_at_once_are_refused(queued, town, client):
    for _ in range(orders.BOUNDS.pending):
        ordered(client, "record", layer="buildings", code="B1")
    again = client.post("/documents/order/record", {"layer": "buildings", "code": "B1"})
    assert again.status_code == 429
