"""The record of a feature says what its page says to the same person."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from layers.models import LayerState
from layers.reading.revisions import KEYS
from spatial.housing.roles import HousingRole
from spatial.pipes.roles import PipeRole
from spatial.versions.revisions import count_revision
from tests.town import HOLDER, make_user
from tests.webmap.documents.conftest import ordered, pdf_of, text_of
from webmap.documents import orders
from webmap.models import DocumentOrder, IssuedDocument

pytestmark = pytest.mark.django_db


def signed_in(name, *roles):
    client = Client()
    client.force_login(make_user(name, *roles))
    return client


def test_anybody_may_take_home_what_is_public(town, client):
    row = ordered(client, "record", layer="buildings", code="B1")
    text = text_of(pdf_of(client, row))
    for said in ("示范楼", "B1", "加层", "建库", "涟图档〔", "公众自助", "图上面积", "900.00m²"):
        assert said in text
    assert HOLDER not in text
    assert "测绘队" not in text  # who did it is for those who sign in


def test_the_office_reads_masks_and_never_names(town):
    housing = signed_in("fang", HousingRole.HOUSING)
    row = ordered(housing, "record", layer="buildings", code="B1")
    text = text_of(pdf_of(housing, row))
    assert "产权人" in text
    assert "张" in text
    assert HOLDER not in text
    assert "测绘队" in text


def test_a_day_of_the_past(town, client):
    row = ordered(client, "record", layer="parcels", code="P1", at="2019-06-01")
    text = text_of(pdf_of(client, row))
    assert "2019-06-01状态" in text
    assert "已终止" not in text


def test_what_has_ended_says_so(town, client):
    row = ordered(client, "record", layer="parcels", code="P1")
    assert "已终止" in text_of(pdf_of(client, row))


def test_a_feature_without_a_place(town):
    housing = signed_in("fang", HousingRole.HOUSING)
    row = ordered(housing, "record", layer="units", code="B1U0101")
    assert "B1U0101" in text_of(pdf_of(housing, row))


def test_in_english(town, client):
    client.cookies["django_language"] = "en"
    text = text_of(pdf_of(client, ordered(client, "record", layer="buildings", code="B1")))
    assert "Recordofafeature" in text
    assert "Presentstate" in text
    assert "Scanthecode" in text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"layer": "buildings", "code": "NONE"}, 404),
        ({"layer": "nowhere", "code": "B1"}, 404),
        ({"layer": "pipe-lines", "code": "PL1"}, 404),
        ({"layer": "buildings", "code": "B1", "at": "soon"}, 400),
        ({"layer": "buildings", "code": "B1", "at": "2018-01-01/2019-01-01"}, 400),
        ({"layer": "buildings", "code": "B1", "at": "2999-01-01"}, 422),
        ({}, 404),
    ],
)
def test_what_cannot_be_is_refused(town, client, form, status):
    assert client.post("/documents/order/record", form).status_code == status
    assert not DocumentOrder.objects.exists()


def test_an_unknown_kind_is_not_found(client):
    assert client.post("/documents/order/poem").status_code == 404


def test_today_is_no_day_of_the_future(town, client):
    today = timezone.localdate().isoformat()
    assert ordered(client, "record", layer="buildings", code="B1", at=today).issued


def test_a_right_that_ends_before_the_job_leaves_no_document(town, queued):
    engineer = signed_in("guan", PipeRole.PIPES)
    row = ordered(engineer, "record", layer="pipe-lines", code="PL1")
    row.asked_by.groups.remove(Group.objects.get(name=PipeRole.PIPES.value))
    orders.make_document.func(str(row.pk))
    row.refresh_from_db()
    assert row.state == DocumentOrder.State.FAILED
    assert "权限" in row.message
    assert not IssuedDocument.objects.exists()


def test_a_right_that_ends_before_the_pickup_closes_the_file(town):
    engineer = signed_in("guan", PipeRole.PIPES)
    row = ordered(engineer, "record", layer="pipe-lines", code="PL1")
    pdf_of(engineer, row)
    row.asked_by.groups.remove(Group.objects.get(name=PipeRole.PIPES.value))
    assert engineer.get(f"/documents/{row.pk}/file").status_code == 403
    assert "下载 PDF" not in engineer.get(f"/documents/{row.pk}").text


def test_a_layer_that_is_taken_off_closes_the_file(town, client):
    row = ordered(client, "record", layer="buildings", code="B1")
    LayerState.objects.create(layer="buildings", is_published=False, who="t", why="t")
    count_revision(KEYS)
    assert client.get(f"/documents/{row.pk}/file").status_code == 403


def test_what_others_ordered_does_not_exist(town, client):
    row = ordered(client, "record", layer="buildings", code="B1")
    assert Client().get(f"/documents/{row.pk}").status_code == 404
    assert Client().get(f"/documents/{row.pk}/file").status_code == 404
    assert "还没有文档" in Client().get("/documents/").text
    assert row.issued.number in client.get("/documents/").text


def test_the_page_watches_until_the_file_is_there(town, client, queued):
    row = ordered(client, "record", layer="buildings", code="B1")
    asked = {"X-Requested-With": "fragment"}
    assert 'data-every="1"' in client.get(f"/documents/{row.pk}", headers=asked).text
    assert client.get(f"/documents/{row.pk}/file").status_code == 404
    orders.make_document.func(str(row.pk))
    done = client.get(f"/documents/{row.pk}", headers=asked).text
    assert "data-get" not in done
    assert f'href="/documents/{row.pk}/file"' in done


def test_a_job_that_is_done_twice_issues_once(town, client):
    row = ordered(client, "record", layer="buildings", code="B1")
    orders.make_document.func(str(row.pk))
    assert IssuedDocument.objects.count() == 1
