"""The sample city's casework written down: its cases, their steps, and what those leave.

Cases take no deliveries (``grid.cases.steps`` alone writes them), so those of the sample do not
come through the importer: they are made up together with their steps, before anybody works.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pyogrio
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction

from grid.cases import clocks
from grid.cases.steps import STATES
from grid.models import Case, CaseStep
from grid.rules import rulebook
from importers.sample.city.casework import Delivered, Worked, in_order, worked
from importers.sample.city.write import Written
from spatial.city import city
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit
from spatial.worktime import TimeLimit

PORTION = 2_000
COMMUNITY_DIGITS = 12  # of a cell's code


class _RuleClocks:
    """The clocks of the rules that hold; a limit of a state is asked once a moment."""

    def __init__(self) -> None:
        self._known = cache(clocks.step_deadline)

    def step(self, state: str, entered_at: datetime) -> datetime | None:
        """Until when a case should leave a state of the centre's own."""
        found = self._known(state, entered_at)
        return found.at if found else None

    def handling(self, started_at: datetime, limit: TimeLimit, times: int) -> datetime:
        """Until when a case should be handled; ``times`` limits long."""
        return clocks.handling_deadline(started_at, limit, times - 1).at


@transaction.atomic
def write_cases(path: Path, about: Written, mark: str) -> int:
    """Write the sample's cases as they stood at one moment; returns how many are new.

    ``mark`` is the change's origin, by which an interrupted load knows what is in.
    """
    rows = pyogrio.read_dataframe(path).to_dict("records")
    standing = set(
        Case.objects.current()
        .filter(code__in=[row["code"] for row in rows])
        .values_list("code", flat=True)
    )
    edits = []
    for row in rows:
        shape = GEOSGeometry(memoryview(row.pop("geometry").wkb), srid=city().projected)
        action = Action.REPLACE if row["code"] in standing else Action.OPEN
        edits.append(Edit(action, row.pop("code"), {**row, "geom": shape}))
    change = record_change(
        who="样例城市", why=about.why, at=about.at, document=about.document, origin=mark
    )
    return apply(change, Case, edits)[Action.OPEN]


@transaction.atomic
def write_casework(seed: int) -> int:
    """Write steps for the sample's cases, unless cases have any; returns how many.

    Each case is replaced, as it stands, by one with its limit, its deadlines and its place.
    """
    if CaseStep.objects.exists():
        return 0
    known, limits = _RuleClocks(), cache(rulebook.limits_for)
    cases, found, opened = [], [], []
    for versions in _histories():
        cases.append(versions[-1])
        found.append(worked(_delivered(versions, limits), known, seed))
        opened.append({version.step: version.opened_by_id for version in versions})
    if cases:
        _write_steps(cases, found, opened)
        _write_values(cases, found)
    return sum(len(told.steps) for told in found)


def _histories() -> Iterable[list[Case]]:
    """The versions of each of the sample's cases, in order."""
    rows = Case.objects.filter(schematic=True).exclude(valid__isempty=True)
    ordered = rows.order_by("code", "valid")
    for _code, versions in groupby(ordered.iterator(chunk_size=PORTION), lambda row: row.code):
        found = list(versions)
        if all(version.step in STATES for version in found):
            yield found


def _delivered(versions: list[Case], limits: Any) -> Delivered:
    case, first = versions[-1], versions[0].valid.lower
    day = rulebook.day_of(first)
    rows = limits(case.kind, case.scheme, case.class_code, day)
    row = rows[int(case.code[-2:]) % len(rows)]
    return Delivered(
        code=case.code,
        source=case.source,
        district_code=case.district_code or case.cell_code[:COMMUNITY_DIGITS],
        department=case.department,
        reported_at=case.reported_at,
        states=tuple(
            (state, next(same).valid.lower) for state, same in groupby(versions, _state_of)
        ),
        condition=row.condition,
        limit=rulebook.handling_limit(row),
    )


def _state_of(version: Case) -> str:
    return version.step


def _write_steps(cases: list[Case], found: list[Worked], opened: list[dict[str, int]]) -> None:
    """In the order of time over all cases, as they would have been written."""
    rows = (
        CaseStep(
            case_code=cases[number].code,
            action=step.action,
            state_before=step.before,
            state_after=step.after,
            at=step.at,
            entered_at=step.entered_at,
            due_at=step.due_at,
            who=step.who,
            role=step.role,
            department=step.department,
            text=step.text,
            details=step.details,
            change_id=opened[number].get(step.after),
        )
        for number, step in in_order(found)
    )
    CaseStep.objects.bulk_create(rows, batch_size=PORTION)


def _write_values(cases: list[Case], found: list[Worked]) -> None:
    edits = [
        Edit(Action.REPLACE, case.code, clocks.values_of(case) | told.values, case.pk)
        for case, told in zip(cases, found, strict=True)
    ]
    change = record_change(who="样例城市", why="补记案件办理情况（示意）")
    apply(change, Case, edits)
