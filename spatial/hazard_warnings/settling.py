"""What is over ends: by the clock, by an update that names all its towns, by a cancel."""

from datetime import datetime

from django.db import transaction

from spatial.casework.actions import take
from spatial.casework.actors import CLOCK
from spatial.casework.models import Matter
from spatial.casework.procedures import procedure_named
from spatial.hazard_warnings.models import WarningMessage
from spatial.hazard_warnings.queries import chain_of, standing_warnings
from spatial.hazard_warnings.rules.contents import ACTUAL, CANCEL, EXERCISE
from spatial.hazard_warnings.standing import end_expired

PROCEDURE = "geo-warning"


def settle_warnings(moment: datetime) -> int:
    """End what is over: expired by the clock, replaced by an update, or lifted; returns how many.

    A message that stands for one town still is in force.
    """
    procedure = procedure_named(PROCEDURE)
    if procedure is None:
        return 0
    end_expired(moment, CLOCK.name)
    standing = {
        one.message.identifier
        for status in (ACTUAL, EXERCISE)
        for one in standing_warnings(moment, status)
    }
    over = 0
    for matter in Matter.objects.current().filter(procedure=PROCEDURE, step="issued"):
        action = _end_of(matter, standing, moment)
        if action:
            with transaction.atomic():
                take(procedure, CLOCK, matter.code, action, expected=matter.pk)
            over += 1
    return over


def _end_of(matter: Matter, standing: set[str], moment: datetime) -> str:
    """By which action an issued message ends now; none: it stands, or its hours still run."""
    message = WarningMessage.objects.get(identifier=matter.values["identifier"])
    if message.identifier in standing:
        return ""
    if message.expires_at <= moment:
        return "expire"
    if not message.document or message.kind == CANCEL:
        return ""
    chain = chain_of(message)
    later = chain[[one.identifier for one in chain].index(message.identifier) + 1 :]
    return "lift" if later and later[-1].kind == CANCEL else "replace"
