"""Patrols: an inspector's track, kept on duty only, for a limited time, of good fixes only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from grid.models import Case, GridCell, Patrol, PatrolPoint
from grid.patrols.tracks import GAP
from spatial.casework.errors import InvalidInput
from spatial.city import city

MOST_POINTS = 2_000
AHEAD = timedelta(minutes=5)  # a phone's clock may be so much fast


@dataclass(frozen=True)
class Fix:
    """Where a phone says that it was (city's CRS), and how sure it is."""

    at: datetime
    point: Point
    accuracy_m: float


def patrol_of(user: Any) -> Patrol | None:
    """The patrol that the user is on."""
    return Patrol.objects.filter(user=user, ended_at=None).first()


@transaction.atomic
def start_patrol(user: Any, at: datetime | None = None) -> Patrol:
    """On duty from now, or from a moment before; who is on duty stays so.

    A patrol left open (``close_idle_patrols``) ends first; a start sent twice is one.
    """
    now = timezone.now()
    if at and (known := Patrol.objects.filter(user=user, started_at=at).first()):
        return known
    _close_idle(Patrol.objects.filter(user=user))
    found, _made = Patrol.objects.get_or_create(
        user=user, ended_at=None, defaults={"started_at": min(at or now, now)}
    )
    return found


@transaction.atomic
def stop_patrol(user: Any, at: datetime | None = None) -> Patrol | None:
    """Off duty."""
    found = Patrol.objects.select_for_update().filter(user=user, ended_at=None).first()
    if found:
        found.ended_at = max(found.started_at, min(at or timezone.now(), timezone.now()))
        found.save()
    return found


@transaction.atomic
def add_fixes(user: Any, fixes: Iterable[Fix], since: datetime | None = None) -> tuple[int, int]:
    """Keep what was taken on duty; returns (kept, dropped).

    Dropped is what is not sure enough, was taken off duty, or is known already. ``since``
    is when the phone went on duty: had that patrol been closed as idle while the phone had
    no signal, it goes on.

    Raises:
        InvalidInput: too many at once.
    """
    fixes = list(fixes)
    if len(fixes) > MOST_POINTS:
        raise InvalidInput(f"一次最多 {MOST_POINTS} 个轨迹点")
    oldest = timezone.now() - timedelta(days=city().patrols.kept_days)
    if since and fixes:
        _take_up(user, since, max(fix.at for fix in fixes))
    patrols = list(
        Patrol.objects.filter(user=user, started_at__gte=oldest - timedelta(days=1)).order_by("id")
    )
    rows = [
        PatrolPoint(patrol=patrol, at=fix.at, accuracy_m=fix.accuracy_m, geom=fix.point)
        for fix in fixes
        if fix.accuracy_m <= city().patrols.worst_accuracy_m
        and oldest <= fix.at <= timezone.now() + AHEAD
        and (patrol := _on_duty(patrols, fix.at))
    ]
    before = PatrolPoint.objects.filter(patrol__in=patrols).count()
    PatrolPoint.objects.bulk_create(rows, ignore_conflicts=True)
    kept = PatrolPoint.objects.filter(patrol__in=patrols).count() - before
    return kept, len(fixes) - kept


def close_idle_patrols() -> int:
    """End, at its last fix, each patrol left open for the city's ``idle_hours``; returns how many."""
    return _close_idle(Patrol.objects.all())


@transaction.atomic
def forget_old_tracks() -> int:
    """Delete what is past its time, of open patrols too; returns how many patrols went."""
    oldest = timezone.now() - timedelta(days=city().patrols.kept_days)
    # No fix is older than its patrol: this finds them by the index on the patrol.
    PatrolPoint.objects.filter(patrol__started_at__lt=oldest, at__lt=oldest).delete()
    return Patrol.objects.filter(ended_at__lt=oldest).delete()[1].get("grid.Patrol", 0)


def patrols_of_day(day: date, user: Any = None) -> QuerySet[Patrol]:
    """Patrols that ran on a day (the city's time), in order; of one user if given."""
    begin = timezone.make_aware(datetime.combine(day, time.min))
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    found = Patrol.objects.filter(started_at__lt=end).exclude(ended_at__lte=begin)
    if user is not None:
        found = found.filter(user=user)
    return found.select_related("user").order_by("started_at", "id")


def lengths_m(patrols: Iterable[Patrol]) -> dict[int, tuple[int, float]]:
    """(fixes, metres) of each patrol; over a gap no way is counted (``grid.patrols.tracks``)."""
    points = f'"{PatrolPoint._meta.db_table}"'
    sql = (
        "SELECT patrol_id, count(*), coalesce(sum(ST_Distance(geom, before))"
        " FILTER (WHERE at - before_at <= make_interval(secs => %s)), 0)"
        " FROM (SELECT patrol_id, at, geom, lag(geom) OVER w AS before, lag(at) OVER w AS before_at"
        f" FROM {points} WHERE patrol_id = ANY(%s) WINDOW w AS (PARTITION BY patrol_id ORDER BY at)) p"
        " GROUP BY patrol_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [GAP.total_seconds(), [patrol.pk for patrol in patrols]])
        return {key: (number, metres) for key, number, metres in cursor.fetchall()}


def cells_walked(patrol: Patrol) -> list[str]:
    """The unit grid cells that a patrol's fixes lie in, by code."""
    sql = (
        f'SELECT DISTINCT g.code FROM "{PatrolPoint._meta.db_table}" p'
        f' JOIN "{GridCell._meta.db_table}" g ON upper_inf(g.valid) AND ST_Intersects(g.geom, p.geom)'
        " WHERE p.patrol_id = %s ORDER BY 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [patrol.pk])
        return [code for (code,) in cursor.fetchall()]


def reports_on(patrol: Patrol) -> list[Case]:
    """What the inspector reported on a patrol, in order; by when it was seen, not received."""
    cases = Case.objects.current().filter(reporter=patrol.user.get_username())
    cases = cases.alias(seen=Coalesce("captured_at", "reported_at"))
    cases = cases.filter(seen__gte=patrol.started_at)
    if patrol.ended_at:
        cases = cases.filter(seen__lte=patrol.ended_at)
    return list(cases.order_by("seen", "code"))


def _close_idle(patrols: QuerySet[Patrol]) -> int:
    latest = PatrolPoint.objects.filter(patrol=OuterRef("pk")).order_by("-at").values("at")[:1]
    limit = timezone.now() - timedelta(hours=city().patrols.idle_hours)
    found = patrols.filter(ended_at=None, started_at__lt=limit)
    found = found.annotate(latest=Coalesce(Subquery(latest), "started_at"))
    return found.filter(latest__lt=limit).update(ended_at=F("latest"))


def _take_up(user: Any, since: datetime, until: datetime) -> None:
    """Open again the patrol that a phone is still on, unless a later one has begun."""
    if not Patrol.objects.filter(user=user, started_at__gt=since).exists():
        Patrol.objects.filter(user=user, started_at=since, ended_at__lt=until).update(ended_at=None)


def _on_duty(patrols: list[Patrol], at: datetime) -> Patrol | None:
    for patrol in patrols:
        if patrol.started_at <= at and (patrol.ended_at is None or at <= patrol.ended_at):
            return patrol
    return None
