"""The sample's casework in the database: once, by the clocks of the rules, on what stands."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely

from grid.evaluation.evaluation import Period, evaluated
from grid.models import Case, CaseStep
from grid.rules.indicators import Subject
from importers.errors import DeliveryRefused
from importers.models import ImportRun
from importers.reading.registers import layer_for, register_of
from importers.sample import sample
from importers.sample.casework import write_cases, write_casework
from importers.sample.city.cases import STEPS
from importers.sample.city.frames import frame
from importers.sample.city.write import Written
from layers.declarations.registry import all_layers
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit
from spatial.versions.models import Change
from tests.factories import spot
from tests.importers.files import gpkg

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


def test_every_layer_can_be_delivered_but_what_its_steps_write():
    for layer in all_layers():
        assert register_of(layer).columns
        if layer.by_steps:
            with pytest.raises(DeliveryRefused, match="步骤"):
                layer_for(layer.id)
        else:
            assert layer_for(layer.id) is layer


def test_the_samples_cases_are_written_past_the_importer(tmp_path):
    for number, (state, hours) in enumerate(STEPS[:3]):
        table = frame(
            np.array([shapely.Point(spot(n, 0).coords) for n in range(2)], object),
            code=CODES[:2],
            kind=["event", "event"],
            scheme=["events_2020", "events_2020"],
            class_code=["0113", "0112"],
            step=[state, state],
            reported_at=[START, START],
        )
        about = Written("cases", START + timedelta(hours=hours), "案件", "示意", (), ())
        path = gpkg(tmp_path, table, f"{number}", "cases")
        assert write_cases(path, about, f"sample-city/tiny/1/{number + 1}-of-3") == 2 * (not number)
    assert not ImportRun.objects.exists()
    assert sample.begun_load() == sample.Load("tiny", 1, frozenset({1, 2, 3}), 3)
    case = Case.objects.current().get(code=CODES[0])
    assert (case.step, case.schematic, case.reported_at) == ("handling", True, START)
    assert case.geom.equals_exact(spot(0, 0), 0.001)
    assert case.valid.lower == START + timedelta(hours=5)
    assert Change.objects.filter(origin__startswith="sample-city/").count() == 3
    assert write_casework(1) > 0
