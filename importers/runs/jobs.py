"""Imports in the background, for pages and programs: the same run, in a worker."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django_tasks import task

from importers.errors import DeliveryRefused
from importers.models import ImportRun
from importers.reading.delivery import Reading
from importers.reading.registers import layer_for, register_of
from importers.runs import originals, recovery
from importers.runs.outcome import Terms
from importers.runs.review import commit_run
from importers.runs.rights import check_may_deliver, check_may_undo, layer_id_of
from importers.runs.run import start, undo
from importers.runs.running_progress import RunProgress
from importers.staging import locks
from importers.values.personal import check_constants
from layers.declarations.declarations import Layer
from spatial.sealed.fields import column_of, sealed_fields
from spatial.sealed.queries import codes_named_in


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

    Raises:
        DeliveryRefused: a parameter names people; jobs keep their parameters.
    """
    layer = layer_for(layer_id)
    check_constants(reading.get("constants") or {}, register_of(layer))
    check_texts(layer, terms.get("why", ""), terms.get("document", ""))
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
        _check_announced(given.get("who", ""), layer_id, run)
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


def order_commit(run: ImportRun, who: str, terms: dict[str, Any]) -> None:
    """Have a worker commit a reviewed run.

    Raises:
        DeliveryRefused: the reason names people of the register.
    """
    check_texts(layer_for(run.layer), terms.get("why", ""), terms.get("document", ""))
    commit_reviewed.enqueue(run.pk, who, terms)


def order_undo(run: ImportRun, who: str, why: str) -> None:
    """Have a worker undo a committed run.

    Raises:
        DeliveryRefused: the reason names people of the register.
    """
    check_texts(layer_for(run.layer), why)
    undo_committed.enqueue(run.pk, who, why)


def check_texts(layer: Layer, *texts: str) -> None:
    """Refuse texts that name people of a layer's register: they would stand in the jobs.

    Raises:
        DeliveryRefused: one does.
    """
    columns = [column_of(layer.model, field) for field in sealed_fields(layer.model)]
    if columns and codes_named_in([text for text in texts if text], columns):
        raise DeliveryRefused("事由或依据文件中写有登记簿里的姓名或号码", "请改写，不写个人信息")


@task()
def commit_reviewed(run_id: int, who: str, terms: dict[str, Any] | None = None) -> dict[str, Any]:
    """Commit a reviewed run; why it was refused stands in the run's message."""
    given = dict(terms or {})
    if given.get("at"):
        given["at"] = datetime.fromisoformat(given["at"])
    try:
        check_may_deliver(who, layer_id_of(run_id), needs_account=True)
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
        check_may_undo(who, run_id, needs_account=True)
        with locks.alive(run_id):
            ImportRun.objects.filter(pk=run_id).update(stage="撤销")
            undo(run_id, who, why)
    except DeliveryRefused as error:
        said = {"message": str(error)[:1000]}
        return {"run": run_id, "refused": str(error)}
    finally:
        ImportRun.objects.filter(pk=run_id).update(stage="", **said)
    return {"run": run_id, "refused": ""}


def _check_announced(who: str, layer_id: str, announced: ImportRun | None) -> None:
    """Whether a delivery may still be taken in; a run that was announced is ended if not.

    Raises:
        DeliveryRefused: it may not.
    """
    try:
        check_may_deliver(who, layer_id, needs_account=True)
    except DeliveryRefused as refused:
        if announced:
            refused.run_id = announced.pk
            ImportRun.objects.filter(pk=announced.pk).update(
                state=ImportRun.State.REFUSED,
                message=str(refused)[:1000],
                finished_at=timezone.now(),
            )
        raise
