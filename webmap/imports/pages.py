"""Looking at deliveries: the list, the upload, one run with its findings and differences."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from importers.checks.notices import notice_of
from importers.models import ImportIssue, ImportRun
from importers.reading.registers import register_of
from importers.runs import recovery, review
from importers.sources.registry import sources_of
from layers.access.access import may_deliver, may_see
from layers.declarations.declarations import Layer
from spatial.city import city
from webmap.imports import actions, runs
from webmap.imports.guards import deliverable, for_importers, reviewable
from webmap.web.callers import caller_of
from webmap.web.errors import wants_json
from webmap.web.parsing import page_in
from webmap.web.spreadsheets import csv_answer
from webmap.web.values import layer_title

LISTED = 60
HEAD = ("文件", "行", "字段", "程度", "代码", "问题", "建议", "Y（东）", "X（北）")
JSON = {"ensure_ascii": False}
MOVING = (ImportRun.State.WAITING, ImportRun.State.RUNNING)


@for_importers
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The deliveries taken in so far; a POST begins one of files uploaded before."""
    if request.method == "POST":
        return actions.begin(request)
    recovery.settle_abandoned()
    listed = list(runs.runs_for(request)[:LISTED])
    titles = {layer.id: layer for layer in reviewable(request)}
    if wants_json(request):
        found = [runs.as_json(run, titles[run.layer]) for run in listed]
        return JsonResponse({"imports": found}, json_dumps_params=JSON)
    entries = [{"run": run, "title": layer_title(titles[run.layer])} for run in listed]
    return render(request, "imports/index.html", {"entries": entries})


@for_importers
@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """The form of a new delivery."""
    get_token(request)
    groups: dict[str, list[dict[str, Any]]] = {}
    for layer in deliverable(request):
        sources = [{"name": s.name, "title": s.title} for s in sources_of(layer.id)]
        entry = {"layer": layer, "title": layer_title(layer), "sources": sources}
        groups.setdefault(layer.group, []).append(entry)
    context = {"groups": groups, "accepted": sorted(city().accepted), "city": city()}
    return render(request, "imports/new.html", context)


@for_importers
@never_cache
@require_safe
def one(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run: how far it is, what it found, what it would do."""
    run, layer = runs.run_for(request, run_id)
    if run.state in MOVING or run.stage:
        recovery.settle(run)
        run.refresh_from_db()
    if wants_json(request):
        return JsonResponse(runs.as_json(run, layer), json_dumps_params=JSON)
    get_token(request)
    context = _context(request, run, layer)
    part = request.GET.get("part", "")
    template = "imports/head.html" if part == "head" else "imports/run.html"
    return render(request, template, context)


@for_importers
@never_cache
@require_safe
def issues(request: HttpRequest, run_id: int) -> HttpResponse:
    """A page of findings."""
    run, layer = runs.run_for(request, run_id)
    asked = request.GET
    found = runs.issues_of(
        run, asked.get("code", ""), asked.get("severity", ""), page_in(asked.get("page"))
    )
    listed = [runs.issue_json(issue, layer) for issue in found["issues"]]
    if wants_json(request):
        return JsonResponse({**found, "issues": listed}, json_dumps_params=JSON)
    context = {**found, "issues": listed, "run": run, "code": asked.get("code", "")}
    context["is_open"] = runs.is_open(request, run, layer)
    context["kinds"] = runs.issue_kinds(run)
    return render(request, "imports/issues.html", context)


@for_importers
@require_safe
def issues_csv(request: HttpRequest, run_id: int) -> StreamingHttpResponse:
    """All kept findings as a table for the surveyor who has to mend them."""
    run, _layer = runs.run_for(request, run_id)
    issues = run.issues.all()  # type: ignore[attr-defined]
    cells = (_cells(issue) for issue in issues.iterator(chunk_size=2_000))
    return csv_answer(f"import-{run.pk}-issues.csv", HEAD, cells)


def _cells(issue: ImportIssue) -> list[Any]:
    place = issue.position
    where = [Decimal(f"{x:.3f}") for x in (place.x, place.y)] if place else ["", ""]
    severity = {"error": "错误", "warning": "警告"}.get(issue.severity, issue.severity)
    said = [issue.field, severity, issue.code, issue.message, issue.hint]
    return [issue.file, issue.row or "", *said, *where]


@for_importers
@never_cache
@require_safe
def rows(request: HttpRequest, run_id: int) -> HttpResponse:
    """A page of what would be added, changed, ended."""
    run, layer = runs.run_for(request, run_id)
    asked = request.GET
    found = runs.rows_of(
        run, layer, asked.get("action", ""), asked.get("q", "")[:60], page_in(asked.get("page"))
    )
    if wants_json(request):
        return JsonResponse(found, json_dumps_params=JSON)
    context = {**found, "run": run, "action": asked.get("action", ""), "q": asked.get("q", "")}
    context["is_open"] = runs.is_open(request, run, layer)
    return render(request, "imports/rows.html", context)


def _context(request: HttpRequest, run: ImportRun, layer: Layer) -> dict[str, Any]:
    chosen = review.counted(run) if run.state == ImportRun.State.DRY else {}
    delivers = may_deliver(caller_of(request), layer)
    extent = city().extent
    return {
        "run": run,
        "notice": notice_of(layer),
        "layer": layer,
        "title": layer_title(layer),
        "kinds": runs.issue_kinds(run),
        "chosen": chosen,
        "choices": [(action, chosen[action]) for action in runs.ACTIONS] if chosen else [],
        "accepted": sum(chosen[a]["accepted"] for a in runs.ACTIONS) if chosen else 0,
        "is_moving": run.state in MOVING or bool(run.stage),
        "is_open": runs.is_open(request, run, layer),
        "ending": chosen["end"]["accepted"] if chosen else 0,
        "lone": run.counts.get("lone", 0),
        "warned": [kind for kind in runs.issue_kinds(run) if kind["severity"] == "warning"],
        "is_committed": run.state == ImportRun.State.COMMITTED,
        "may_undo": runs.is_undoable(request, run),
        "may_repeat": bool(run.options.get("uploaded"))
        and not run.options.get("expired")
        and delivers,
        "may_keep_source": delivers,
        "ends_only": run.state == ImportRun.State.DRY and bool(run.options.get("ends_many")),
        "share": round(100 * run.done / run.total) if run.total else None,
        "ignored": run.options.get("ignored", {}),
        "headers": run.options.get("headers", {}),
        "columns_found": run.options.get("columns_found", []),
        "mapping": _mapping(run, layer),
        "config": {
            "run": run.pk,
            "bounds": runs.extent_of(run, layer)
            or [extent.west, extent.south, extent.east, extent.north],
            "standing": layer.id if layer.paint and may_see(caller_of(request), layer) else "",
        },
    }


def _mapping(run: ImportRun, layer: Layer) -> list[dict[str, Any]]:
    """The register's fields, and which of the file's columns fills each."""
    headers = run.options.get("headers", {})
    register = register_of(layer)
    code = {"name": "code", "title": _("编码"), "required": True, "header": headers.get("code", "")}
    return [code] + [
        {
            "name": column.name,
            "title": layer.field_title_shown(column.name),
            "required": column.required,
            "header": headers.get(column.name, ""),
        }
        for column in register.columns
    ]
