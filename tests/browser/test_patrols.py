"""A patrol replayed on the map: the moment follows the slider, by keyboard too."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from grid.models import Patrol
from grid.patrols.patrols import Fix, add_fixes
from tests.browser.sessions import open_as
from tests.browser.test_desk import centre
from tests.factories import spot

__all__ = ["centre"]
NOW_AT = "tujing.map.getSource('now').serialize().data.geometry.coordinates[0]"


@pytest.mark.long
def test_a_patrol_is_replayed(centre):
    user = User.objects.get(username="inspector")
    began = timezone.now() - timedelta(minutes=30)
    patrol = Patrol.objects.create(user=user, started_at=began)
    add_fixes(user, [Fix(began + timedelta(minutes=n), spot(20 * n, 10), 8.0) for n in range(3)])
    day = timezone.localtime(began).date()
    open_as(centre, "dispatcher", f"/grid/patrols/?day={day}")
    page = centre.page
    page.click(f"a[href*='patrol={patrol.pk}']")
    page.wait_for_selector("html[data-ready=idle]")
    first, west = page.inner_text("#at"), page.evaluate(NOW_AT)
    page.focus("#replay")
    page.keyboard.press("End")
    page.wait_for_function(
        "first => document.getElementById('at').textContent !== first", arg=first
    )
    assert f"{timezone.localtime(began) + timedelta(minutes=2):%H:%M:%S} ±8 m" in page.inner_text(
        "#at"
    )
    assert page.evaluate(NOW_AT) > west
