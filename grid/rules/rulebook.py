"""The rules of casework as tables: filled from ``data/grid``, kept by an administrator.

Every rule holds from a day to a day. A case takes its rules on the day on which it is
filed or dispatched, and carries them along.
"""

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.models.functions import Length

from grid.rules.indicators import Subject
from grid.rules.models import (
    ClassEdition,
    HandlingLimit,
    Routing,
    ScoreBand,
    ScoreGrade,
    ScoreWeight,
    StepLimit,
)
from grid.rules.scoring import Band, Form, Grade, Weight
from spatial.calendars.models import Dated
from spatial.calendars.queries import day_of as day_of
from spatial.calendars.queries import held_on
from spatial.codes import Code
from spatial.languages import shown_schemes
from spatial.parties.models import Department
from spatial.parties.queries import department_at, named
from spatial.worktime import TimeLimit, TimeUnit

FOLDER = Path(settings.BASE_DIR) / "data" / "grid"
KINDS = {"部件": "component", "事件": "event"}
KIND_TITLES = {code: title for title, code in KINDS.items()}
TABLES: tuple[tuple[type[Dated], str], ...] = (
    (ClassEdition, "editions"),
    (Department, "departments"),
    (HandlingLimit, "limits"),
    (StepLimit, "step_limits"),
    (Routing, "routing"),
    (ScoreWeight, "score_weights"),
    (ScoreBand, "score_bands"),
    (ScoreGrade, "score_grades"),
)


def seed(using: str = "default", **_: Any) -> None:
    """Fill rule tables that hold nothing, once they are there."""
    present = set(connections[using].introspection.table_names())
    for model, name in TABLES:
        if model._meta.db_table in present and not model._default_manager.using(using).exists():
            model._default_manager.using(using).bulk_create(_read(model, FOLDER / f"{name}.csv"))


def editions(on: date) -> dict[str, str]:
    """By kind: the scheme whose classes are reported on that day; events first."""
    rows = holding(ClassEdition, on).order_by("valid_from").values_list("kind", "scheme")
    found = dict(rows)
    return {kind: found[kind] for kind in ("event", "component") if kind in found}


def limits_for(kind: str, scheme: str, class_code: str, on: date) -> list[HandlingLimit]:
    """The conditions under which a case of that class is filed on that day.

    Those of the class itself, else of its major class, else of the whole kind.
    """
    codes = (class_code, class_code[:2], "")
    rows = list(
        holding(HandlingLimit, on)
        .filter(kind=kind, scheme=scheme, class_code__in=codes)
        .order_by("condition_code", "id")
    )
    for code in codes:
        if found := [row for row in rows if row.class_code == code]:
            return found
    return []


def limits_by_class(kind: str, scheme: str, on: date) -> list[tuple[Code, list[HandlingLimit]]]:
    """Every minor class that is filed on that day, with the conditions under which it is."""
    known = shown_schemes().get(scheme)
    rows = holding(HandlingLimit, on).filter(kind=kind, scheme=scheme)
    by_code: dict[str, list[HandlingLimit]] = {}
    for row in rows.order_by("condition_code", "id"):
        by_code.setdefault(row.class_code, []).append(row)
    found = []
    for entry in known.codes.values() if known else ():
        held = (by_code[code] for code in (entry.code, entry.parent, "") if code in by_code)
        if entry.parent and (limits := next(held, None)):
            found.append((entry, limits))
    return found


def classes_in_use(on: date) -> list[tuple[str, str, Code]]:
    """(kind, scheme, class) of every minor class that is filed on that day."""
    rows = set(holding(HandlingLimit, on).values_list("kind", "scheme", "class_code"))
    found = []
    for kind, scheme_id in editions(on).items():
        for entry in shown_schemes()[scheme_id].codes.values():
            held = ((kind, scheme_id, code) in rows for code in (entry.code, entry.parent, ""))
            if entry.parent and any(held):
                found.append((kind, scheme_id, entry))
    return found


def handling_limit(row: HandlingLimit) -> TimeLimit:
    """The limit of a row."""
    return TimeLimit(row.amount, TimeUnit(row.unit))


def step_limit(state: str, on: date) -> TimeLimit | None:
    """How long a case may wait in a state on that day, if that is bounded."""
    row = holding(StepLimit, on).filter(state=state).order_by("-valid_from").first()
    return TimeLimit(row.amount, TimeUnit(row.unit)) if row else None


def department_for(
    kind: str, scheme: str, class_code: str, district_code: str, on: date
) -> Department | None:
    """The department that a case goes to; None where a person must choose.

    A longer class prefix goes before a longer district prefix.
    """
    rows = (
        holding(Routing, on)
        .filter(kind=kind, scheme=scheme)
        .filter(
            class_prefix__in=_prefixes(class_code), district_prefix__in=_prefixes(district_code)
        )
        .order_by(Length("class_prefix").desc(), Length("district_prefix").desc(), "id")
    )
    found = rows.first()
    return department_at(found.department_id, on) if found else None


def score_rules(subject: Subject, on: date) -> tuple[list[Weight], dict[str, list[Band]]]:
    """The weights of a subject on that day, and all bands."""
    weights = [
        Weight(row.figure, Form(row.form), row.points, row.bands)
        for row in holding(ScoreWeight, on).filter(subject=subject).order_by("id")
    ]
    bands: dict[str, list[Band]] = {}
    for row in holding(ScoreBand, on):
        bands.setdefault(row.bands, []).append(Band(row.above, row.points))
    return weights, bands


def grades(on: date) -> list[Grade]:
    """The grades on that day, the best first."""
    rows = holding(ScoreGrade, on).order_by("-least")
    return [Grade(row.letter, row.least, row.colour) for row in rows]


def departments(on: date) -> list[Department]:
    """The departments that there are on that day, with their names."""
    return named(holding(Department, on).exclude(merger__on__lte=on))


def department_called(name: str, on: date) -> Department | None:
    """The department of that day that bears a name, or bore it, or will."""
    return next((found for found in departments(on) if name in found.all_names()), None)


def holding(model: type[Dated], on: date) -> Any:
    """The rows of a table of rules that hold on a day."""
    return model._default_manager.filter(held_on(on))


def _prefixes(code: str) -> list[str]:
    return [code[:length] for length in range(len(code) + 1)]


def _read(model: type[Dated], path: Path) -> Iterable[Dated]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            values: dict[str, Any] = {key: value for key, value in row.items() if value}
            if "kind" in values:
                values["kind"] = KINDS[values["kind"]]
            if "department" in values:
                values["department_id"] = values.pop("department")
            yield model(**values)
