"""A run as pages and programs see it: its record, findings and staged rows."""

from typing import Any

from django.contrib.gis.db.models import Extent
from django.db import connection
from django.db.models import Count
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from importers.checks.notices import notice_of
from importers.checks.titles import shown_title_of
from importers.models import ImportIssue, ImportRun
from importers.runs import review
from importers.runs.rights import layers_touched
from importers.staging.staging import Stage
from layers.access.access import may_deliver, may_undo
from layers.declarations.declarations import Layer
from layers.declarations.refusals import only_by_steps, why_not_delivered
from layers.declarations.registry import layer_named
from layers.reading.personal import masks_of_rows
from layers.sharing.refused_writes import concerns
from spatial.city import city
from spatial.crs import transformer
from spatial.versions.queries import attribute_fields
from webmap.imports.guards import NotDeliverable, reviewable
from webmap.web.callers import caller_of
from webmap.web.values import field_title, scheme_of, shown

PAGE = 50
MOST_PAGES = 2000
ACTIONS = {"open": "新增", "replace": "变更", "end": "终止"}


def runs_for(request: HttpRequest) -> Any:
    """The runs of the layers that the caller may deliver or undo, newest first."""
    return ImportRun.objects.filter(layer__in=[layer.id for layer in reviewable(request)])


def run_for(request: HttpRequest, run_id: int) -> tuple[ImportRun, Layer]:
    """A run and its layer to look at, asked anew at every look.

    Raises:
        Http404: the caller may neither deliver nor undo the layer.
        NotDeliverable: nobody may, it is written by its steps; the run is of an earlier time.
    """
    run = ImportRun.objects.filter(pk=run_id).select_related("change").first()
    layer = layer_named(run.layer) if run else None
    if not run or not layer:
        raise Http404(_("没有这个入库批次"))
    concerns(request, layer.id)
    if layer.by_steps:
        raise NotDeliverable(only_by_steps(layer))
    caller = caller_of(request)
    if not may_deliver(caller, layer) and not may_undo(caller, [layer]):
        raise Http404(_("没有这个入库批次"))
    return run, layer


def run_to_decide(request: HttpRequest, run_id: int) -> tuple[ImportRun, Layer]:
    """A run and its layer to act upon, asked anew at every act but the undo.

    Raises:
        Http404: the caller may not look at it either.
        NotDeliverable: the caller may not deliver the layer.
    """
    run, layer = run_for(request, run_id)
    if not may_deliver(caller_of(request), layer):
        raise NotDeliverable(why_not_delivered(layer))
    return run, layer


def is_open(request: HttpRequest, run: ImportRun, layer: Layer) -> bool:
    """Whether a run waits for a decision that the caller may take."""
    return run.state == ImportRun.State.DRY and may_deliver(caller_of(request), layer)


def is_undoable(request: HttpRequest, run: ImportRun) -> bool:
    """Whether the caller may undo a run, in every register that it touched."""
    return may_undo(caller_of(request), layers_touched(run))


def as_json(run: ImportRun, layer: Layer) -> dict[str, Any]:
    """A run for programs."""
    return {
        "id": run.pk,
        "layer": run.layer,
        "title": layer.title,
        "state": run.state,
        "message": run.message,
        "stage": run.stage,
        "done": run.done,
        "total": run.total,
        "files": run.files,
        "source": run.source,
        "crs": run.crs,
        "counts": run.counts,
        "notice": notice_of(layer),
        "chosen": review.counted(run) if run.state == ImportRun.State.DRY else {},
        "ignored_columns": run.options.get("ignored", {}),
        "who": run.who,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "change": run.change_id,
        "undo_change": run.undo_change_id,
        "links": {
            "self": f"/imports/{run.pk}",
            "issues": f"/imports/{run.pk}/issues",
            "rows": f"/imports/{run.pk}/rows",
        },
    }


def issue_kinds(run: ImportRun) -> list[dict[str, Any]]:
    """The kinds of findings of a run with their complete numbers."""
    kept = {
        (row["severity"], row["code"]): row["n"]
        for row in run.issues.values("severity", "code").annotate(n=Count("id"))  # type: ignore[attr-defined]
    }
    told = run.counts.get("issues", {})
    return [
        {
            "severity": severity,
            "code": code,
            "title": shown_title_of(code),
            "number": number,
            "kept": kept.get((severity, code), 0),
        }
        for severity in ("error", "warning")
        for code, number in sorted(told.get(severity, {}).items(), key=lambda item: -item[1])
    ]


def issues_of(run: ImportRun, code: str = "", severity: str = "", page: int = 1) -> dict[str, Any]:
    """One page of findings, in the order of the file."""
    found = run.issues.all()  # type: ignore[attr-defined]
    if code:
        found = found.filter(code=code)
    if severity:
        found = found.filter(severity=severity)
    page = min(max(page, 1), MOST_PAGES)
    start = (page - 1) * PAGE
    listed = list(found.order_by("file", "row", "id")[start : start + PAGE + 1])
    return {"issues": listed[:PAGE], "page": page, "more": len(listed) > PAGE}


