"""The findings of a run, written down."""

import shapely
from django.contrib.gis.geos import GEOSGeometry, Point

from importers.models import ImportIssue, ImportRun
from importers.values.issues import Issue, IssueLog
from spatial.city import city


def record_issues(run: ImportRun, log: IssueLog) -> None:
    """Keep the findings of a run; their counts stand complete in the run."""
    run.counts = {**run.counts, "issues": log.by_kind(), "issues_total": log.total}
    run.save(update_fields=["counts"])
    ImportIssue.objects.bulk_create((_record(run, issue) for issue in log.kept), batch_size=2_000)


def _record(run: ImportRun, issue: Issue) -> ImportIssue:
    where = None
    if issue.x is not None and issue.y is not None:
        where = Point(issue.x, issue.y, srid=city().projected)
    return ImportIssue(
        run=run,
        file=issue.file[:200],
        row=issue.row,
        field=issue.field,
        code=issue.code,
        severity=issue.severity.value,
        message=issue.message[:500],
        hint=issue.hint[:500],
        position=where,
        place=_geometry(issue.place),
        proposal=_geometry(issue.proposal),
    )


def _geometry(shape: shapely.Geometry | None) -> GEOSGeometry | None:
    if shape is None or shape.is_empty:
        return None
    return GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=city().projected)
