"""The rows by which levels are computed: filled from ``data/risk_levels``, kept by a city."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from spatial.calendars.models import Dated
from spatial.calendars.queries import held_on
from spatial.errors import SpatialError
from spatial.hazards.rules.levels import BY_CODE, LevelMatrix, WarningLevel
from spatial.hazards.rules.thresholds import Threshold
from spatial.risk_levels.models import (
    LeadingEngine,
    LevelBudget,
    RiskMatrixCell,
    RiskSetting,
    RiskThreshold,
    Seasonal,
)
from spatial.terrain.susceptibility_files import CLASSES

FOLDER = Path(settings.BASE_DIR) / "data" / "risk_levels"
TABLES: tuple[tuple[type[Dated], str], ...] = (
    (RiskThreshold, "thresholds"),
    (RiskMatrixCell, "matrix"),
    (LevelBudget, "budget"),
    (LeadingEngine, "leading"),
    (RiskSetting, "settings"),
)


class RulesMissing(SpatialError):
    """No row says by what a day's levels are computed."""


class RulesContradict(SpatialError):
    """Rows of a day that cannot hold beside each other."""


@dataclass(frozen=True)
class Numbers:
    """The settings of a day, each a row of `RiskSetting` by its name."""

    prolonged_h: float
    least_covered: float
    least_area: float
    least_known: float
    range_m: float
    nugget: float
    reach_m: float
    cell_m: float
    decay: float
    interval_min: float


def seed(using: str = "default", **_: Any) -> None:
    """Fill rule tables that hold nothing, once they are there."""
    present = set(connections[using].introspection.table_names())
    for model, name in TABLES:
        rows = model._default_manager.using(using)
        if model._meta.db_table in present and not rows.exists():
            rows.bulk_create(_read(model, FOLDER / f"{name}.csv"))


def _read(model: type[Dated], path: Path) -> Iterator[Dated]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            yield model(**{name: value for name, value in row.items() if value})


def numbers_on(day: date) -> Numbers:
    """The settings that hold on a day; of two rows of one name the one that began last.

    Raises RulesMissing where one has no row.
    """
    rows = RiskSetting.objects.filter(held_on(day)).order_by("valid_from", "id")
    found = dict(rows.values_list("name", "value"))
    names = Numbers.__dataclass_fields__
    if missing := [name for name in names if name not in found]:
        raise RulesMissing(f"{day} 没有这些风险计算参数：{'、'.join(missing)}")
    return Numbers(**{name: found[name] for name in names})


def thresholds_on(day: date) -> dict[str, dict[str, list[Threshold]]]:
    """By engine and zone, the thresholds of a day."""
    found: dict[str, dict[str, list[Threshold]]] = {}
    for row in RiskThreshold.objects.filter(held_on(day)).order_by("id"):
        if row.is_in_season(f"{day:%m-%d}"):
            threshold = Threshold(
                row.measure, row.limit_mm, BY_CODE[row.level], row.is_strict, row.source, row.mark
            )
            found.setdefault(row.engine, {}).setdefault(row.zone, []).append(threshold)
    return found


def budget_on(day: date) -> dict[WarningLevel, float]:
    """By level, how many days a year it or a graver one may cost."""
    rows = LevelBudget.objects.filter(held_on(day)).order_by("valid_from", "id")
    return {BY_CODE[row.level]: row.days_per_year for row in rows}


def matrices_on(day: date) -> dict[str, LevelMatrix]:
    """By zone, the matrix of a day; what has no row is no level.

    Raises RulesContradict where more susceptibility or more rain would lower a level.
    """
    cells: dict[str, list[list[WarningLevel]]] = {}
    for row in RiskMatrixCell.objects.filter(held_on(day)).order_by("valid_from", "id"):
        if row.is_in_season(f"{day:%m-%d}"):
            blank = [[WarningLevel.NONE] * len(WarningLevel) for _ in CLASSES]
            grid = cells.setdefault(row.zone, blank)
            grid[CLASSES.index(row.susceptibility)][BY_CODE[row.rain]] = BY_CODE[row.level]
    found = {zone: LevelMatrix(tuple(map(tuple, grid))) for zone, grid in cells.items()}
    for zone, matrix in found.items():
        if not matrix.is_monotone():
            raise RulesContradict(f"{zone or '全市'} 的易发性与雨量矩阵有倒挂")
    return found


def leading_on(day: date) -> list[LeadingEngine]:
    """Which engines lead on a day, each in its zone."""
    rows = LeadingEngine.objects.filter(held_on(day)).order_by("valid_from", "id")
    return [row for row in rows if row.is_in_season(f"{day:%m-%d}")]


def leader(rows: list[LeadingEngine], place: str) -> str:
    """The engine that leads in a place: of the longest zone, of two the one that began last.

    Raises RulesMissing.
    """
    near = [row for row in rows if place.startswith(row.zone)]
    if not near:
        raise RulesMissing(f"{place} 没有主用模型")
    return max(reversed(near), key=_length).engine


def _length(row: Seasonal) -> int:
    return len(row.zone)


def zone_of(zones: Iterator[str] | list[str], place: str) -> str | None:
    """The longest of some zones that begins a place's code; None where none does.

    >>> zone_of(["", "430102", "430102100"], "430102101")
    '430102'
    """
    return max((zone for zone in zones if place.startswith(zone)), key=len, default=None)
