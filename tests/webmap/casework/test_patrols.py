"""The patrols of a day, and who may look at whose way."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from grid.cases.actions import report
from grid.models import Patrol
from grid.patrols.patrols import Fix, add_fixes, lengths_m
from grid.roles import GridRole
from layers.models import PersonalRead
from tests.factories import spot
from tests.grid.people import CELL, told
from tests.webmap.casework.conftest import make_staff
from webmap.web.callers import actor_of

HERE = "/grid/patrols/"


@pytest.fixture
def walk(people) -> Patrol:
    """Three fixes 30 m apart, ten minutes of nothing, one more; a report on the way."""
    user = User.objects.get(username="inspector")
    began = timezone.now() - timedelta(hours=1)
    patrol = Patrol.objects.create(user=user, started_at=began)
    minutes = ((0, 10), (1, 40), (2, 70), (12, 90))
    add_fixes(user, [Fix(began + timedelta(minutes=m), spot(x, 10), 5.0) for m, x in minutes])
    report(actor_of(user), told(point=spot(40, 10)))
    return patrol


def asked(client, patrol, /, **more):
    day = timezone.localtime(patrol.started_at).date().isoformat()
    return client.get(HERE, {"day": day} | more)


def test_a_day_has_its_patrols_and_one_its_way(people, walk):
    page = asked(people["chief"], walk)
    assert [(row["who"], row["fixes"], row["km"]) for row in page.context["rows"]] == [
        ("inspector", 4, pytest.approx(0.06))
    ]
    assert not PersonalRead.objects.exists()  # a list of names and times is no look at a track
    page = asked(people["chief"], walk, patrol=walk.pk)
    assert [len(leg) for leg in page.context["track"]["legs"]] == [3, 1]
    assert page.context["cells"] == [CELL]
    assert len(page.context["reports"]) == 1
    assert "道路破损" in page.text


def test_a_look_at_somebodys_track_is_recorded_and_at_the_own_is_not(people, walk):
    assert asked(people["inspector"], walk, patrol=walk.pk).status_code == 200
    assert not PersonalRead.objects.exists()
    asked(people["dispatcher"], walk, patrol=walk.pk)
    read = PersonalRead.objects.get()
    assert (read.who, read.layer, read.code) == ("dispatcher", "patrols", f"inspector {walk.pk}")


def test_others_see_no_track(people, walk, client):
    assert asked(people["handler"], walk).status_code == 403
    assert asked(people["intake"], walk, patrol=walk.pk).status_code == 403
    assert asked(client, walk).status_code == 302
    client.force_login(make_staff("second", GridRole.INSPECTOR))
    assert asked(client, walk).context["rows"] == []
    assert asked(client, walk, patrol=walk.pk).status_code == 404


def test_a_patrol_over_midnight_is_on_both_days_and_odd_words_are_today(people):
    user = User.objects.get(username="inspector")
    night = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    patrol = Patrol.objects.create(
        user=user, started_at=night - timedelta(minutes=30), ended_at=night + timedelta(minutes=1)
    )
    for day in (night.date(), night.date() - timedelta(days=1)):
        rows = people["chief"].get(HERE, {"day": day.isoformat()}).context["rows"]
        assert [row["patrol"].pk for row in rows] == [patrol.pk]
    before = night.date() - timedelta(days=2)
    assert people["chief"].get(HERE, {"day": before.isoformat()}).context["rows"] == []
    assert people["chief"].get(HERE, {"day": "昨天"}).context["day"] == timezone.localdate()
    assert people["chief"].get(HERE, {"patrol": "'; --"}).status_code == 404
    assert lengths_m([patrol]) == {}
