"""Imports in the background, for pages and programs: the same run, in a worker."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django_tasks import task

from importers.errors import DeliveryRefused
from importers.models import ImportRun
from importers.reading.delivery import Reading
from importers.runs import originals, recovery
from importers.runs.outcome import Terms
from importers.runs.review import commit_run
from importers.runs.run import start, undo
from importers.runs.running_progress import RunProgress
from importers.staging import locks
from layers.access.access import may_deliver
from layers.declarations.refusals import why_not_delivered
from layers.declarations.registry import layer_named
from layers.sharing.callers import caller_of_user


def announce(
    layer_id: str,
    place: Callable[[Path], object],
    reading: dict[str, Any],
    terms: dict[str, Any],
    *,
    commit: bool = False,
) -> ImportRun:
    """Note an uploaded delivery as waiting and give it to the workers.

    ``place`` puts the files into the folder it is given. Each delivery is a job of its
    own: many run on as many workers as there are.
    """
    run = ImportRun.objects.create(
        layer=layer_id,
        state=ImportRun.State.WAITING,
        who=terms.get("who", "import"),
        options={"uploaded": True},
    )
    try:
        place(originals.folder_of(run))
        kept = originals.stored_originals(run)
        run.files = originals.described(kept)
        run.save(update_fields=["files"])
        listed = [str(path) for path in originals.deliverables(kept)]
        import_files.enqueue(listed, layer_id, reading, terms, commit=commit, run_id=run.pk)
    except BaseException:
        run.delete()
        originals.discard(run)
        raise
    return run


@task()
def import_files(
    paths: list[str],
    layer_id: str,
    reading: dict[str, Any] | None = None,
    terms: dict[str, Any] | None = None,
    commit: bool = False,
    run_id: int | None = None,
) -> dict[str, Any]:
    """Run an import; returns the run's number and why it was refused, if it was.

    ``reading`` and ``terms`` hold the fields of ``Reading`` and ``Terms`` as JSON; ``at``
    is an ISO 8601 instant with zone.
    """
    recovery.settle_abandoned()
    recovery.expire()
    run = ImportRun.objects.filter(pk=run_id).first() if run_id else None
    if run and run.state != ImportRun.State.WAITING:
        return {"run": run.pk, "refused": run.message}  # taken up before, and settled since
    given = dict(terms or {})
    if given.get("at"):
        given["at"] = datetime.fromisoformat(given["at"])
    try:
        _ask_again(terms.get("who", "") if terms else "", layer_id, run)
        outcome = start(
            [Path(path) for path in paths],
            layer_id,
            Reading(**(reading or {})),
            Terms(**given),
            commit=commit,
            progress=RunProgress(run.pk) if run else None,
            run=run,
        )
    except DeliveryRefused as error:
        return {"run": error.run_id, "refused": str(error)}
    return {"run": outcome.run.pk, "refused": outcome.refusal}


@task()
def commit_reviewed(run_id: int, who: str, terms: dict[str, Any] | None = None) -> dict[str, Any]:
    """Commit a reviewed run; why it was refused stands in the run's message."""
    given = dict(terms or {})
    if given.get("at"):
        given["at"] = datetime.fromisoformat(given["at"])
    try:
        _ask_again(who, _layer_of(run_id))
        progress = RunProgress(run_id, recovery.COMMITTING)
        commit_run(run_id, who, progress=progress, **given)
    except DeliveryRefused as error:
        ImportRun.objects.filter(pk=run_id, state=ImportRun.State.DRY).update(
            message=str(error)[:1000], stage=""
        )
        return {"run": run_id, "refused": str(error)}
    return {"run": run_id, "refused": ""}


@task()
def undo_committed(run_id: int, who: str, why: str = "") -> dict[str, Any]:
    """Undo a committed run; why it could not be stands in the run's message."""
    said: dict[str, str] = {}
    try:
        _ask_again(who, _layer_of(run_id))
        with locks.alive(run_id):
            ImportRun.objects.filter(pk=run_id).update(stage="撤销")
            undo(run_id, who, why)
    except DeliveryRefused as error:
        said = {"message": str(error)[:1000]}
        return {"run": run_id, "refused": str(error)}
    finally:
        ImportRun.objects.filter(pk=run_id).update(stage="", **said)
    return {"run": run_id, "refused": ""}


def _ask_again(who: str, layer_id: str, announced: ImportRun | None = None) -> None:
    """A job may wait long, and who asked for it may have lost the right meanwhile.

    A name without an account is that of whoever works on the server itself.

    Raises:
        DeliveryRefused: so it is; a run that was announced is ended.
    """
    user, layer = User.objects.filter(username=who).first(), layer_named(layer_id)
    if not user or not layer or may_deliver(caller_of_user(user), layer):
        return
    told = why_not_delivered(layer)
    refused = DeliveryRefused(told)
    if announced:
        refused.run_id = announced.pk
        ImportRun.objects.filter(pk=announced.pk).update(
            state=ImportRun.State.REFUSED, message=told[:1000], finished_at=timezone.now()
        )
    raise refused


def _layer_of(run_id: int) -> str:
    return ImportRun.objects.filter(pk=run_id).values_list("layer", flat=True).first() or ""
