"""The sample city taken in: its deliveries one by one, through the door of any import.

Cases take none: they are written with their steps (``importers.sample.casework``). A load that
was interrupted is continued: each delivery's run, or change, is marked with its number and
with how many there are, so what is missing is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection

from importers.errors import DeliveryRefused
from importers.models import ImportRun
from importers.runs.outcome import Terms
from importers.runs.progress import Progress
from importers.runs.rain import take_rain
from importers.runs.run import start
from importers.sample.casework import write_cases, write_casework
from importers.sample.city.delivery import Delivery
from importers.sample.city.rain import write_rain
from importers.sample.city.terrain import terrain_grid
from importers.sample.city.write import Written, write_deliveries
from layers.declarations.discovery import app_modules
from layers.declarations.registry import layer_of
from spatial.city import city
from spatial.hazards.models import RainReading, RainStation
from spatial.rasters import write_terrain
from spatial.versions.guards import registers
from spatial.versions.models import Change
from spatial.versions.upkeep import analyze

PREFIX = "sample-city"
LOADED = (ImportRun.State.COMMITTED, ImportRun.State.UNDONE)


@dataclass(frozen=True)
class Load:
    """Which sample city: its size and seed, and how far it has been loaded."""

    size: str
    seed: int
    done: frozenset[int] = frozenset()
    total: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether every delivery is in."""
        return bool(self.total) and len(self.done) >= self.total

    @property
    def mark(self) -> str:
        """What its runs' sources begin with."""
        return f"{PREFIX}/{self.size}/{self.seed}/"


def begun_load() -> Load | None:
    """The sample city that this database holds, in part or whole; None if it holds none."""
    runs = ImportRun.objects.filter(source__startswith=f"{PREFIX}/", state__in=LOADED)
    marks = list(runs.order_by("id").values_list("source", flat=True))
    cases = Change.objects.filter(origin__startswith=f"{PREFIX}/").order_by("id")
    marks += cases.values_list("origin", flat=True)
    if not marks:
        return None
    _, size, seed, _ = marks[0].split("/")
    numbers = [mark.rsplit("/", 1)[1].split("-of-") for mark in marks]
    return Load(size, int(seed), frozenset(int(n) for n, _ in numbers), int(numbers[0][1]))


def holds_anything() -> bool:
    """Whether any change was ever recorded."""
    return Change.objects.exists()


def load(wanted: Load, progress: Progress) -> dict[str, int]:
    """Write the deliveries' files and load those that are not in yet.

    Returns the totals by layer.

    Raises:
        DeliveryRefused: a delivery does not fit; what was loaded before it stays.
    """
    progress.step("生成样例城市")
    folder = Path(settings.VAR) / "sample" / wanted.size
    written = write_deliveries(folder, wanted.size, wanted.seed, _of_apps(wanted))
    progress.total = len(written)
    totals: dict[str, int] = {}
    for number, (path, about) in enumerate(written, start=1):
        progress.step(f"入库 {about.layer}")
        if number not in wanted.done:
            mark = f"{wanted.mark}{number}-of-{len(written)}"
            take = write_cases if layer_of(about.layer).by_steps else _take
            totals[about.layer] = totals.get(about.layer, 0) + take(path, about, mark)
        progress.advance()
    progress.step("雨量")
    load_rain(folder, wanted.seed)
    progress.step("案件办理")
    write_casework(wanted.seed)
    progress.step("整理数据库")
    _analyse()
    return totals


def _of_apps(wanted: Load) -> Iterator[Delivery]:
    """What registers of their own apps add to the sample city."""
    for module in app_modules("sample", "deliveries"):
        yield from module.deliveries(wanted.size, wanted.seed)


def load_rain(folder: Path, seed: int) -> None:
    """Write and take in what the sample's gauges measured; once more changes nothing."""
    stations = RainStation.objects.current().order_by("code")
    places = [(s.code, s.geom.x, s.geom.y) for s in stations]
    if not places or RainReading.objects.exists():
        return
    codes, xs, ys = zip(*places, strict=True)
    path = folder / "rain.csv"
    write_rain(path, list(codes), np.column_stack([xs, ys]), seed)
    take_rain(path)


def make_terrain() -> None:
    """Write the sample city's terrain, unless there is a terrain already."""
    path = Path(settings.TERRAIN)
    if path.exists():
        return
    heights, west, north, cell_m = terrain_grid(cell_m=60)
    write_terrain(path, heights, west, north, cell_m, city().projected)


def _take(path: Path, about: Written, mark: str) -> int:
    terms = Terms(
        who="样例城市",
        why=about.why,
        document=about.document,
        at=about.at,
        ended=about.ended,
        ancestry=about.ancestry,
        source=mark,
        keep=False,
    )
    outcome = start([path], about.layer, terms=terms, commit=True)
    if outcome.refusal:
        raise DeliveryRefused(f"{path.name}：{outcome.refusal}")
    if outcome.difference.rejected:
        first = outcome.log.kept[0]
        raise DeliveryRefused(
            f"{path.name} 有 {outcome.difference.rejected} 条被拒收：{first.message}"
        )
    return outcome.difference.added


def _analyse() -> None:
    with connection.cursor() as cursor:
        for model in registers():
            analyze(cursor, model._meta.db_table)
