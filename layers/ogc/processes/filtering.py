"""Which of the caller's jobs are listed (OGC API Processes 1, job list)."""

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from layers.models import ProcessJob
from layers.ogc.common.errors import InvalidParameter
from layers.ogc.common.requests import read_integer
from spatial.city import city
from spatial.periods import parse_as_of

PARAMETERS = (
    "type",
    "processID",
    "status",
    "datetime",
    "minDuration",
    "maxDuration",
    "limit",
    "offset",
)
DEFAULT_LIMIT, MAX_LIMIT = 20, 1_000
MOST_S = 10**9
STATES = set(ProcessJob.State.values)


def chosen(
    jobs: QuerySet[ProcessJob], params: Mapping[str, str]
) -> tuple[list[ProcessJob], dict[str, str]]:
    """The jobs that meet the parameters, one page of them, and the query of the next page, if any.

    Raises:
        InvalidParameter, PeriodError: a value that cannot be read.
    """
    limit = min(read_integer(params, "limit", DEFAULT_LIMIT, least=1), MAX_LIMIT)
    offset = read_integer(params, "offset", 0, least=0, most=MOST_S)
    if params.get("type") and "process" not in _named(params["type"]):
        jobs = jobs.none()
    if params.get("processID"):
        jobs = jobs.filter(process__in=_named(params["processID"]))
    if params.get("status"):
        if unknown := _named(params["status"]) - STATES:
            raise InvalidParameter(
                _("没有状态“%(name)s”；可用：%(listed)s")
                % {"name": min(unknown), "listed": "、".join(sorted(STATES))}
            )
        jobs = jobs.filter(state__in=_named(params["status"]))
    jobs = _within_time(jobs, params)
    found = list(jobs[offset : offset + limit + 1])
    kept = {name: value for name, value in params.items() if name in PARAMETERS}
    more = {**kept, "offset": str(offset + limit)} if len(found) > limit else {}
    return found[:limit], more


def _within_time(jobs: QuerySet[ProcessJob], params: Mapping[str, str]) -> QuerySet[ProcessJob]:
    if params.get("datetime"):
        asked = parse_as_of(params["datetime"], city().time_zone)
        start, end = (asked.start, asked.end) if asked.interval else (asked.instant, asked.instant)
        if start:
            jobs = jobs.filter(created_at__gte=start)
        if end:
            jobs = jobs.filter(created_at__lte=end)
    for name, comparison in (("minDuration", "gte"), ("maxDuration", "lte")):
        if params.get(name):
            seconds = timedelta(seconds=read_integer(params, name, 0, least=0, most=MOST_S))
            spent = Coalesce(F("finished_at"), Now()) - F("started_at")
            jobs = jobs.alias(spent=spent).filter(**{f"spent__{comparison}": seconds})
    return jobs


def _named(text: str) -> set[str]:
    return {part.strip() for part in text.split(",") if part.strip()}
