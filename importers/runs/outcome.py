"""Under which terms a delivery is taken in, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from importers.models import ImportRun
from importers.reading.delivery import Reading
from importers.staging.difference import StagedDifference
from importers.values.issues import IssueLog


@dataclass(frozen=True)
class Terms:
    """Under which terms a delivery is taken in.

    ``ended`` names the codes that cease; None means: find out, unless ``partial``.
    ``ancestry`` is (parent code, child code). ``source`` marks the run, for resuming.
    ``without_wal`` confirms that nothing is missing of a database that came without its
    journal. Without ``keep`` the files are hashed only: they can be made again. Without
    ``checks`` the rules between features are left out; those on each row never are.
    """

    who: str = "import"
    why: str = ""
    document: str = ""
    at: datetime | None = None
    partial: bool = False
    allow_ending: bool = False
    without_wal: bool = False
    ended: Sequence[str] | None = None
    ancestry: Sequence[tuple[str, str]] = ()
    source: str = ""
    keep: bool = True
    checks: bool = True


@dataclass
class RunOutcome:
    """What came of a run. ``refusal`` says why nothing was, or would be, written."""

    run: ImportRun
    difference: StagedDifference
    log: IssueLog
    ignored: dict[str, list[str]] = field(default_factory=dict)
    refusal: str = ""
    caution: str = ""
    notice: str = ""


def options_of(reading: Reading, terms: Terms) -> dict[str, Any]:
    """Reading and terms as the run records them."""
    given: Mapping[str, Any] = {**vars(reading), **vars(terms)}
    plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in given.items() if v}
    for own in ("source", "keep", "checks"):
        plain.pop(own, None)
    if not terms.checks:
        plain["without_checks"] = True
    for many in ("ended", "ancestry"):
        if many in plain:
            plain[many] = len(plain[many])
    return plain
