"""A stretch of a file on its way through the phases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from importers.values.issues import Issue, Severity

Message = str | Callable[[int], str]


def is_none(values: np.ndarray) -> np.ndarray:
    """Which entries of an object array are None."""
    return np.equal(values, None)  # type: ignore[call-overload]


@dataclass
class Batch:
    """Rows of one file, column by column.

    ``rows`` are consecutive row numbers in the file, from 1; ``shapes`` shapely
    geometries or None, once ``reproject`` has run in the city's projected CRS.
    ``decimal_commas`` tells that the file writes some number with a comma for the decimal
    point; ``misplaced`` are rows whose shapes lie elsewhere than meant.
    """

    file: str
    rows: np.ndarray
    columns: dict[str, np.ndarray]
    shapes: np.ndarray | None = None
    decimal_commas: bool = False
    issues: list[Issue] = field(default_factory=list)
    rejected: np.ndarray = field(init=False)
    misplaced: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.rejected = np.zeros(len(self.rows), bool)

    def __len__(self) -> int:
        return len(self.rows)

    def flag(
        self,
        where: np.ndarray | Sequence[int],
        code: str,
        message: Message,
        *,
        field: str = "",
        hint: str | Callable[[int], str] = "",
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Record an issue on each row of a mask or list of positions; an error rejects it.

        ``message`` and ``hint`` may be functions of the position.
        """
        positions = np.asarray(where)
        if positions.dtype.kind == "b":
            positions = np.flatnonzero(positions)
        for position in positions.tolist():
            self.issues.append(
                Issue(
                    self.file,
                    int(self.rows[position]),
                    code,
                    message(position) if callable(message) else message,
                    field,
                    hint(position) if callable(hint) else hint,
                    severity,
                )
            )
            if severity is Severity.ERROR:
                self.rejected[position] = True

    def note(self, code: str, message: str, severity: Severity) -> None:
        """Record an issue of the file as a whole."""
        self.issues.append(Issue(self.file, 0, code, message, severity=severity))

    def repairable(self) -> list[int]:
        """Positions of rejected rows whose every error has a valid proposal."""
        mended: dict[int, bool] = {}
        for issue in self.issues:
            if issue.severity is Severity.ERROR and issue.row:
                is_mended = issue.proposal is not None and issue.proposal.is_valid
                mended[issue.row] = mended.get(issue.row, True) and is_mended
        first = int(self.rows[0]) if len(self) else 0
        return sorted(row - first for row, is_mended in mended.items() if is_mended)
