"""The rows by which warnings are written: filled from ``data/hazard_warnings``, kept by a city."""

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
from spatial.hazard_warnings.models import WarningLevelRule, WarningMeasure, WarningSetting
from spatial.hazard_warnings.rules.contents import LevelTerms, ResponseMeasure
from spatial.hazards.rules.levels import BY_CODE

FOLDER = Path(settings.BASE_DIR) / "data" / "hazard_warnings"
VALUES = ("event_zh", "event_en", "event_code", "signature_h", "hours", "daily_from")
TABLES: tuple[tuple[type[Dated], str], ...] = (
    (WarningLevelRule, "levels"),
    (WarningMeasure, "measures"),
    (WarningSetting, "settings"),
)


class WarningRulesMissing(SpatialError):
    """No row says by what a day's warnings are written."""


@dataclass(frozen=True)
class WarningRules:
    """The rows of a day: terms by level, measures by level, and values by name."""

    terms: dict[str, LevelTerms]
    measures: dict[str, tuple[ResponseMeasure, ...]]
    event_zh: str
    event_en: str
    event_code: str
    signature_h: float
    hours: float
    daily_from: int


def seed(using: str = "default", **_: Any) -> None:
    """Fill rule tables that hold nothing, once they are there."""
    present = set(connections[using].introspection.table_names())
    for model, name in TABLES:
        rows = model._default_manager.using(using)
        if model._meta.db_table in present and not rows.exists():
            rows.bulk_create(_read(model, FOLDER / f"{name}.csv"))


def _read(model: type[Dated], path: Path) -> Iterator[Dated]:
    flags = {"true": True, "false": False}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            yield model(**{name: flags.get(text, text) for name, text in row.items() if text})


def rules_on(day: date) -> WarningRules:
    """The rows that hold on a day; of two of one name the one that began last.

    Raises WarningRulesMissing where a level or a value has no row.
    """
    terms = {row.level: _terms(row) for row in _held(WarningLevelRule, day)}
    values = {row.name: row.value for row in _held(WarningSetting, day)}
    missing = [code for code in BY_CODE if code and code not in terms]
    missing += [name for name in VALUES if name not in values]
    if missing:
        raise WarningRulesMissing(f"{day} 没有这些预警规则：{'、'.join(missing)}")
    return WarningRules(
        terms=terms,
        measures=_measures(day),
        event_zh=values["event_zh"],
        event_en=values["event_en"],
        event_code=values["event_code"],
        signature_h=float(values["signature_h"]),
        hours=float(values["hours"]),
        daily_from=int(values["daily_from"]),
    )


def _held(model: type[Dated], day: date) -> list[Any]:
    return list(model._default_manager.filter(held_on(day)).order_by("valid_from", "id"))


def _terms(row: WarningLevelRule) -> LevelTerms:
    return LevelTerms(
        level=row.level,
        is_public=row.is_public,
        is_joint=row.is_joint,
        severity=row.severity,
        urgency=row.urgency,
        certainty=row.certainty,
        responses=tuple(row.responses.split()),
        meaning_zh=row.meaning_zh,
        meaning_en=row.meaning_en,
        mark=row.mark,
    )


def _measures(day: date) -> dict[str, tuple[ResponseMeasure, ...]]:
    """The measures of each level, in their order; of two of one place the one that began last."""
    found: dict[str, dict[int, ResponseMeasure]] = {}
    for row in _held(WarningMeasure, day):
        measure = ResponseMeasure(row.text_zh, row.text_en, row.mark, row.source)
        found.setdefault(row.level, {})[row.position] = measure
    return {
        level: tuple(rows[position] for position in sorted(rows)) for level, rows in found.items()
    }