def issue_json(issue: ImportIssue, layer: Layer) -> dict[str, Any]:
    """A finding for programs and for the map: positions in degrees."""
    return {
        "id": issue.pk,
        "file": issue.file,
        "row": issue.row,
        "title": shown_title_of(issue.code),
        "field": issue.field,
        "field_title": _field_title(layer, issue.field),
        "code": issue.code,
        "severity": issue.severity,
        "message": issue.message,
        "hint": issue.hint,
        "position": degrees(issue.position.x, issue.position.y) if issue.position else None,
        "proposal": bool(issue.proposal),
        "accepted_by": issue.accepted_by,
        "bounds": bounds_of(issue),
    }


def _field_title(layer: Layer, name: str) -> str:
    """What a field is called, where the finding is about one of the register's."""
    found = {str(f.column): f for f in layer.model._meta.concrete_fields}
    return field_title(layer, found[name]) if name in found else name


def bounds_of(issue: ImportIssue) -> list[float] | None:
    """west, south, east, north in degrees of what an issue shows."""
    shape = issue.place or issue.proposal or issue.position
    if not shape:
        return None
    west, south, east, north = shape.extent
    return [*degrees(west, south), *degrees(east, north)]


def degrees(x: float, y: float) -> list[float]:
    """A projected position as longitude, latitude."""
    lon, lat = transformer(city().projected, city().geographic).transform(x, y)
    return [round(lon, 7), round(lat, 7)]


def rows_of(
    run: ImportRun, layer: Layer, action: str = "", text: str = "", page: int = 1
) -> dict[str, Any]:
    """One page of staged rows: what would be added, changed, ended; with what changes.

    Personal data are masked: what a review is about is whether they differ.
    """
    stage, page = Stage(run.pk), min(max(page, 1), MOST_PAGES)
    names = [str(f.column) for f in attribute_fields(layer.model) if f.name != "geom"]
    with connection.cursor() as cursor:
        if not stage.exists(cursor):
            return {"rows": [], "page": page, "more": False}
        columns = ", ".join(f's."{n}", v."{n}"' for n in names) or "NULL"
        place = "coalesce(s.geom, v.geom)" if layer.geometry else "NULL::geometry"
        moved = "s.geom IS DISTINCT FROM v.geom" if layer.geometry else "false"
        cursor.execute(
            f"SELECT s.action, s.accepted, s.code, s.row_number, {moved},"
            f" ST_XMin({place}), ST_YMin({place}), ST_XMax({place}), ST_YMax({place}), {columns}"
            f' FROM {stage.table} s LEFT JOIN "{layer.model._meta.db_table}" v ON v.id = s.expected'
            " WHERE s.action = ANY(%s) AND (%s = '' OR strpos(s.code, %s) > 0)"
            " ORDER BY s.action DESC, s.code OFFSET %s LIMIT %s",
            [
                [action] if action in ACTIONS else list(ACTIONS),
                text,
                text,
                (page - 1) * PAGE,
                PAGE + 1,
            ],
        )
        found = cursor.fetchall()
    cells = [row[9:] for row in found[:PAGE]]
    sides = [dict(zip(names, c[side::2], strict=True)) for c in cells for side in (0, 1)]
    masks = masks_of_rows(layer.model, layer.personal, sides)
    listed = [_row(layer, names, masks, row) for row in found[:PAGE]]
    return {"rows": listed, "page": page, "more": len(found) > PAGE}


def _row(layer: Layer, names: list[str], masks: dict[str, str], row: tuple) -> dict[str, Any]:
    action, accepted, code, number, moved, *rest = row
    box, cells = rest[:4], rest[4:]
    after, before = (
        dict(zip(names, cells[::2], strict=True)),
        dict(zip(names, cells[1::2], strict=True)),
    )
    said = {"open": after, "end": before, "replace": after}[action]
    differing = [
        name for name in names if (action == "replace" and after[name] != before[name])
        or (action != "replace" and said[name] not in (None, "", False))
    ]  # fmt: skip
    return {
        "action": action,
        "title": _(ACTIONS[action]),
        "accepted": accepted,
        "code": code,
        "row": number,
        "moved": bool(moved) and action == "replace",
        "bounds": [*degrees(box[0], box[1]), *degrees(box[2], box[3])]
        if box[0] is not None
        else None,
        "fields": [
            {
                "name": name,
                "title": field_title(layer, layer.column(name)),
                "before": _shown(layer, name, before, masks) if action != "open" else "",
                "after": _shown(layer, name, after, masks) if action != "end" else "",
            }
            for name in differing
        ],
    }


def _shown(layer: Layer, name: str, row: dict[str, Any], masks: dict[str, str]) -> str:
    value = row[name]
    if name in layer.personal:
        return masks.get(str(value or ""), "") or "—"
    scheme = scheme_of(layer, name, str(row.get("scheme") or ""))
    return shown(layer.column(name), value, scheme)


def extent_of(run: ImportRun, layer: Layer) -> list[float] | None:
    """west, south, east, north in degrees of what a run brings or finds wrong."""
    box = None
    if layer.geometry:
        with connection.cursor() as cursor:
            stage = Stage(run.pk)
            if stage.exists(cursor):
                cursor.execute(
                    f"SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)"
                    f" FROM (SELECT ST_Extent(geom) AS e FROM {stage.table}) AS x"
                )
                box = cursor.fetchone()
    if not box or box[0] is None:
        box = run.issues.aggregate(e=Extent("position"))["e"]  # type: ignore[attr-defined]
    if not box or box[0] is None:
        return None
    return [*degrees(box[0], box[1]), *degrees(box[2], box[3])]
