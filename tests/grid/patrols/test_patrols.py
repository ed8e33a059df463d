"""Tracks: on duty only, good fixes only, for a limited time."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from grid.models import Patrol, PatrolPoint
from grid.patrols.patrols import (
    Fix,
    add_fixes,
    close_idle_patrols,
    forget_old_tracks,
    patrol_of,
    start_patrol,
    stop_patrol,
)
from spatial.casework.errors import InvalidInput
from spatial.city import city
from tests.factories import spot

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(db):
    return User.objects.create_user("王巡")


def fix(seconds: float, accuracy: float = 5.0) -> Fix:
    return Fix(timezone.now() + timedelta(seconds=seconds), spot(seconds, 0), accuracy)


def test_one_patrol_at_a_time(user):
    first = start_patrol(user)
    assert start_patrol(user).pk == first.pk
    assert patrol_of(user) == first
    stop_patrol(user)
    assert patrol_of(user) is None
    assert stop_patrol(user) is None
    assert start_patrol(user).pk != first.pk


def test_only_good_fixes_on_duty_are_kept(user):
    start_patrol(user, timezone.now() - timedelta(minutes=10))
    fixes = [fix(-60), fix(-30, city().patrols.worst_accuracy_m + 1), fix(-3600), fix(9999)]
    assert add_fixes(user, fixes) == (1, 3)
    assert add_fixes(user, fixes[:1]) == (0, 1)  # sent again
    stop_patrol(user)
    assert add_fixes(user, [fix(60)]) == (0, 1)
    late = fix(-90)  # taken on duty, sent after it
    assert add_fixes(user, [late]) == (1, 0)
    other = User.objects.create_user("别人")
    assert add_fixes(other, [fix(-60)]) == (0, 1)
    with pytest.raises(InvalidInput):
        add_fixes(user, [late] * 2001)


def test_a_patrol_cannot_begin_in_the_future_or_end_before_it_began(user):
    assert start_patrol(user, timezone.now() + timedelta(days=1)).started_at <= timezone.now()
    ended = stop_patrol(user, timezone.now() - timedelta(days=9))
    assert ended.ended_at == ended.started_at


def test_old_tracks_are_forgotten(user):
    patrol = start_patrol(user, timezone.now() - timedelta(minutes=10))
    add_fixes(user, [fix(-60)])
    stop_patrol(user)
    assert forget_old_tracks() == 0
    age = timezone.now() - timedelta(days=city().patrols.kept_days + 1)
    Patrol.objects.filter(pk=patrol.pk).update(started_at=age, ended_at=age)
    call_command("run_clocks")
    assert not PatrolPoint.objects.exists()


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_old_fixes_of_a_patrol_that_never_ended_are_forgotten(user):
    age = timezone.now() - timedelta(days=city().patrols.kept_days + 1)
    patrol = Patrol.objects.create(user=user, started_at=age)
    for at in (age + hours(1), timezone.now() - hours(1)):
        PatrolPoint.objects.create(patrol=patrol, at=at, accuracy_m=5, geom=spot(0, 0))
    forget_old_tracks()
    assert [point.at > age + hours(2) for point in PatrolPoint.objects.all()] == [True]
    assert add_fixes(user, [Fix(age + hours(2), spot(0, 0), 5.0)]) == (0, 1)


def test_a_patrol_left_open_ends_at_its_last_fix(user):
    now = timezone.now()
    idle = city().patrols.idle_hours
    silent = User.objects.create_user("未动")
    busy = User.objects.create_user("在岗")
    for who, began, seen in ((user, idle + 9, idle + 1), (busy, idle + 9, idle - 1)):
        start_patrol(who, now - hours(began))
        add_fixes(who, [Fix(now - hours(seen), spot(0, 0), 5.0)])
    begun = start_patrol(silent, now - hours(idle + 1))
    call_command("run_clocks")
    ended = {p.user.username: p.ended_at for p in Patrol.objects.all()}
    assert ended == {"王巡": now - hours(idle + 1), "未动": begun.started_at, "在岗": None}
    assert close_idle_patrols() == 0


def test_starting_again_the_next_day_opens_a_new_patrol(user):
    at = timezone.now() - hours(city().patrols.idle_hours + 3)
    first = start_patrol(user, at)
    second = start_patrol(user)
    assert second.pk != first.pk
    first.refresh_from_db()
    assert first.ended_at == first.started_at
    assert start_patrol(user, at) == first  # its answer was lost, it is sent again
    assert patrol_of(user) == second


def test_fixes_from_a_phone_that_had_no_signal_take_up_the_patrol_closed_as_idle(user):
    began = timezone.now() - hours(city().patrols.idle_hours + 3)
    start_patrol(user, began)
    close_idle_patrols()
    late = Fix(timezone.now() - hours(1), spot(0, 0), 5.0)
    assert add_fixes(user, [late]) == (0, 1)
    assert add_fixes(user, [late], began) == (1, 0)
    assert patrol_of(user).started_at == began
    ended = stop_patrol(user)
    assert start_patrol(user).pk != ended.pk
    add_fixes(user, [fix(30)], began)  # the next patrol has begun: the first stays ended
    assert Patrol.objects.get(started_at=began).ended_at == ended.ended_at
