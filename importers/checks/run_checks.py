"""The door to the rules between features, on a stage after the difference; see also ``rows``."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import shapely

from importers.checks import grid_cells, pipes, places, references
from importers.checks.catalogue import Rule, rules_for
from importers.checks.coverage import AreaCoverage, check_coverage, check_lines, check_points
from importers.checks.findings import Finding, Row
from importers.checks.scene import Scene
from importers.checks.shapes import set_place
from importers.values.issues import Issue, Severity

LIMIT = 10_000
COVERAGE = ("overlap", "geometry-duplicate", "gap", "vertex-unmatched")
NEAR = ("gap", "vertex-unmatched")  # their tolerance is how far a neighbour may be, in metres
Look = Callable[[Scene, Rule], Iterator[Finding]]
RULES: dict[str, Look] = {
    "outside-parcel": places.outside_parcel,
    "outside-district": places.outside_district,
    "code-place": places.code_place,
    "stale-parent": references.stale_parent,
    "area": references.registered_area,
    "cell-code": grid_cells.cells,
    "cell-outside": grid_cells.cells,
    "cell-cover": grid_cells.cells,
    "cell-building": grid_cells.cells,
    "cell-group": grid_cells.cells,
    "cell-code-ended": grid_cells.ended_code,
    "cell-of": grid_cells.cell_of,
    "pipe-dangling": pipes.dangling,
    "pipe-loop": pipes.loop,
    "pipe-duplicate": pipes.duplicate,
    "pipe-kind": pipes.kind,
    "pipe-level": pipes.level,
    "pipe-slope": pipes.slope,
    "pipe-above-ground": pipes.above_ground,
    "pipe-degree": pipes.degree,
}

_added: dict[str, Look] = {}


def add_looks(looks: Mapping[str, Look]) -> None:
    """Take the rules between features of a register of its own app in, by their codes."""
    _added.update(looks)


@dataclass
class Checked(Sequence[Issue]):
    """The findings on a stage, at most LIMIT of each rule; ``totals`` counts them all.

    ``rows`` are the staged rows of the issues, in the same order, ``others`` the staged
    rows that they are in conflict with, or None, ``mirrors`` what is to be said of those;
    ``errors`` all staged rows in error, complete: (number of the file, row).
    """

    issues: list[Issue] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    others: list[Row | None] = field(default_factory=list)
    mirrors: list[str] = field(default_factory=list)
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)  # (severity, code)
    errors: set[Row] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.issues)

    def __getitem__(self, index: Any) -> Any:
        return self.issues[index]

    def without(self, told: "ReportedFindings") -> "Checked":
        """The same but for what an earlier look at the stage found too."""
        fresh = Checked(totals=self.totals.copy(), errors=self.errors)
        parts = zip(self.issues, self.rows, self.others, self.mirrors, strict=True)
        for issue, row, other, mirror in parts:
            key = (issue.severity.value, issue.code)
            if (row, issue.code, issue.message) in told.findings:
                fresh.totals[key] -= 1
                continue
            fresh.issues.append(issue)
            fresh.rows.append(row)
            fresh.others.append(other)
            fresh.mirrors.append(mirror)
        for key, number in self.totals.items():
            if number > LIMIT:  # not all of them are listed to be compared
                fresh.totals[key] = number - told.totals[key]
        fresh.totals = +fresh.totals
        return fresh

    def partners(self, files: Sequence[str]) -> Iterator[Issue]:
        """An issue of its own for each row in error of which only another's speaks."""
        pairs = list(zip(self.issues, self.rows, self.others, self.mirrors, strict=True))
        errors = [pair for pair in pairs if pair[0].severity is Severity.ERROR]
        told = {row for _, row, _, _ in errors}
        for issue, _, other, mirror in errors:
            if other and other not in told:
                told.add(other)
                yield replace(issue, file=files[other[0]], row=other[1], message=mirror)


@dataclass
class ReportedFindings:
    """What earlier looks at a stage have found."""

    findings: set[tuple[Row, str, str]] = field(default_factory=set)
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, checked: Checked) -> None:
        """Take in what a look found beside it."""
        pairs = zip(checked.rows, checked.issues, strict=True)
        self.findings |= {(row, issue.code, issue.message) for row, issue in pairs}
        self.totals.update(checked.totals)


def check_stage(cursor: Any, stage: str, layer: str, files: Sequence[str]) -> Checked:
    """Examine what a stage adds or changes beside what will stand; nothing is altered.

    ``stage`` is the SQL name of the staging table, ``files`` the names by file number.
    The caller's planner settings hold: no rule needs a nested loop but over an index.
    """
    scene, checked = Scene(cursor, stage, layer), Checked()
    rules = rules_for(layer, geometry=scene.layer.geometry)
    if scene.prepare():
        for rule, found in _all_found(scene, rules):
            _take(checked, rule, found, files)
        _locate(scene, checked)
    return checked


def _all_found(scene: Scene, rules: dict[str, Rule]) -> Iterator[tuple[Rule, Finding]]:
    if rules.keys() & set(COVERAGE):
        reach = max((rules[name].tolerance for name in NEAR if name in rules), default=0.0)
        for figures in scene.neighbourhoods(reach, scene.layer.check_group or "''"):
            for found in _beside(figures, scene.layer.geometry, rules):
                yield rules[found.code], found
    for name, look in (RULES | _added).items():
        if name in rules:
            for found in look(scene, rules[name]):
                yield rules[name], found


def _beside(figures: AreaCoverage, geometry: str, rules: dict[str, Rule]) -> Iterator[Finding]:
    if geometry == "Point":
        return check_points(figures, rules["geometry-duplicate"])
    if geometry == "LineString":
        return check_lines(figures, rules["geometry-duplicate"])
    return check_coverage(figures, rules)


def _take(checked: Checked, rule: Rule, found: Finding, files: Sequence[str]) -> None:
    key = (rule.severity.value, rule.code)
    checked.totals[key] += 1
    if rule.is_error:
        checked.errors.add(found.row)
        if found.also:
            checked.errors.add(found.also)
    if checked.totals[key] > LIMIT:
        return
    issue = Issue(
        files[found.row[0]],
        found.row[1],
        rule.code,
        found.text,
        found.field or ("geom" if found.place is not None else "code"),
        rule.hint,
        rule.severity,
    )
    set_place(issue, found.place)
    checked.issues.append(issue)
    checked.rows.append(found.row)
    checked.others.append(found.also)
    checked.mirrors.append(found.mirror or found.text)


def _locate(scene: Scene, checked: Checked) -> None:
    """Findings without a place of their own are shown where their figure lies."""
    if "geom" not in scene.columns:
        return
    pairs = zip(checked.issues, checked.rows, strict=True)
    lost = [(issue, at) for issue, at in pairs if issue.x is None]
    if not lost:
        return
    found = scene.rows(
        f"SELECT s.file_number, s.row_number, ST_PointOnSurface(s.geom)::bytea FROM {scene.stage} s"
        " JOIN (SELECT DISTINCT f, r FROM unnest(%s::int[], %s::int[]) AS u(f, r)) w"
        " ON (s.file_number, s.row_number) = (w.f, w.r) WHERE s.geom IS NOT NULL",
        [[f for _, (f, _) in lost], [r for _, (_, r) in lost]],
    )
    points = {(f, r): shapely.from_wkb(bytes(raw)) for f, r, raw in found}
    for issue, at in lost:
        if (point := points.get(at)) is not None and not point.is_empty:
            issue.x, issue.y = point.x, point.y
