"""Tracks: on duty only, good fixes only, for a limited time."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from grid.errors import Unfit
from grid.models import Patrol, PatrolPoint
from grid.patrols import Fix, add_fixes, forget_old_tracks, patrol_of, start_patrol, stop_patrol
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


def test_only_good_fixes_on_duty_are_kept(user, settings):
    start_patrol(user, timezone.now() - timedelta(minutes=10))
    fixes = [fix(-60), fix(-30, settings.PATROL_ACCURACY_M + 1), fix(-3600), fix(9999)]
    assert add_fixes(user, fixes) == (1, 3)
    assert add_fixes(user, fixes[:1]) == (0, 1)  # sent again
    stop_patrol(user)
    assert add_fixes(user, [fix(60)]) == (0, 1)
    late = fix(-90)  # taken on duty, sent after it
    assert add_fixes(user, [late]) == (1, 0)
    other = User.objects.create_user("别人")
    assert add_fixes(other, [fix(-60)]) == (0, 1)
    with pytest.raises(Unfit):
        add_fixes(user, [late] * 2001)


def test_a_patrol_cannot_begin_in_the_future_or_end_before_it_began(user):
    assert start_patrol(user, timezone.now() + timedelta(days=1)).started_at <= timezone.now()
    ended = stop_patrol(user, timezone.now() - timedelta(days=9))
    assert ended.ended_at == ended.started_at


def test_old_tracks_are_forgotten(user, settings):
    patrol = start_patrol(user, timezone.now() - timedelta(minutes=10))
    add_fixes(user, [fix(-60)])
    stop_patrol(user)
    assert forget_old_tracks() == 0
    age = timezone.now() - timedelta(days=settings.PATROL_DAYS + 1)
    Patrol.objects.filter(pk=patrol.pk).update(started_at=age, ended_at=age)
    call_command("run_clocks")
    assert not PatrolPoint.objects.exists()
