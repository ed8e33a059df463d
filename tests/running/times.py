"""A plugin of pytest: long tests begin first, and one that lands and is long says why.

``slow`` is the mark with the reason; ``browser`` is reason enough. A test without a mark that
takes more than ``--most-s`` seconds fails. Seconds in which something waited for a processor or
a disk do not count, so that what else a machine does fails no test.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

import pytest

PRESSURES = (Path("/proc/pressure/cpu"), Path("/proc/pressure/io"))
FIRST = ("slow", "browser", "long", "faults", "clients")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--most-s``: the bound, where one is set."""
    parser.addoption("--most-s", type=float, default=None, help="seconds of a test without a mark")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that one process does not end long after the other."""
    items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in FIRST))


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """A module of the product without an example has nothing to collect."""
    path = collection_path
    is_module = path.suffix == ".py" and not path.name.startswith(("test_", "conftest"))
    return True if is_module and b">>> " not in path.read_bytes() else None


def waited_s(sources: Iterable[Path] | None = None) -> float:
    """The seconds since the machine started in which something waited for a processor or a disk."""
    total_us = 0
    for path in PRESSURES if sources is None else sources:
        with suppress(OSError):
            total_us += int(path.read_text().splitlines()[0].rpartition("total=")[2])
    return total_us / 1e6


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Keep how long the test itself took, without what it had to wait for a processor."""
    began, waited = monotonic(), waited_s()
    try:
        return (yield)
    finally:
        item.stash[TOOK] = monotonic() - began - (waited_s() - waited)


TOOK = pytest.StashKey[float]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """Fail what passed too slowly."""
    report = yield
    most = item.config.getoption("--most-s")
    if most and report.when == "call" and report.passed:
        took = item.stash.get(TOOK, 0.0)
        if took > most and not any(item.get_closest_marker(name) for name in FIRST):
            report.outcome = "failed"
            report.longrepr = (
                f"took {took:.1f} s, more than {most:g}: make it faster, or mark it"
                ' @pytest.mark.slow(reason="…")'
            )
    return report
