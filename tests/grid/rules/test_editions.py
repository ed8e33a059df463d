"""Which edition of the classes takes new reports: by the day; old cases keep theirs."""

from datetime import date, datetime

import pytest

from grid.cases.actions import report
from grid.rules import rulebook
from grid.rules.models import ClassEdition, HandlingLimit
from spatial.casework.errors import InvalidInput
from tests.grid.people import INSPECTOR, freeze_time, new_case, told, walk

pytestmark = pytest.mark.django_db
# In the tables of the sample 0101 is a private building as an event, a manhole as a component:
# the second list stands in for a new edition of the first.
OLD, NEW = "events_2020", "components_2020"
BEFORE, AFTER = (datetime.fromisoformat(f"2026-{d}T09:00:00+08:00") for d in ("06-30", "07-01"))


@pytest.fixture
def edition(ground):
    """From July 2026 another list of events."""
    from_july = {"kind": "event", "scheme": NEW, "valid_from": date(2026, 7, 1)}
    HandlingLimit.objects.create(
        condition_code="1", condition="属实", amount=1, unit="工作日", **from_july
    )
    return ClassEdition.objects.create(**from_july)


def test_the_edition_of_a_day(edition):
    both = {"event": OLD, "component": "components_2020"}
    assert rulebook.editions(date(2026, 6, 30)) == both
    assert rulebook.editions(date(2026, 7, 1)) == both | {"event": NEW}
    assert {s for k, s, _c in rulebook.classes_in_use(date(2026, 7, 1)) if k == "event"} == {NEW}


def test_a_case_keeps_the_edition_of_its_report(edition):
    with freeze_time(BEFORE):
        old = new_case(class_code="0101")
    with freeze_time(AFTER):
        new = new_case(class_code="0101")
        assert (old.scheme, new.scheme) == (OLD, NEW)
        assert walk(old, "file").scheme == OLD
        with pytest.raises(InvalidInput, match="没有该问题类别"):
            new_case(class_code="0112")  # a class of the old edition alone


def test_a_class_that_was_chosen_from_the_old_edition_is_asked_again(edition):
    with freeze_time(AFTER), pytest.raises(InvalidInput, match="分类标准已更换"):
        report(INSPECTOR, told(class_code="0101", scheme=OLD))
    with freeze_time(BEFORE):
        assert report(INSPECTOR, told(class_code="0101", scheme=OLD)).scheme == OLD


def test_a_kind_that_no_edition_has_is_not_reported(ground):
    ClassEdition.objects.filter(kind="component").update(valid_to=date(2026, 1, 1))
    assert list(rulebook.editions(date(2026, 1, 1))) == ["event"]
    with pytest.raises(InvalidInput, match="没有该问题类别"):
        new_case(kind="component", class_code="0101")
