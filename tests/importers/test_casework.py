"""The sample's casework in the database: once, by the clocks of the rules, on what stands."""

from datetime import UTC, datetime, timedelta

import pytest

from grid.evaluation import Period, evaluated
from grid.indicators import Subject
from grid.models import Case, CaseStep
from importers.casework import write_casework
from importers.registers import register_of
from importers.sources.sample_city.cases import STEPS
from layers.registry import all_layers
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit
from tests.factories import spot

pytestmark = pytest.mark.django_db
START = datetime(2025, 7, 7, 1, tzinfo=UTC)  # a Monday, 09:00 in Shanghai
CODES = [f"43138220250707{number:05d}" for number in range(1, 31)]


@pytest.fixture
def cases():
    """Thirty cases as the deliveries bring them; every third is not handled yet."""
    for state, hours in STEPS:
        at = START + timedelta(hours=hours)
        change = record_change(who="样例城市", why="案件", at=at)
        edits = []
        for number, code in enumerate(CODES):
            if number % 3 == 0 and hours > 5:
                continue
            values = {
                "kind": "event",
                "scheme": "events_2020",
                "class_code": ("0113", "0112", "0201")[number % 3],
                "schematic": True,
                "step": state,
                "source": "监督员上报",
                "cell_code": "431382001001001",
                "department": "环境卫生服务中心",
                "reported_at": START - timedelta(minutes=number),
                "geom": spot(number, 0),
            }
            edits.append(Edit(Action.OPEN if state == "reported" else Action.REPLACE, code, values))
        apply(change, Case, edits)


def test_steps_are_written_once(cases):
    number = write_casework(1)
    assert number == CaseStep.objects.count() > 200
    assert write_casework(1) == 0
    assert CaseStep.objects.count() == number
    ids = list(CaseStep.objects.order_by("at", "id").values_list("id", flat=True))
    assert ids == sorted(ids)


def test_the_cases_carry_what_was_done(cases):
    write_casework(1)
    assert Case.objects.current().count() == len(CODES)
    waiting = Case.objects.current().get(code=CODES[0])
    assert (waiting.step, waiting.limit_amount, waiting.limit_unit) == ("handling", 5, "工作日")
    assert waiting.district_code == "431382001001"
    last = CaseStep.objects.filter(case_code=CODES[0]).last()
    assert (last.action, last.at) == ("dispatch", waiting.dispatched_at)
    assert waiting.due_at == waiting.step_due_at > last.at
    assert (
        last.change_id
        == Case.objects.filter(code=CODES[0], step="handling")
        .order_by("valid")
        .first()
        .opened_by_id
    )
    done = Case.objects.current().get(code=CODES[1])
    assert (done.step, done.closed_at) == (
        "closed",
        CaseStep.objects.filter(case_code=CODES[1]).last().at,
    )


def test_the_evaluation_has_something_to_show(cases):
    write_casework(1)
    period = Period(START - timedelta(days=1), START + timedelta(days=24))
    (row,) = evaluated(Subject.DEPARTMENT, period)
    counts = row.counts
    assert counts["handled"] >= 20
    assert counts["handle_late"] == 10
    assert counts["closed"] == 20
    assert row.score
    assert len(evaluated(Subject.INSPECTOR, period)) == 1


def test_nothing_is_written_for_a_city_of_its_own():
    assert write_casework(1) == 0
    assert not CaseStep.objects.exists()


def test_every_layer_can_be_delivered():
    for layer in all_layers():
        assert register_of(layer).columns
