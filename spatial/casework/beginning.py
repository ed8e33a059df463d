"""A matter of a procedure without a register of its own is begun, and gets its number."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from spatial.calendars.queries import calendar
from spatial.casework import clocks
from spatial.casework.actors import Actor
from spatial.casework.acts import NOWHERE, SubjectRef, Where
from spatial.casework.errors import InvalidInput
from spatial.casework.files import ReceivedFile, store
from spatial.casework.idempotency import already_used, sent_with, step_taken
from spatial.casework.models import Matter, MatterCounter, MatterSubject
from spatial.casework.notices import tell_of_arrival
from spatial.casework.policies import Capacity, check_beginning
from spatial.casework.procedures import Procedure
from spatial.casework.texts import plain
from spatial.casework.writing import current_matter, step_values, true_time
from spatial.city import city
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit
from spatial.versions.models import Change

MAX_TITLE = 200


def open_matter(
    procedure: Procedure,
    actor: Actor,
    *,
    title: str,
    values: Mapping[str, Any] | None = None,
    subjects: Sequence[SubjectRef] = (),
    department: str = "",
    applicant: str = "",
    parent: str = "",
    uuid: UUID | None = None,
    where: Where = NOWHERE,
    files: Sequence[ReceivedFile] = (),
) -> Matter:
    """Begin a matter of a procedure without a register of its own; the same UUID again gives
    the matter that it began.

    Raises:
        RoleNotAllowed: in none of the roles that begin one.
        InvalidInput: no title, a text too long, a parent that is not there or has ended.
    """
    first, capacity = procedure.first, check_beginning(procedure, actor)
    title = _title(title)
    given = dict(values or {})
    beside = [department, applicant, parent, where.occurred_at, where.channel]
    sent = _sent(title, given, subjects, beside) | {"photos": files}
    if done := step_taken(procedure, actor, uuid, _begun_as(procedure, uuid), first.action, sent):
        return _same_matter(procedure, done.matter_code, title, given)
    now = timezone.now()
    accepted_at = true_time(where, None, now)
    _check_parent(parent)
    attributes = {
        "procedure": procedure.id,
        "title": title,
        "values": given,
        "step": first.target,
        "department": department,
        "applicant": applicant or actor.name,
        "parent_code": parent,
        **_clocks(procedure, accepted_at, given),
    }
    try:
        with transaction.atomic():
            code = _next_number(procedure, now)
            change = record_change(who=actor.name, why=f"{procedure.title} {code} {first.title}")
            apply(change, Matter, [Edit(Action.OPEN, code, attributes)])
            _record_subjects(code, subjects, change)
            matter = current_matter(procedure, code)
            step = step_values(first, None, matter, actor, now, where)
            step |= _taken_as(capacity, sent_with(uuid, sent)) | {"uuid": uuid, "change": change}
            step_model = procedure.step_model
            step_model.objects.create(**{step_model.matter_field: code}, **step)
            store(files, code, first.action, actor.name)
            tell_of_arrival(procedure, matter, first.title, actor.name, now)
            return matter
    except IntegrityError:
        code = _begun_as(procedure, uuid)  # the same, a moment ago, elsewhere
        if code and step_taken(procedure, actor, uuid, code, first.action, sent):
            return _same_matter(procedure, code, title, given)
        raise


def _sent(
    title: str, values: dict[str, Any], subjects: Sequence[SubjectRef], beside: list[Any]
) -> dict[str, Any]:
    """What was sent to begin a matter, by which it is known again."""
    things = [(s.layer, s.code, s.geom) for s in subjects]
    return {"title": title, "values": values, "subjects": things, "beside": beside}


def _taken_as(capacity: Capacity, details: dict[str, Any]) -> dict[str, Any]:
    """What a step says of the capacity in which it was taken, and of what was sent."""
    if capacity.deputy_of:
        details["deputy_of"] = capacity.deputy_of
    return {"role": capacity.role, "department": capacity.department, "details": details}


def _clocks(procedure: Procedure, since: datetime, given: Mapping[str, Any]) -> dict[str, Any]:
    """When a matter was received, and until when it and its first state should be done."""
    return {
        "accepted_at": since,
        "entered_at": since,
        **clocks.due_values(clocks.whole_deadline(procedure, since)),
        **clocks.step_values(clocks.clock_of(procedure, procedure.first.target, since, given)),
    }


def _title(text: str) -> str:
    title = plain(text)
    if not title:
        raise InvalidInput("标题不能为空", "title")
    if len(title) > MAX_TITLE:
        raise InvalidInput(f"文字超过 {MAX_TITLE} 字", "title")
    return title


def _check_parent(code: str) -> None:
    parent = Matter.objects.current().filter(code=code).first() if code else None
    if code and parent is None:
        raise InvalidInput("没有该上级事项", "parent")
    if parent and parent.closed_at:
        raise InvalidInput("上级事项已经办结", "parent")


def _record_subjects(code: str, subjects: Sequence[SubjectRef], change: Change) -> None:
    MatterSubject.objects.bulk_create(
        MatterSubject(matter_code=code, layer=s.layer, code=s.code, geom=s.geom, change=change)
        for s in subjects
    )


def _begun_as(procedure: Procedure, uuid: UUID | None) -> str:
    """The number of the matter that a step with this UUID began; none: ""."""
    steps = procedure.step_model
    found = steps.objects.filter(uuid=uuid, action=procedure.first.action) if uuid else None
    step = found.first() if found is not None else None
    return str(getattr(step, steps.matter_field)) if step else ""


def _same_matter(procedure: Procedure, code: str, title: str, given: Mapping[str, Any]) -> Matter:
    begun = Matter.objects.filter(code=code).order_by("opened_by").first()
    if begun is None or (begun.title, begun.values) != (title, dict(given)):
        raise already_used()
    return current_matter(procedure, code)


def _next_number(procedure: Procedure, now: datetime) -> str:
    """The procedure's letters, area, day, the day's sequence; in order of commits, no gaps."""
    day = calendar().day_of(now)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{MatterCounter._meta.db_table}" AS c (procedure, day, number)'
            " VALUES (%s, %s, 1) ON CONFLICT (procedure, day)"
            " DO UPDATE SET number = c.number + 1 RETURNING number",
            [procedure.id, day],
        )
        number = cursor.fetchone()[0]
    return f"{procedure.numbered}{city().adcode}{day:%Y%m%d}{number:04d}"
