"""Long tests begin first, and a long one without its mark fails, unless the machine was busy."""

import pytest

from tests.running import times

pytest_plugins = ["pytester"]
OPTIONS = (
    "-p",
    "no:django",
    "-p",
    "no:xdist",
    "-p",
    "no:cacheprovider",
    "-p",
    "tests.running.times",
)
SLEEPY = """
import time, pytest

def test_quick():
    pass

def test_long():
    time.sleep(0.4)

@pytest.mark.slow(reason="it sleeps")
def test_marked():
    time.sleep(0.4)
"""


@pytest.fixture
def sleepy(pytester, monkeypatch):
    """Three tests on a machine that has nothing else to do; a function that runs them."""
    monkeypatch.setattr(times, "PRESSURES", ())
    pytester.makeini("[pytest]\nmarkers =\n    slow\n    long\n    faults\n    clients\n")
    pytester.makepyfile(SLEEPY)
    return lambda *more: pytester.runpytest_inprocess(*OPTIONS, *more)


def test_a_long_test_without_a_mark_fails(sleepy):
    found = sleepy("--most-s=0.2")
    found.assert_outcomes(passed=2, failed=1)
    found.stdout.fnmatch_lines(["*took 0.4 s, more than 0.2: make it faster, or mark it*"])


def test_without_a_bound_none_fails(sleepy):
    sleepy().assert_outcomes(passed=3)


def test_time_in_which_a_processor_was_waited_for_does_not_count(sleepy, monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr(times, "waited_s", lambda: next(clock))
    sleepy("--most-s=0.2").assert_outcomes(passed=3)


def test_what_is_marked_begins_first(sleepy):
    said = [line for line in sleepy("-v").outlines if "PASSED" in line]
    assert ["test_marked" in line for line in said] == [True, False, False]


def test_the_pressure_of_the_machine_is_read(tmp_path):
    (tmp_path / "cpu").write_text("some avg10=98.97 avg60=93.43 avg300=61.33 total=8162236958\n")
    (tmp_path / "io").write_text("some avg10=0.00 avg60=0.00 avg300=0.00 total=1000000\n")
    sources = (tmp_path / "cpu", tmp_path / "io", tmp_path / "none")
    assert times.waited_s(sources) == 8163.236958
