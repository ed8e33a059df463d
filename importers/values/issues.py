"""What is wrong with rows of a delivery: values, kept in bounded number, counted completely."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import shapely


class Severity(StrEnum):
    """An error rejects its row; a warning only says so."""

    ERROR = "error"
    WARNING = "warning"


@dataclass
class Issue:
    """One finding. ``row`` counts from 1 within its file; 0 means the file as a whole.

    ``x`` and ``y`` are metres in the city's projected CRS, or None. ``place`` shows what
    is wrong there as a geometry: the crossing point, the overlapping area, the gap.
    ``proposal`` is a geometry for the whole feature that a person may accept instead of
    the surveyed one; nothing takes it by itself.
    """

    file: str
    row: int
    code: str
    message: str
    field: str = ""
    hint: str = ""
    severity: Severity = Severity.ERROR
    x: float | None = None
    y: float | None = None
    place: shapely.Geometry | None = dataclasses.field(default=None, compare=False)
    proposal: shapely.Geometry | None = dataclasses.field(default=None, compare=False)


@dataclass
class IssueLog:
    """The findings of a run: the first ``limit`` are kept, all are counted."""

    limit: int = 10_000
    kept: list[Issue] = dataclasses.field(default_factory=list)
    counts: Counter[tuple[str, str]] = dataclasses.field(default_factory=Counter)

    def add(self, issues: Iterable[Issue]) -> None:
        """Take in findings."""
        for issue in issues:
            self.counts[issue.severity.value, issue.code] += 1
            if len(self.kept) < self.limit:
                self.kept.append(issue)

    def add_all(self, issues: Iterable[Issue], totals: Mapping[tuple[str, str], int]) -> None:
        """Take in findings of which only the first of each kind are given, and all counted."""
        room = self.limit - len(self.kept)
        self.kept.extend(list(issues)[: max(room, 0)])
        self.counts.update(totals)

    @property
    def total(self) -> int:
        """How many findings there were, kept or not."""
        return sum(self.counts.values())

    def by_kind(self) -> dict[str, dict[str, int]]:
        """Counts by severity and code, for the record of a run."""
        found: dict[str, dict[str, int]] = {}
        for (severity, code), number in sorted(self.counts.items()):
            found.setdefault(severity, {})[code] = number
        return found
