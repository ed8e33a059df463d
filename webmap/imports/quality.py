"""What the last delivery of each layer showed, for the catalogue."""

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db.models import Count

from importers.checks.titles import shown_title_of
from importers.models import ImportIssue, ImportRun
from layers.sharing.records import Quality


def quality_of(layer_ids: Iterable[str]) -> Mapping[str, Quality]:
    """The figures of the last committed run of each layer, by layer id."""
    runs = ImportRun.objects.filter(layer__in=list(layer_ids), state=ImportRun.State.COMMITTED)
    last = {run.layer: run for run in runs.order_by("layer", "-id").distinct("layer")}
    found: dict[int, Counter[str]] = {run.pk: Counter() for run in last.values()}
    issues = ImportIssue.objects.filter(run__in=found).values_list("run_id", "code")
    for run_id, code, number in issues.annotate(number=Count("id")).order_by():
        found[run_id][shown_title_of(code)] += number
    return {
        name: Quality(run.pk, run.finished_at, run.counts, dict(found[run.pk].most_common()))
        for name, run in last.items()
    }
