"""Three towns, the people of a warning, and its way from draft to message, for tests."""

from dataclasses import replace
from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.utils import timezone

from spatial.casework.actions import take
from spatial.casework.actors import Actor
from spatial.hazard_warnings.actions import draft_warning
from spatial.hazard_warnings.models import WarningMessage
from spatial.hazard_warnings.procedure import GEO_WARNING, OFFICER, REVIEWER, SIGNER
from spatial.hazard_warnings.queries import voice_on
from spatial.hazard_warnings.rulebook import seed
from spatial.hazard_warnings.rules.contents import (
    ACTUAL,
    ALERT,
    WARNING,
    WarnedTown,
    WarningContent,
)
from spatial.hazard_warnings.rules.wordings import proposed
from tests.spatial.risk_levels.test_cycles import town

WEST, EAST, SOUTH = "431382101", "431382102", "431382103"
NAMES = {WEST: "镇1", EAST: "镇2", SOUTH: "镇3"}
DUTY = Actor("duty", frozenset({OFFICER}))
EXAMINER = Actor("examiner", frozenset({REVIEWER}))
LEADER = Actor("leader", frozenset({SIGNER}))


def towns():
    seed()
    town(WEST, -10_000, 0)
    town(EAST, 0, 10_000)
    town(SOUTH, 10_000, 20_000)
    for actor, role in ((DUTY, OFFICER), (EXAMINER, REVIEWER), (LEADER, SIGNER)):
        user = User.objects.create_user(actor.name)
        user.groups.add(Group.objects.get_or_create(name=role)[0])


def content(levels, **given):
    now = timezone.now()
    named = tuple(WarnedTown(code, NAMES[code], level) for code, level in levels.items())
    plain = WarningContent(
        kind=ALERT,
        product=WARNING,
        status=ACTUAL,
        towns=named,
        effective=now,
        expires=now + timedelta(hours=24),
        headline="",
        text="",
        partner="agreed",
    )
    return proposed(replace(plain, **given), voice_on(now))


def act(matter, actor, action, **given):
    return take(GEO_WARNING, actor, matter.code, action, given)


def to_signing(made):
    matter = draft_warning(DUTY, made)
    matter = act(matter, DUTY, "submit")
    return act(matter, EXAMINER, "approve")


def issued(made):
    matter = act(to_signing(made), LEADER, "sign")
    matter = act(matter, DUTY, "issue")
    return WarningMessage.objects.get(matter_code=matter.code)
