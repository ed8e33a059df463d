"""What was done on the sample's cases: steps that the table of casework allows."""

from datetime import datetime, timedelta

import pytest

from grid.cases.steps import WORKFLOW
from importers.sample.city.cases import STEPS
from importers.sample.city.casework import Delivered, in_order, worked
from spatial.worktime import TimeLimit, TimeUnit

START = datetime.fromisoformat("2025-07-07T09:00:00+08:00")
SOURCES = ("监督员上报", "公众举报", "视频监控")


class PlainClocks:
    """As data/grid/step_limits.csv, in all time; limits in hours."""

    def step(self, state, entered_at):
        minutes = 30 if state in ("verifying", "checking", "closing") else 15
        return None if state == "closed" else entered_at + timedelta(minutes=minutes)

    def handling(self, started_at, limit, times):
        return started_at + timedelta(hours=limit.amount * times)


def delivered(number: int, until: str = "closed", hours: float = 8) -> Delivered:
    names = [state for state, _ in STEPS]
    states = STEPS[: names.index(until) + 1]
    return Delivered(
        code=f"43138220250707{number:05d}",
        source=SOURCES[number % 3],
        district_code="431382001001",
        department="环境卫生服务中心",
        reported_at=START - timedelta(minutes=number % 55),
        states=tuple((state, START + timedelta(hours=h)) for state, h in states),
        condition="属实",
        limit=TimeLimit(hours, TimeUnit.URGENT_HOUR),
    )


def told(number, until="closed", hours=8.0):
    return worked(delivered(number, until, hours), PlainClocks(), 1)


@pytest.mark.parametrize("until", [state for state, _ in STEPS])
def test_every_step_is_one_of_the_table(until):
    for number in range(200):
        steps = told(number, until).steps
        for step in steps:
            transition = WORKFLOW.of(step.action)
            assert step.before in transition.sources or not transition.sources
            assert step.after == transition.lands_in(step.before)
            assert step.role in transition.roles
        assert [s.before for s in steps[1:]] == [s.after for s in steps[:-1]]
        assert steps[-1].after == until


def test_times_go_on_and_never_pass_what_was_delivered():
    for number in range(200):
        case, steps = delivered(number), told(number).steps
        assert [s.at for s in steps] == sorted(s.at for s in steps)
        for state, by in case.states[1:]:
            first = next(s for s in steps if s.after == state)
            assert first.at <= by, (number, state)
        for before, step in zip(steps, steps[1:], strict=False):
            if before.after != before.before:
                assert step.entered_at == before.at
            assert step.at.microsecond == 0


def test_most_come_in_time_and_some_of_everything_happens():
    found = [told(number) for number in range(400)]
    steps = [step for _, step in in_order(found)]
    assert {"return_dispatch", "fail_check", "grant_extension", "grant_appeal"} <= {
        s.action for s in steps
    }
    timed = [s for s in steps if s.due_at]
    late = sum(s.at > s.due_at for s in timed) / len(timed)
    assert 0.02 < late < 0.2
    assert any(one.values.get("is_exempt") for one in found)


def test_the_values_are_those_of_the_last_step():
    values = told(5, "handling").values
    assert values["step_due_at"] == values["due_at"]
    assert values["handled_at"] is None
    assert (values["limit_amount"], values["limit_unit"]) == (8, "紧急工作时")
    assert "closed_at" in told(5).values


def test_the_same_seed_tells_the_same():
    assert told(7) == told(7)
    assert told(7).steps != worked(delivered(7), PlainClocks(), 2).steps
