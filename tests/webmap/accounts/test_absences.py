"""One's own absences and deputies."""

from datetime import timedelta

import pytest
from django.utils import timezone

from spatial.parties.models import Absence, Deputy
from spatial.parties.queries import available_among, deputies_of
from tests.spatial.parties.people import department, member, person

pytestmark = pytest.mark.django_db
PAGE = "/accounts/absences/"


def times(hours: int = 4) -> dict[str, str]:
    start = timezone.localtime() - timedelta(minutes=2)
    ends = start + timedelta(hours=hours)
    return {"starts_at": f"{start:%Y-%m-%dT%H:%M}", "ends_at": f"{ends:%Y-%m-%dT%H:%M}"}


def test_everybody_enters_their_own(client):
    wang, li = person("王"), person("李", first_name="李四")
    for one in (wang, li):
        member(one, None if one is None else department(f"T{one.pk}"))
    client.force_login(wang)
    assert client.post(PAGE, {"act": "absence", "reason": "培训"} | times()).status_code == 302
    given = {"act": "deputy", "deputy": "李"} | times()
    assert client.post(PAGE, given).status_code == 302
    assert deputies_of("王", timezone.now()) == ("李",)
    page = client.get(PAGE).text
    assert "培训" in page
    assert "李四" in page
    client.force_login(li)
    assert "我代理的人" in client.get(PAGE).text
    absence, named = Absence.objects.get(), Deputy.objects.get()
    for act, one in (("end", absence), ("withdraw", named)):
        assert client.post(PAGE, {"act": act, "id": one.pk}).status_code == 404  # another's
    client.force_login(wang)
    for act, one in (("end", absence), ("withdraw", named)):
        assert client.post(PAGE, {"act": act, "id": one.pk}).status_code == 302
    assert available_among(["王"], timezone.now())
    assert deputies_of("王", timezone.now()) == ()


@pytest.mark.parametrize(
    ("given", "status", "text"),
    [
        ({"act": "absence"} | times(hours=-4), 422, "结束应晚于开始"),
        ({"act": "deputy", "deputy": "王"} | times(), 422, "不能是本人"),
        ({"act": "deputy", "deputy": "无"} | times(), 422, "没有这个账号"),
        ({"act": "deputy"}, 422, "alert"),
        ({"act": "end", "id": "x" * 30}, 404, ""),
        ({"act": "none"}, 400, ""),
    ],
)
def test_what_is_refused_is_said_on_the_page(client, given, status, text):
    client.force_login(person("王"))
    answer = client.post(PAGE, given)
    assert answer.status_code == status
    assert text in answer.text


def test_only_for_who_has_signed_in(client):
    assert client.get(PAGE).status_code == 302
