"""The part of the OpenAPI document about processes and jobs."""

from typing import Any

from django.utils.translation import gettext as _

from layers.ogc.openapi import parts
from layers.ogc.processes.declared import Process
from layers.ogc.processes.filtering import STATES
from layers.ogc.processes.listed import PROCESSES

TAG = "processes"
JOB = {
    "type": "object",
    "required": ["type", "jobID", "status"],
    "properties": {
        "type": {"type": "string", "enum": ["process"]},
        "jobID": parts.TEXT,
        "processID": parts.TEXT,
        "status": {"type": "string", "enum": sorted(STATES)},
        "message": parts.TEXT,
        "created": {"type": "string", "format": "date-time"},
        "started": {"type": "string", "format": "date-time"},
        "finished": {"type": "string", "format": "date-time"},
        "updated": {"type": "string", "format": "date-time"},
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
        "links": parts.LINKS,
    },
}


def paths() -> dict[str, Any]:
    """The processes, their executions, the caller's jobs."""
    number = parts.in_path("jobId", {"type": "string", "format": "uuid"})
    here = [number, parts.shared("f")]
    found: dict[str, Any] = {
        "/processes": parts.plain("processes", _("处理列表"), TAG),
        "/jobs": parts.get(
            "jobs",
            _("本人（本系统）的任务"),
            [*_job_parameters(), parts.shared("f")],
            parts.ok(_listed()),
            tag=TAG,
        ),
        "/jobs/{jobId}": {
            "get": parts.described("job", _("任务状态"), here, parts.ok(JOB), tag=TAG),
            "delete": parts.described(
                "job.dismiss", _("取消并删除任务"), here, parts.ok(JOB), tag=TAG
            ),
        },
        "/jobs/{jobId}/results": parts.get(
            "job.results",
            _("任务结果"),
            here,
            parts.ok(parts.OBJECT),
            tag=TAG,
            refusals=(410,),
        ),
    }
    for process in PROCESSES:
        address = f"/processes/{process.id}"
        found[address] = parts.plain(process.id, process.title, TAG)
        found[f"{address}/execution"] = {"post": _execution(process)}
    return found


def _execution(process: Process) -> dict[str, Any]:
    prefer = {
        "name": "Prefer",
        "in": "header",
        "description": _("respond-async：由后台计算，先返回任务状态"),
        "schema": {"type": "string"},
    }
    answers = {
        **parts.ok(parts.OBJECT),
        "201": {
            "description": _("已提交任务"),
            "content": {"application/json": {"schema": JOB}},
        },
    }
    body = {"required": True, "content": {"application/json": {"schema": _asked(process)}}}
    return parts.described(
        f"{process.id}.execute",
        _("执行：%(title)s") % {"title": process.title},
        [prefer, parts.shared("f")],
        answers,
        tag=TAG,
        refusals=(413, 415, 503),
        body=body,
    )


def _asked(process: Process) -> dict[str, Any]:
    inputs = {
        name: {**declared.schema, "description": declared.description or declared.title}
        for name, declared in process.inputs.items()
    }
    required = [name for name, declared in process.inputs.items() if declared.required]
    return {
        "type": "object",
        "required": ["inputs"],
        "properties": {
            "inputs": {"type": "object", "required": required, "properties": inputs},
            "outputs": {"type": "object", "properties": {"result": parts.OBJECT}},
            "response": {"type": "string", "enum": ["raw", "document"], "default": "raw"},
        },
        "example": {"inputs": process.example()},
    }


def _listed() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["jobs", "links"],
        "properties": {"jobs": {"type": "array", "items": JOB}, "links": parts.LINKS},
    }


def _job_parameters() -> list[dict[str, Any]]:
    seconds = {"type": "integer", "minimum": 0}
    return [
        parts.query("type", _("任务类型"), parts.TEXT),
        parts.query("processID", _("处理"), parts.TEXT),
        parts.query("status", _("状态，可用逗号并列"), parts.TEXT),
        parts.query("datetime", _("提交时间：时刻或区间"), parts.TEXT, **parts.LISTED),
        parts.query("minDuration", _("至少用时（秒）"), seconds),
        parts.query("maxDuration", _("至多用时（秒）"), seconds),
        parts.query("limit", _("每页数量"), {"type": "integer", "minimum": 1}, **parts.LISTED),
        parts.query("offset", _("跳过数量"), seconds),
    ]
