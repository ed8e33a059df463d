"""Reads of casework: where a place lies, what is near, what waits for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from grid.cases.actors import Actor
from grid.cases.steps import (
    CHECKING,
    CLOSING,
    ENDED,
    GRANTS,
    OPEN,
    SUSPENDED,
    TASKS,
    VERIFYING,
    WAITS_FOR,
    WORKFLOW,
)
from grid.cases.urgency import soon_from_sql
from grid.models import Case, CasePhoto, CaseRequest, CaseStep, Component, GridCell
from grid.roles import CENTRE, GridRole
from spatial.base.models import District
from spatial.city import city
from spatial.sealed.fields import column_of, sealed_fields
from spatial.sealed.queries import places_of

# Within this of a case is what it may name as its component, and what is shown beside it.
NEAR_M, MOST_NEAR = 100.0, 20


@dataclass(frozen=True)
class CasePlace:
    """Where a point lies: the village or community, and the cell if it has one."""

    district_code: str
    cell_code: str


def place_of(point: Point) -> CasePlace | None:
    """Where a point lies; None outside the city.

    On a border the smallest code counts, of cells as of districts.
    """
    cell = GridCell.objects.current().filter(geom__intersects=point).order_by("code").first()
    districts = District.objects.current().filter(geom__intersects=point)
    codes = sorted(districts.values_list("code", flat=True), key=lambda code: (-len(code), code))
    if not codes:
        return None
    if cell:
        return CasePlace(cell.community_code or codes[0], cell.code)
    return CasePlace(codes[0], "")


def case_of(code: str) -> Case | None:
    """The case as it stands."""
    return Case.objects.current().filter(code=code).first()


def case_reported_as(uuid: UUID) -> Case | None:
    """The case, as it stands, of the report with that UUID."""
    return Case.objects.current().filter(uuid=uuid).first()


def steps_of(code: str) -> list[CaseStep]:
    """What has been done on a case, in order."""
    return list(CaseStep.objects.filter(case_code=code))


def steps_behind(case: Case) -> list[CaseStep]:
    """The steps of a case, read once for each version of it that was loaded."""
    if "steps_behind" not in case.__dict__:
        case.__dict__["steps_behind"] = steps_of(case.code)
    return case.__dict__["steps_behind"]


def photos_of(code: str) -> list[CasePhoto]:
    """The photos of a case, in order."""
    return list(CasePhoto.objects.filter(case_code=code))


def photos_by_case(codes: Iterable[str]) -> dict[str, list[CasePhoto]]:
    """The photos of several cases, each case's in order; a case without has no entry."""
    found: dict[str, list[CasePhoto]] = {}
    for photo in CasePhoto.objects.filter(case_code__in=list(codes)):
        found.setdefault(photo.case_code, []).append(photo)
    return found


def requests_of(code: str) -> list[CaseRequest]:
    """What the department has asked for, newest first."""
    return list(CaseRequest.objects.filter(case_code=code).order_by("-id"))


def likely_duplicates(case: Case) -> list[tuple[Case, float]]:
    """Open cases of the same class near in place and time, with their distance in metres.

    None once the case is past the states in which it can be merged into one of them.
    """
    if case.step not in WORKFLOW.of("merge").sources:
        return []
    span = timedelta(hours=city().duplicates.within_hours)
    found = (
        Case.objects.current()
        .filter(
            scheme=case.scheme,
            class_code=case.class_code,
            geom__dwithin=(case.geom, city().duplicates.within_m),
            reported_at__range=(case.reported_at - span, case.reported_at + span),
        )
        .exclude(code=case.code)
        .exclude(step__in=ENDED)
        .annotate(far=Distance("geom", case.geom))
        .order_by("far", "code")[:MOST_NEAR]
    )
    return [(other, other.far.m) for other in found]


def cases_near(case: Case, among: QuerySet[Case], since: datetime) -> tuple[list[Case], list[Case]]:
    """What else is open within 100 m, and what has ended there since then; the nearest first."""
    near = (
        among.filter(geom__dwithin=(case.geom, NEAR_M))
        .exclude(code=case.code)
        .annotate(far=Distance("geom", case.geom))
        .order_by("far", "code")
    )
    still_open = near.exclude(step__in=ENDED)[:MOST_NEAR]
    ended = near.filter(step__in=ENDED, closed_at__gte=since)[:MOST_NEAR]
    found = sorted(still_open.union(ended, all=True), key=lambda one: (one.far, one.code))
    return [c for c in found if c.step not in ENDED], [c for c in found if c.step in ENDED]


def component_of(code: str) -> Component | None:
    """The component as it stands."""
    return Component.objects.current().filter(code=code).first()


def with_cell(found: QuerySet[Case]) -> QuerySet[Case]:
    """The cases, each knowing whether its cell has an inspector (``cell_has_inspector``)."""
    cells = GridCell.objects.current().filter(code=OuterRef("cell_code")).exclude(inspector="")
    return found.annotate(cell_has_inspector=Exists(cells))


def components_near(point: Point, within_m: float = NEAR_M) -> list[tuple[Component, float]]:
    """The nearest components, with their distance in metres."""
    found = (
        Component.objects.current()
        .filter(geom__dwithin=(point, within_m))
        .annotate(far=Distance("geom", point))
        .order_by("far", "code")[:MOST_NEAR]
    )
    return [(one, one.far.m) for one in found]


