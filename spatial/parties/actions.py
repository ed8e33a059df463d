"""The writes of people and departments: absences, deputies, ends of memberships, mergers."""

from collections.abc import Sequence
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from spatial.audit.actions import record_event
from spatial.audit.models import Kind
from spatial.parties.models import Absence, Department, DepartmentMerger, Deputy
from spatial.parties.policies import (
    Person,
    check_acts_for,
    check_deputy,
    check_merger,
    check_period,
)
from spatial.parties.rules import Deputyship
from spatial.texts import storable

MOST_REASON = 100


@transaction.atomic
def enter_absence(
    person: Person, user: User, starts_at: datetime, ends_at: datetime, reason: str = ""
) -> Absence:
    """Somebody will be away; one's own absence everybody enters.

    Raises:
        NotOwnParty: it is somebody else's.
        PartyRefused: it ends before it begins.
    """
    check_acts_for(person, user)
    check_period(starts_at, ends_at)
    absence = Absence.objects.create(
        user=user,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=storable(reason.strip(), MOST_REASON),
        entered_by=person.get_username(),
    )
    _record(Kind.ABSENCE_ENTERED, person, user)
    return absence


@transaction.atomic
def end_absence(person: Person, absence: Absence) -> None:
    """Somebody is back before the time, or does not go.

    Raises:
        NotOwnParty: it is somebody else's.
    """
    check_acts_for(person, absence.user)
    now = timezone.now()
    open_ones = Absence.objects.filter(pk=absence.pk, withdrawn_at=None, ends_at__gt=now)
    if absence.starts_at < now:
        changed = open_ones.update(ends_at=now)
    else:
        changed = open_ones.update(withdrawn_at=now)
    if changed:
        _record(Kind.ABSENCE_ENDED, person, absence.user)


@transaction.atomic
def name_deputy(
    person: Person,
    principal: User,
    deputy: User,
    starts_at: datetime,
    ends_at: datetime | None = None,
    *,
    only_absent: bool = True,
    roles: Sequence[str] = (),
) -> Deputy:
    """Have somebody act in another's stead; one's own deputy everybody names.

    Raises:
        NotOwnParty: the principal is somebody else.
        PartyRefused: oneself, a closed account, a chain of deputies, an empty period.
    """
    check_acts_for(person, principal)
    people = sorted({principal.pk, deputy.pk})
    list(User.objects.select_for_update().filter(pk__in=people).order_by("pk"))  # one at a time
    names = principal.get_username(), deputy.get_username()
    check_deputy(Deputyship(*names, starts_at, ends_at, only_absent), principal, deputy)
    named = Deputy.objects.create(
        principal=principal,
        deputy=deputy,
        starts_at=starts_at,
        ends_at=ends_at,
        only_absent=only_absent,
        roles=list(roles),
        entered_by=person.get_username(),
    )
    _record(Kind.DEPUTY_NAMED, person, principal, deputy=deputy.get_username())
    return named


@transaction.atomic
def withdraw_deputy(person: Person, named: Deputy) -> None:
    """From now on nobody acts by this.

    Raises:
        NotOwnParty: the principal is somebody else.
    """
    check_acts_for(person, named.principal)
    if Deputy.objects.filter(pk=named.pk, withdrawn_at=None).update(withdrawn_at=timezone.now()):
        deputy = named.deputy.get_username()
        _record(Kind.DEPUTY_WITHDRAWN, person, named.principal, deputy=deputy)


@transaction.atomic
def merge_department(
    department: Department, into: Department, on: date, source: str = ""
) -> DepartmentMerger:
    """A department goes into another as a day begins, and ends with it.

    Raises:
        PartyRefused: in a circle, a second time, or either is not there then.
    """
    list(Department.objects.select_for_update().order_by("pk"))  # circles are looked for in all
    check_merger(department, into, on)
    merger = DepartmentMerger.objects.create(
        department=department, into=into, on=on, source=storable(source, 200)
    )
    if department.valid_from < on:
        department.valid_to = on
        department.save(update_fields=["valid_to"])
    return merger


def _record(kind: Kind, person: Person, of: User, **details: str) -> None:
    record_event(
        kind,
        person.get_username(),
        subject=User._meta.db_table,
        code=of.get_username(),
        details=details,
    )
