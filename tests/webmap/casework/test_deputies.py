"""Who stands in for somebody away acts in their place, in the roles that were lent."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from grid.cases.actions import act
from grid.roles import GridRole
from spatial.parties.actions import end_absence, enter_absence, name_deputy
from spatial.workflow import RoleNotAllowed
from tests.grid.people import STREETS, new_case, walk
from tests.town import make_user
from webmap.web.callers import actor_of

pytestmark = pytest.mark.django_db


def test_a_deputy_handles_while_the_handler_is_away(people):
    case = walk(new_case(), "dispatch")
    handler, stand_in = User.objects.get(username="handler"), make_user("代")
    now = timezone.now() - timedelta(minutes=1)
    named = name_deputy(handler, handler, stand_in, now)
    with pytest.raises(RoleNotAllowed):
        act(actor_of(stand_in), case.code, "finish", {"note": "好了"})
    absence = enter_absence(handler, handler, now, now + timedelta(hours=2))
    actor = actor_of(stand_in)
    assert [(one.name, one.roles) for one in actor.principals] == [("handler", {GridRole.HANDLER})]
    assert actor.principals[0].is_of(STREETS)
    assert act(actor, case.code, "finish", {"note": "好了"}).step == "feedback"
    type(named).objects.filter(pk=named.pk).update(roles=[GridRole.CHIEF])
    assert actor_of(stand_in).principals[0].roles == frozenset()
    end_absence(handler, absence)
    assert actor_of(stand_in).principals == ()


def test_an_administrators_rights_are_not_lent(people):
    root, stand_in = User.objects.create_superuser("root"), make_user("代")
    name_deputy(root, root, stand_in, timezone.now() - timedelta(hours=1), only_absent=False)
    (principal,) = actor_of(stand_in).principals
    assert principal.roles == frozenset()
    assert actor_of(root).roles == frozenset(GridRole)
