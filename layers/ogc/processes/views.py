"""OGC API Processes: the list, a description, executions, jobs and their results."""

import json
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.models import ProcessJob
from layers.ogc.common.errors import (
    ContentTooLarge,
    Gone,
    InvalidInputs,
    JobNotFound,
    MethodNotAllowed,
    ProcessNotFound,
    ResultNotReady,
    UnsupportedMediaType,
    ogc_errors,
)
from layers.ogc.common.negotiation import carried_on, negotiated_format, root_url
from layers.ogc.common.requests import read_only
from layers.ogc.formats.slots import slot_of
from layers.ogc.processes import jobs
from layers.ogc.processes.declared import Asking, Process
from layers.ogc.processes.documents import JSON, REL, description, dismissed, status, summary
from layers.ogc.processes.filtering import PARAMETERS, chosen
from layers.ogc.processes.inputs import MOST_BYTES, read_execution
from layers.ogc.processes.listed import PROCESSES, process_named
from layers.ogc.processes.result_tables import result_view
from layers.sharing.callers import address_of, api_caller

SYNC_MS = 10_000
SYNC_PER_CALLER = 2  # at once; each holds a thread of the server
MEDIA = ("application/json", "application/geo+json")


@require_safe
@ogc_errors
def processes(request: HttpRequest) -> HttpResponse:
    """``/ogc/processes``."""
    api_caller(request)
    read_only(request.GET, ("limit",))
    root = root_url(request)
    links = [
        {"rel": "self", "type": JSON, "href": f"{root}/processes?f=json"},
        {"rel": "alternate", "type": "text/html", "href": f"{root}/processes?f=html"},
    ]
    document = {"processes": [summary(p, root) for p in PROCESSES], "links": links}
    if negotiated_format(request) == "html":
        return _page(request, "processes", document)
    return _json(document)


@require_safe
@ogc_errors
def process(request: HttpRequest, process_id: str) -> HttpResponse:
    """``/ogc/processes/{id}``."""
    api_caller(request)
    read_only(request.GET, ())
    found = _process(process_id)
    document = description(found, root_url(request))
    if negotiated_format(request) == "html":
        example = json.dumps(document["example"], ensure_ascii=False, indent=1)
        inputs = [
            (name, entry, declared.required, _text(entry["schema"]))
            for (name, entry), declared in zip(
                document["inputs"].items(), found.inputs.values(), strict=True
            )
        ]
        return _page(
            request,
            "process",
            document,
            inputs=inputs,
            result=_text(document["outputs"]["result"]["schema"]),
            example=example,
            address=f"{root_url(request)}/processes/{found.id}/execution",
        )
    return _json(document)


@ogc_errors
def execution(request: HttpRequest, process_id: str) -> HttpResponse:
    """``/ogc/processes/{id}/execution``: at once, or by a worker (``Prefer: respond-async``).

    Needs no token against forged requests: nothing but a job of the caller's own is written.
    """
    if request.method != "POST":
        raise MethodNotAllowed(_("该地址只接受 POST"), "POST")
    caller = api_caller(request)
    read_only(request.GET, ())
    found, wanted = _process(process_id), negotiated_format(request)
    if request.content_type not in MEDIA:
        raise UnsupportedMediaType(
            _("不接受 %(kind)s；可用：%(json)s")
            % {"kind": request.content_type or "没有 Content-Type 的正文", "json": JSON}
        )
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise ContentTooLarge(
            _("请求正文超过 %(most_bytes)s 字节；请简化范围") % {"most_bytes": f"{MOST_BYTES:,}"}
        )
    inputs, form = read_execution(request.body)
    question = found.reads(caller, inputs)
    if _prefers_a_job(request):
        job = jobs.submit_job(caller, address_of(request), found.id, inputs, form)
        response = _json(status(job, root_url(request)), status=201)
        response["Location"] = f"{root_url(request)}/jobs/{job.pk}"
        response["Preference-Applied"] = "respond-async"
        return response
    with slot_of(caller, address_of(request), _("计算"), SYNC_PER_CALLER):
        result = found.answers(Asking(caller, SYNC_MS), question)
    return _result(request, result, form, wanted)