def visible_cases(actor: Actor) -> QuerySet[Case]:
    """The cases that somebody may look at: in the own right, or as a deputy."""
    wanted = Q(pk__in=[])
    for one in actor.capacities:
        allowed = visible_to(one)
        if not allowed:
            return Case.objects.current()
        wanted |= allowed
    return Case.objects.current().filter(wanted)


def visible_to(actor: Actor) -> Q:
    """The cases that somebody may look at in the own right; nothing to fulfil: every case.

    The centre's roles see every case; a department its own; an inspector those of the own
    area, and those that they reported or are to look at.
    """
    if actor.roles & CENTRE:
        return Q()
    allowed = Q(pk__in=[])
    if GridRole.HANDLER in actor.roles and actor.department:
        allowed |= Q(department__in=(actor.department, *actor.other_names))
    if GridRole.INSPECTOR in actor.roles:
        allowed |= Q(reporter=actor.name) | Q(inspector=actor.name)
        for district in actor.districts:
            allowed |= Q(district_code__startswith=district)
    return allowed


def cases_reported_by(actor: Actor, text: str) -> list[tuple[str, str]]:
    """(code, mask) of cases that this one may look at, of whose reporter this is name or number.

    Exact but for blanks and width. Whoever asks has logged it.
    """
    columns = [column_of(Case, field) for field in sealed_fields(Case)]
    masks = {place.code: place.mask for place in places_of(text, columns)}
    codes = visible_cases(actor).filter(code__in=masks).order_by("code")
    return [(code, masks[code]) for code in codes.values_list("code", flat=True)]


def queue(actor: Actor, state: str) -> QuerySet[Case]:
    """What waits in a state for this one, the most urgent first."""
    found = visible_cases(actor).filter(step=state)
    if state in (VERIFYING, CHECKING) and actor.all_roles <= {GridRole.INSPECTOR}:
        found = found.filter(inspector__in=("", *(one.name for one in actor.capacities)))
    return found.order_by("step_due_at", "entered_at", "code")


def results_given(actor: Actor) -> QuerySet[Case]:
    """The cases whose check this one passed and that nobody has closed, the latest first."""
    names = [one.name for one in actor.capacities]
    passed = CaseStep.objects.filter(action="pass_check", who__in=names).values("case_code")
    found = visible_cases(actor).filter(step=CLOSING, code__in=passed)
    return found.order_by("-entered_at", "code")


def queue_counts(actor: Actor, now: datetime | None = None) -> dict[str, tuple[int, int, int]]:
    """By state: (waiting, of these overdue, of these about to be)."""
    now = now or timezone.now()
    rows = (
        visible_cases(actor)
        .filter(step__in=OPEN)
        .annotate(soon_from=soon_from_sql())
        .values("step")
        .annotate(
            number=Count("id"),
            late=Count("id", filter=Q(step_due_at__lt=now)),
            soon=Count("id", filter=Q(step_due_at__gte=now, soon_from__lte=now)),
        )
    )
    return {row["step"]: (row["number"], row["late"], row["soon"]) for row in rows}


def awaiting_answer(actor: Actor) -> QuerySet[Case]:
    """The cases of which something was asked that this one may answer as they stand."""
    wanted = Q(pk__in=[])
    for kind, action in GRANTS.items():
        grant = WORKFLOW.of(action)
        if actor.all_roles & grant.roles:
            asked = CaseRequest.objects.filter(granted=None, kind=kind).values("case_code")
            wanted |= Q(code__in=asked, step__in=grant.sources)
    return visible_cases(actor).filter(wanted)


def inspectors(district_code: str = "") -> list[tuple[str, str]]:
    """(user name, name) of those who may be sent, those of the area first."""
    users = active_inspectors().select_related("staff").order_by("username")
    known = [
        (user, any(district_code.startswith(d) for d in user.staff.districts))
        if hasattr(user, "staff")
        else (user, False)
        for user in users
    ]
    known.sort(key=lambda pair: not pair[1])
    return [(user.username, user.get_full_name() or user.username) for user, _near in known]


def inspectors_of(district_code: str) -> tuple[str, ...]:
    """The accounts of the inspectors of an area; of one that nobody has, all of them."""
    rows = active_inspectors().values_list("username", "staff__districts")
    all_of_them = {name: districts or [] for name, districts in rows}
    inside = [
        name
        for name, districts in all_of_them.items()
        if any(district_code.startswith(area) for area in districts)
    ]
    return tuple(sorted(inside or all_of_them))


def active_inspectors() -> QuerySet[User]:
    """The accounts of inspectors who can be given a task."""
    return User.objects.filter(groups__name=GridRole.INSPECTOR.value, is_active=True)


def tasks_in_hand(username: str) -> int:
    """How many tasks of verifying and checking are with an inspector by name."""
    return Case.objects.current().filter(step__in=TASKS, inspector=username).count()


def own_states(roles: Iterable[str]) -> list[str]:
    """The states whose cases wait for one of these roles."""
    return [state for state, role in WAITS_FOR.items() if role in set(roles)]


def elapsed_suspensions(now: datetime) -> list[str]:
    """The codes of suspended cases whose time is up."""
    found = Case.objects.current().filter(step=SUSPENDED, resume_at__lte=now)
    return list(found.values_list("code", flat=True))


def public_cases() -> QuerySet[Case]:
    """The cases that anybody may follow; everything public reads through here."""
    return Case.objects.current().filter(is_public=True)
