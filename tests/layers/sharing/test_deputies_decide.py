"""Who stands in for somebody who decides on a layer decides in that one's place."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from layers.models import LayerGrant
from layers.sharing.applications import APPLICANT, DATA_APPLICATION, actor_for
from spatial.casework.actions import take
from spatial.casework.models import MatterStep
from tests.layers.sharing.test_applications import ENGINEER, GROUPS, KEEPS, applied, consumer, quick

pytestmark = pytest.mark.django_db
__all__ = ["consumer", "quick"]


@pytest.mark.parametrize("who", [ENGINEER, GROUPS], ids=["office", "steward"])
def test_a_deputy_grants_renews_and_withdraws(consumer, who):
    principal = replace(actor_for(who), roles=actor_for(who).roles - {APPLICANT})
    stand_in = replace(actor_for(replace(KEEPS, name="代")), principals=(principal,))
    asked = applied(consumer)
    take(DATA_APPLICATION, stand_in, asked.code, "grant", {"note": "可"})
    grant = LayerGrant.objects.get()
    assert grant.granted_by == "代"
    assert MatterStep.objects.last().details["deputy_of"] == who.name
    later = timezone.now() + timedelta(days=30)
    take(
        DATA_APPLICATION,
        actor_for(KEEPS),
        asked.code,
        "ask_renewal",
        {"until": later, "reason": "续"},
    )
    take(DATA_APPLICATION, stand_in, asked.code, "renew", {"note": "续"})
    take(DATA_APPLICATION, stand_in, asked.code, "withdraw", {"reason": "停"})
