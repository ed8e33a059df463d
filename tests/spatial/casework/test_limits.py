"""Limits of matters are seeded once, from a file of dated rows that name their source."""

from datetime import date

import pytest
from django.utils import timezone

from spatial.calendars.queries import calendar
from spatial.casework.clocks import limit_on, state_deadline, whole_deadline
from spatial.casework.limits import FILE, limits_in, seed
from spatial.casework.models import MatterLimit
from spatial.casework.procedures import procedure_named
from spatial.worktime import TimeLimit, TimeUnit

TODAY = date(2026, 3, 2)


def test_each_row_is_of_a_state_that_waits_and_names_its_source():
    rows = list(limits_in(FILE))
    for row in rows:
        procedure = procedure_named(row.procedure)
        assert procedure, row
        assert row.state in ("", *procedure.open_states), row
        assert row.source, row
        assert float(row.amount) > 0, row
        assert row.unit in list(TimeUnit), row
    assert len({(row.procedure, row.state, row.valid_from) for row in rows}) == len(rows)


@pytest.mark.django_db
def test_an_application_is_to_be_answered_within_ten_working_days():
    procedure, now = procedure_named("data-application"), timezone.now()
    assert limit_on(procedure.id, "", TODAY) == TimeLimit(10, TimeUnit.WORK_DAY)
    whole, first = whole_deadline(procedure, now), state_deadline(procedure, "applied", now)
    assert whole
    assert first
    assert now < first.at < whole.at
    assert calendar().day_of(whole.at) > calendar().day_of(now)


@pytest.mark.django_db
def test_what_an_administrator_set_is_never_written_over():
    MatterLimit.objects.exclude(state="applied").delete()
    MatterLimit.objects.update(amount=2)
    seed()
    assert list(MatterLimit.objects.values_list("state", "amount")) == [("applied", 2)]
    MatterLimit.objects.all().delete()
    seed()
    assert MatterLimit.objects.count() == len(list(limits_in(FILE)))
