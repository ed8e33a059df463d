"""How processes and jobs are told to clients (OGC API Processes 1, JSON)."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from layers.models import ProcessJob
from layers.ogc.common.texts import in_reader_language
from layers.ogc.processes.declared import Input, Process
from layers.reading.timestamps import iso

REL = "http://www.opengis.net/def/rel/ogc/1.0"
JSON = "application/json"
CONTROL = ["sync-execute", "async-execute", "dismiss"]
VERSION = "1.0.0"


def summary(process: Process, root: str) -> dict[str, Any]:
    """A process in the list."""
    here = f"{root}/processes/{process.id}"
    document = {
        "id": process.id,
        "version": VERSION,
        "title": process.title,
        "description": process.description,
        "keywords": list(process.keywords),
        "jobControlOptions": CONTROL,
        "outputTransmission": ["value"],
        "links": [
            _link(f"{here}?f=json", "self", process.title),
            _link(f"{here}?f=html", "alternate", process.title, "text/html"),
            _link(f"{here}/execution", f"{REL}/execute", _("执行")),
        ],
    }
    return in_reader_language(document)


def description(process: Process, root: str) -> dict[str, Any]:
    """A process with its inputs and its output."""
    document = {
        **summary(process, root),
        "inputs": {name: _described(declared) for name, declared in process.inputs.items()},
        "outputs": {"result": {"title": _("结果"), "schema": dict(process.result)}},
        "example": {"inputs": process.example()},
    }
    return in_reader_language(document)


def status(job: ProcessJob, root: str) -> dict[str, Any]:
    """What is to be told of a job."""
    here = f"{root}/jobs/{job.pk}"
    links = [
        _link(here, "self", _("任务状态")),
        _link(f"{root}/jobs", f"{REL}/job-list", _("任务列表")),
    ]
    if job.state == ProcessJob.State.SUCCESSFUL:
        links.append(_link(f"{here}/results", f"{REL}/results", _("结果")))
    done = job.state in (ProcessJob.State.SUCCESSFUL, ProcessJob.State.FAILED)
    told = {
        "type": "process",
        "jobID": str(job.pk),
        "processID": job.process,
        "status": job.state,
        "message": _(job.message or str(job.get_state_display())),
        "created": iso(job.created_at),
        "started": iso(job.started_at) if job.started_at else None,
        "finished": iso(job.finished_at) if job.finished_at else None,
        "updated": iso(job.finished_at or job.started_at or job.created_at),
        "progress": 100 if done else 0,
        "links": links,
    }
    return {name: value for name, value in told.items() if value is not None}


def dismissed(job: ProcessJob, root: str) -> dict[str, Any]:
    """What is told of a job that was just removed."""
    now = iso(timezone.now())
    links = [_link(f"{root}/jobs", f"{REL}/job-list", _("任务列表"))]
    told = {"status": "dismissed", "message": _("已取消并删除"), "updated": now, "links": links}
    return {**status(job, root), **told}


def _described(declared: Input) -> dict[str, Any]:
    found: dict[str, Any] = {
        "title": declared.title,
        "schema": dict(declared.schema),
        "minOccurs": int(declared.required),
        "maxOccurs": 1,
    }
    return {**found, "description": declared.description} if declared.description else found


def _link(href: str, rel: str, title: str, media: str = JSON) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": media, "title": title}
