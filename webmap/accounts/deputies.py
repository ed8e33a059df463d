"""Naming a deputy, who is told of it in the same transaction."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from spatial.outbox.actions import order_notice
from spatial.outbox.topics import Topic
from spatial.parties.actions import name_deputy
from spatial.parties.models import Deputy
from spatial.parties.policies import Person

DEPUTIES = Topic("deputies", _("代理与请假"))


@transaction.atomic
def name_and_tell(
    person: Person,
    principal: User,
    deputy: User,
    starts_at: datetime,
    ends_at: datetime | None,
    *,
    only_absent: bool,
    roles: Sequence[str] = (),
) -> Deputy:
    """Have somebody act in another's stead, and tell them.

    Raises:
        NotOwnParty, PartyRefused: as ``name_deputy``.
    """
    named = name_deputy(
        person, principal, deputy, starts_at, ends_at, only_absent=only_absent, roles=roles
    )
    order_notice(
        topic=DEPUTIES.id,
        about=("deputy", str(named.pk)),
        recipients=[deputy.get_username()],
        template="deputy_named",
        values={
            "principal": principal.get_full_name() or principal.get_username(),
            "since": f"{timezone.localtime(starts_at):%Y-%m-%d %H:%M}",
            "only_absent": only_absent,
        },
        dedupe=f"deputy {named.pk}",
        at=timezone.now(),
    )
    return named
