"""The only writes of casework: a report, and the actions of the table in ``grid.cases.steps``.

Each is one transaction that writes the next version of the case and the step that led to
it. Two who act on the same version cannot both succeed; a report or a step that is sent
twice (the same UUID) is taken once.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.cases import clocks
from grid.cases.actors import CLOCK, Actor
from grid.cases.conflicts import merged_into
from grid.cases.idempotency import case_made
from grid.cases.photos import Photo, leaves_no_files
from grid.cases.policies import check_report
from grid.cases.procedure import CASES, keep_photos
from grid.cases.queries import NEAR_M, component_of, elapsed_suspensions, place_of
from grid.cases.steps import REPORTED, WORKFLOW
from grid.errors import OutsideCity
from grid.models import Case, CaseCounter, CaseStep
from grid.rules import rulebook
from spatial.casework.actions import take
from spatial.casework.acts import NOWHERE, Where
from spatial.casework.amending import amend
from spatial.casework.errors import InvalidInput, MatterConflict
from spatial.casework.notices import tell_of_arrival
from spatial.casework.procedures import MAX_TEXT
from spatial.casework.texts import plain
from spatial.city import city
from spatial.codes import schemes
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit, VersionConflict
from spatial.workflow import WrongState


@dataclass(frozen=True)
class Report:
    """What somebody saw: class, place (in the city's CRS), words, photos."""

    kind: str
    class_code: str
    point: Point
    description: str = ""
    scheme: str = ""
    address: str = ""
    source: str = ""
    component_code: str = ""
    captured_at: datetime | None = None
    accuracy_m: float | None = None
    uuid: UUID | None = None
    is_public: bool = False
    reporter_name: str = ""
    reporter_phone: str = ""
    photos: Sequence[Photo] = field(default_factory=tuple)
    details: Mapping[str, Any] = field(default_factory=dict)


def report(actor: Actor, told: Report) -> Case:
    """File what somebody saw as a new case; the same UUID again gives the case it made.

    Raises:
        OutsideCity: the place lies in no district of the city.
        InvalidInput: a class that is not (or no longer) in use, a component that is not there, a
            text too long, a UUID that another report has.
        RoleNotAllowed: in none of the roles that report.
    """
    check_report(actor)
    if made := _made_before(actor, told):
        return made
    scheme = _scheme_for(told)
    place = place_of(told.point)
    if place is None:
        raise OutsideCity(
            _("该位置不在%(city)s范围内；请核对定位，或在地图上改正") % {"city": city().name},
            "position",
        )
    _check_component(told.component_code, told.point)
    now = timezone.now()
    values = {
        "kind": told.kind,
        "scheme": scheme,
        "class_code": told.class_code,
        "description": CASES.short(told.description, "description"),
        "address": CASES.short(told.address, "address"),
        "step": REPORTED,
        "source": told.source,
        "cell_code": place.cell_code,
        "district_code": place.district_code,
        "component_code": plain(told.component_code),
        "reported_at": now,
        "captured_at": told.captured_at,
        "accuracy_m": told.accuracy_m,
        "uuid": told.uuid,
        "is_public": told.is_public,
        "reporter": actor.name,
        "reporter_name": CASES.short(told.reporter_name, "name"),
        "reporter_phone": CASES.short(told.reporter_phone, "phone"),
        "entered_at": now,
        **clocks.step_values(clocks.step_deadline(REPORTED, now)),
        "geom": told.point,
    }
    try:
        with transaction.atomic():
            return _open(actor, told, values, now)
    except (VersionConflict, IntegrityError):
        if made := _made_before(actor, told):  # the same report, a moment ago, elsewhere
            return made
        raise


@leaves_no_files
def act(
    actor: Actor,
    code: str,
    action: str,
    given: dict[str, Any] | None = None,
    *,
    expected: int | None = None,
    uuid: UUID | None = None,
    photos: Sequence[Photo] = (),
    where: Where = NOWHERE,
) -> Case:
    """Take one action of the table on a case. ``expected`` is the version that was seen.

    Raises:
        MatterNotFound: there is no such case.
        UnknownAction, WrongState, RoleNotAllowed, MissingInput: as ``Workflow.check``.
        NotResponsible: it waits for another department or inspector.
        MatterConflict: somebody acted on it since, or it was merged into another.
        InvalidInput: something given does not fit.
    """
    with _telling_of_mergers(code):
        return take(
            CASES,
            actor,
            code,
            action,
            given,
            expected=expected,
            uuid=uuid,
            attachments=photos,
            where=where,
        )


def amend_case(
    actor: Actor,
    code: str,
    name: str,
    value: Any,
    *,
    reason: str,
    expected: int | None = None,
    uuid: UUID | None = None,
) -> Case:
    """Correct a value of a case. Raises as ``spatial.casework.amending.amend``."""
    with _telling_of_mergers(code):
        return amend(CASES, actor, code, name, value, reason=reason, expected=expected, uuid=uuid)


@contextmanager
def _telling_of_mergers(code: str) -> Iterator[None]:
    """Say of a case that came to be merged into which; its state alone would lead nowhere."""
    try:
        yield
    except (MatterConflict, WrongState):
        if merged := merged_into(plain(code)):
            raise merged from None
        raise


def resume_elapsed(now: datetime | None = None) -> list[str]:
    """Take up again the suspended cases whose time is up; returns their codes."""
    done = []
    for code in elapsed_suspensions(now or timezone.now()):
        try:
            act(CLOCK, code, "resume", {"reason": "挂账到期"})
        except (MatterConflict, ValueError):
            continue  # somebody resumed it at this very moment
        done.append(code)
    return done


@leaves_no_files
def _open(actor: Actor, told: Report, values: dict[str, Any], now: datetime) -> Case:
    code = _next_number(now)
    change = record_change(who=actor.name, why=f"案件 {code} 上报", at=now)
    apply(change, Case, [Edit(Action.OPEN, code, values)])
    roles = WORKFLOW.of("report").roles
    who, role = next((one, r) for one in actor.capacities if (r := one.role_for(roles)))
    CaseStep.objects.create(
        case_code=code,
        action="report",
        state_after=REPORTED,
        at=now,
        captured_at=told.captured_at,
        who=actor.name,
        role=role,
        text=values["description"][:MAX_TEXT],
        geom=told.point,
        accuracy_m=told.accuracy_m,
        details=dict(told.details) | ({} if who is actor else {"deputy_of": who.name}),
        uuid=told.uuid,
        change=change,
    )
    keep_photos(told.photos, code, "report", actor, told.captured_at)
    case = _current(code)
    tell_of_arrival(CASES, case, WORKFLOW.of("report").title, actor.name, now)
    return case


def _scheme_for(told: Report) -> str:
    """The edition that takes reports today, in which the class is one that is filed.

    Raises:
        InvalidInput: it is not, or was chosen from another edition.
    """
    today = rulebook.day_of(timezone.now())
    scheme = rulebook.editions(today).get(told.kind, "")
    if told.scheme and told.scheme != scheme:
        raise InvalidInput(_("问题类别的分类标准已更换；请重新选择类别"), "class_code")
    known = schemes().get(scheme)
    entry = known.codes.get(told.class_code) if known else None
    if entry is None or not entry.parent:
        raise InvalidInput(_("没有该问题类别，或已停用；请重新选择"), "class_code")
    if not rulebook.limits_for(told.kind, scheme, told.class_code, today):
        raise InvalidInput(_("该问题类别已停用；请重新选择"), "class_code")
    return scheme


def _check_component(code: str, point: Point) -> None:
    """A case names a component that stands there today, or none."""
    if not code:
        return
    component = component_of(plain(code))
    if component is None:
        raise InvalidInput(
            _("没有部件 %(code)s，或已注销；请重新选择部件") % {"code": plain(code)[:16]},
            "component",
        )
    far_m = component.geom.distance(point)
    if far_m > NEAR_M:
        raise InvalidInput(
            _("部件 %(code)s 距所选位置 %(far)s 米，超过 %(most)s 米；请核对位置，或重新选择部件")
            % {"code": component.code, "far": f"{far_m:.0f}", "most": f"{NEAR_M:.0f}"},
            "component",
        )


def _made_before(actor: Actor, told: Report) -> Case | None:
    said = {
        "kind": told.kind,
        "class_code": told.class_code,
        "description": told.description,
        "address": told.address,
        "component_code": told.component_code,
    }
    return case_made(actor, told.uuid, said, told.point, told.photos)


def _current(code: str) -> Case:
    return Case.objects.current().get(code=code)


def _next_number(now: datetime) -> str:
    """19 digits: area, day, and the day's sequence; in the order of commits, without gaps."""
    day = rulebook.day_of(now)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{CaseCounter._meta.db_table}" AS c (day, number) VALUES (%s, 1)'
            " ON CONFLICT (day) DO UPDATE SET number = c.number + 1 RETURNING number",
            [day],
        )
        number = cursor.fetchone()[0]
    return f"{city().adcode}{day:%Y%m%d}{number:05d}"
