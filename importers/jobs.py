"""Imports in the background, for pages: the same run, in a worker."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django_tasks import task

from importers.delivery import Reading
from importers.errors import Refused
from importers.run import Terms, start


@task()
def import_files(
    paths: list[str],
    layer_id: str,
    reading: dict[str, Any] | None = None,
    terms: dict[str, Any] | None = None,
    commit: bool = False,
) -> dict[str, Any]:
    """Run an import; returns the run's number and why it was refused, if it was.

    ``reading`` and ``terms`` hold the fields of ``Reading`` and ``Terms`` as JSON; ``at``
    is an ISO 8601 instant with zone.
    """
    given = dict(terms or {})
    if given.get("at"):
        given["at"] = datetime.fromisoformat(given["at"])
    try:
        outcome = start(
            [Path(path) for path in paths],
            layer_id,
            Reading(**(reading or {})),
            Terms(**given),
            commit=commit,
        )
    except Refused as error:
        return {"run": error.run_id, "refused": str(error)}
    return {"run": outcome.run.pk, "refused": outcome.refusal}