@require_safe
@ogc_errors
def job_list(request: HttpRequest) -> HttpResponse:
    """``/ogc/jobs``: the caller's own, the latest first; nobody's are not listed."""
    read_only(request.GET, PARAMETERS)
    wanted = negotiated_format(request)
    found, more = chosen(jobs.jobs_of(api_caller(request)), request.GET.dict())
    root = root_url(request)
    links = [{"rel": "self", "type": JSON, "href": f"{root}/jobs"}]
    if more:
        links.append(
            {"rel": "next", "type": JSON, "href": f"{root}/jobs?{carried_on(request, more)}"}
        )
    document = {"jobs": [status(job, root) for job in found], "links": links}
    return _page(request, "jobs", document) if wanted == "html" else _json(document)


@ogc_errors
def job(request: HttpRequest, job_id: str) -> HttpResponse:
    """``/ogc/jobs/{id}``: how it stands (GET), or away with it (DELETE)."""
    if request.method not in ("GET", "HEAD", "DELETE"):
        raise MethodNotAllowed(_("该地址不接受这种操作"), "GET, HEAD, DELETE")
    read_only(request.GET, ())
    wanted = negotiated_format(request)
    found, root = _job(request, job_id), root_url(request)
    document = status(found, root)
    if request.method == "DELETE":
        jobs.dismiss(found)
        document = dismissed(found, root)
    return _page(request, "job", document) if wanted == "html" else _json(document)


@require_safe
@ogc_errors
def results(request: HttpRequest, job_id: str) -> HttpResponse:
    """``/ogc/jobs/{id}/results``: as long as its layers are shared as they were."""
    read_only(request.GET, ())
    wanted = negotiated_format(request)
    found = _job(request, job_id)
    if found.state == ProcessJob.State.FAILED:
        raise InvalidInputs([("/inputs", found.message)])
    if found.state != ProcessJob.State.SUCCESSFUL:
        raise ResultNotReady(_("任务还没有完成，请稍后再取"))
    if not jobs.may_still_have(api_caller(request), found):
        raise Gone(_("所用图层的授权已经变化，请重新提交"), [])
    return _result(request, found.result, found.form, wanted)


def advertise(request: HttpRequest, document: Any) -> Any:
    """The landing page with links to the processes and the jobs."""
    links = document.get("links", []) if isinstance(document, dict) else []
    if any(link["rel"] == "service-desc" for link in links):
        root = root_url(request)
        for name, rel, title in (
            ("processes", "processes", _("处理")),
            ("jobs", "job-list", _("任务")),
        ):
            link = {"rel": f"{REL}/{rel}", "type": JSON, "title": title}
            document["links"].append({**link, "href": f"{root}/{name}"})
    return document


def _process(process_id: str) -> Process:
    found = process_named(process_id)
    if found is None:
        raise ProcessNotFound(_("没有处理“%(process_id)s”") % {"process_id": process_id})
    return found


def _job(request: HttpRequest, job_id: str) -> ProcessJob:
    try:
        number = uuid.UUID(job_id)
    except ValueError:
        number = None
    found = jobs.job_of(api_caller(request), str(number)) if number else None
    if found is None:
        raise JobNotFound(_("没有任务“%(job_id)s”，或已过保存期") % {"job_id": job_id})
    return found


def _prefers_a_job(request: HttpRequest) -> bool:
    """Whether the preference ``respond-async`` is among those told (RFC 7240)."""
    preferences = request.headers.get("Prefer", "").split(",")
    return any(p.partition(";")[0].strip().lower() == "respond-async" for p in preferences)


def _result(request: HttpRequest, result: Any, form: str, wanted: str) -> HttpResponse:
    if wanted == "html":
        return _page(request, "result", result_view(result))
    return _json(result if form == "raw" else {"result": result})


def _page(request: HttpRequest, name: str, document: Any, **more: Any) -> HttpResponse:
    """A page for people with all that the JSON document says."""
    response = render(request, f"ogc/{name}.html", {"document": document, **more})
    return _private(response)


def _text(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False)


def _json(document: Any, *, status: int = 200) -> HttpResponse:
    return _private(HttpResponse(_text(document), content_type=JSON, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    response["Vary"] = "Accept, Accept-Language, Authorization, Cookie"
    return response
