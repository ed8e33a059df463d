"""The edition of the day wherever classes are offered: desk, inventory, phone, Open311."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from grid.rules.models import ClassEdition, HandlingLimit
from tests.webmap.inspector.test_api import send, values
from webmap.casework.desk import class_groups
from webmap.casework.inventory import _majors

pytestmark = pytest.mark.django_db
FORM = {"kind": "event", "scheme": "components_2020", "valid_from": "2099-01-01", "source": "x"}


@pytest.fixture
def edition(ground):
    """From today another list of events, and none of components."""
    today = timezone.localdate()
    from_today = {"kind": "event", "scheme": "components_2020", "valid_from": today}
    HandlingLimit.objects.create(
        condition_code="1", condition="属实", amount=1, unit="工作日", **from_today
    )
    ClassEdition.objects.filter(kind="component").update(valid_to=today)
    ClassEdition.objects.create(**from_today)


def test_classes_are_those_of_the_edition(people, edition):
    assert {group["kind"] for group in class_groups()} == {"event"}
    assert class_groups()[0]["title"] == "事件·公用设施"
    assert _majors() == []
    assert people["intake"].get("/grid/new").status_code == 200
    assert people["intake"].get("/grid/components/").status_code == 200
    offered = people["inspector"].get("/inspector/api/classes").json()["classes"]
    assert {(one["kind"], one["scheme"]) for one in offered} == {("event", "components_2020")}
    services = Client().get("/open311/v2/services.json").json()
    assert {one["service_code"].partition("-")[0] for one in services} == {"event"}
    assert services[0]["group"] == "公用设施"


def test_an_edition_without_limits_is_not_taken(client, ground):
    client.force_login(User.objects.create_superuser("root"))
    address = "/admin/grid/classedition/add/"
    answer = client.post(address, FORM)
    assert "没有处置时限" in answer.text
    HandlingLimit.objects.create(
        kind="event",
        scheme="components_2020",
        condition_code="1",
        condition="属实",
        amount=1,
        unit="工作日",
        valid_from=date(2099, 1, 1),
    )
    assert client.post(address, FORM).status_code == 302
    assert ClassEdition.objects.filter(scheme="components_2020", kind="event").exists()


def test_a_phone_that_was_away_is_told_that_the_classes_are_others(people, edition):
    given = values() | {"scheme": "events_2020"}
    answer = send(people["inspector"], "report", given)
    assert answer.status_code == 422
    assert "分类标准已更换" in answer.json()["error"]
    again = given | {"class": "event:0102", "scheme": "components_2020"}
    assert send(people["inspector"], "report", again).status_code == 201
