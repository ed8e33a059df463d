"""The only writes of any register: ``apply`` and ``undo``, one transaction each.

Both end in the same set-based statements over a *source*, a relation with the
columns ``action, code, expected`` and the register's attributes. A handful of edits
comes as a JSON parameter, an import as its staging table: bulk equals one by one.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from spatial.errors import SpatialError
from spatial.sealed.actions import seal_rows
from spatial.versions.audiences import audiences_of, closing_sql, opening_sql, span_columns
from spatial.versions.districts import MANY, districts_sql, knows_districts, place_many
from spatial.versions.edits import Action, Edit, VersionConflict
from spatial.versions.guards import registers
from spatial.versions.keeping import Difference, keep, written
from spatial.versions.models import Ancestry, Change, VersionedFeature
from spatial.versions.queries import DISTRICTS, attribute_fields, conflicts_in
from spatial.versions.reasons import check_reason
from spatial.versions.revisions import count_change
from spatial.versions.undoing import undo_ancestry, undo_register

Counts = dict[str, int]


def record_change(
    *, who: str, why: str, at: datetime | None = None, document: str = "", origin: str = ""
) -> Change:
    """Begin a change; its effects follow by ``apply`` in the caller's transaction.

    Raises:
        VersionConflict: ``at`` lies in the future: open versions are today's, by law.
    """
    now = timezone.now()
    if at and at > now:
        raise VersionConflict([("", f"生效时间 {at:%Y-%m-%d %H:%M} 晚于现在")])
    return Change.objects.create(at=at or now, who=who, why=why, document=document, origin=origin)


def follow_up(change: Change) -> Change:
    """Begin a change, dated now, of what another one entails; undoing that one undoes both.

    For effects on features that have been changed since the other's own moment.
    """
    return Change.objects.create(
        at=timezone.now(),
        who=change.who,
        why=change.why,
        document=change.document,
        origin=_following(change),
    )


def apply(change: Change, model: type[VersionedFeature], edits: Iterable[Edit]) -> Counts:
    """Carry out edits of one register as part of a change; all of them or none.

    Personal values are sealed. Returns how many were opened, replaced and ended.

    Raises:
        VersionConflict: an edit does not fit what stands, or the change's reason names people
            of the register; nothing is written.
        SealingError: a key is lost or wrong.
    """
    rows = seal_rows(model, [_row(model, edit) for edit in edits])
    columns = ", ".join(f'"{f.column}" {f.db_type(connection)}' for f in attribute_fields(model))
    source = f"jsonb_to_recordset(%(edits)s::jsonb) AS s(action text, code text, expected bigint, {columns})"
    return _apply_source(change, model, source, {"edits": json.dumps(rows, cls=DjangoJSONEncoder)})


def apply_table(change: Change, model: type[VersionedFeature], table: str) -> Counts:
    """Carry out the edits that stand in a staging table: one statement for any number.

    ``table`` is a quoted SQL name with the columns action, code, expected and the
    register's attributes, personal values sealed.

    Raises:
        VersionConflict: as ``apply``.
    """
    return _apply_source(change, model, f"{table} AS s", {})


def undo(change: Change, *, who: str, why: str) -> Change:
    """Reverse a change by a new one that takes effect at the same moment.

    Afterwards every ``as_of`` reads as if the change had not been; both stay on record.

    Raises:
        VersionConflict: already undone, later changes stand on it (they are named), or it took a
            step of casework, which is on record.
    """
    with transaction.atomic():
        return _undo(change, who, why, change.origin)


def _undo(change: Change, who: str, why: str, origin: str) -> Change:
    reverse = _begin_undo(change, who, why, origin)
    for model in registers():
        undo_register(change, reverse, model)
    undo_ancestry(change, reverse)
    followers = Change.objects.filter(origin=_following(change), reversed_by=None)
    for follower in followers.order_by("-pk"):
        # It follows the undo, so that undoing that brings both back.
        _undo(follower, who, why, _following(reverse))
    return reverse


def _begin_undo(change: Change, who: str, why: str, origin: str) -> Change:
    """The change that reverses another; of two at once the second waits and is refused."""
    try:
        with transaction.atomic():
            return Change.objects.create(
                at=change.at, who=who, why=why, reverses=change, origin=origin
            )
    except IntegrityError as error:
        raise VersionConflict([("", f"变更 {change.pk} 已经撤销过")]) from error


def _following(change: Change) -> str:
    return f"change/{change.pk}"


def record_ancestry(change: Change, register: str, links: Sequence[tuple[str, str, float]]) -> None:
    """Record (parent code, child code, shared area in m²) links of a change."""
    Ancestry.objects.bulk_create(
        Ancestry(
            register=register,
            parent_code=parent,
            child_code=child,
            shared_area_m2=area,
            opened_by=change,
        )
        for parent, child, area in links
    )


def _row(model: type[VersionedFeature], edit: Edit) -> dict[str, Any]:
    row: dict[str, Any] = {"action": edit.action, "code": edit.code, "expected": edit.expected}
    if edit.action == Action.END:
        return row
    fields = attribute_fields(model)
    unknown = set(edit.values) - {field.name for field in fields}
    if unknown:
        raise VersionConflict([(edit.code, f"没有字段 {'、'.join(sorted(unknown))}")])
    for field in fields:
        value = edit.values.get(field.name, field.get_default())
        row[str(field.column)] = (
            value.hexewkb.decode() if isinstance(value, GEOSGeometry) else value
        )
    return row


def _apply_source(
    change: Change, model: type[VersionedFeature], source: str, params: dict[str, Any]
) -> Counts:
    table = f'"{model._meta.db_table}"'
    params = {**params, "change": change.pk, "at": change.at}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT action, count(*) FROM {source} GROUP BY action", params)
        counts = {Action(action): number for action, number in cursor.fetchall()}
        check_reason(cursor, change, model, source, params)
        try:
            with transaction.atomic():
                found = _close(cursor, model, source, params)
                closed = counts.get(Action.REPLACE, 0) + counts.get(Action.END, 0)
                if found.number("ended") != closed:
                    raise _ClosedTooFew
                found.include(_open(cursor, model, source, params, counts))
        except (IntegrityError, _ClosedTooFew) as error:
            problems = conflicts_in(table, source, params, change.at)
            raise VersionConflict(problems or [("", _first_line(error))]) from error
        number = count_change(
            change,
            model,
            f"SELECT s.geom FROM {source} WHERE s.action <> 'end'"
            f" UNION ALL SELECT geom FROM {table} WHERE closed_by_id = %(change)s",
            source,
            params,
        )
        keep(model, number, found, at=change.at)
    return {action.value: counts.get(action, 0) for action in Action}


class _ClosedTooFew(SpatialError):
    """Fewer versions were closed than the edits asked for."""


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0] or "另一项变更刚刚改动了同一要素，请刷新后重试"


def _close(
    cursor: Any, model: type[VersionedFeature], source: str, params: dict[str, Any]
) -> Difference:
    spans = "".join(f", {closing_sql(*each)}" for each in audiences_of(model).items())
    statement = (
        f'UPDATE "{model._meta.db_table}" v'
        f" SET valid = tstzrange(lower(v.valid), %(at)s), closed_by_id = %(change)s{spans}"
        f" FROM {source} WHERE v.code = s.code AND upper_inf(v.valid) AND s.action <> 'open'"
        " AND (s.expected IS NULL OR s.expected = v.id) AND lower(v.valid) <= %(at)s"
    )
    return written(cursor, model, statement, params, ends=True)


def _open(
    cursor: Any,
    model: type[VersionedFeature],
    source: str,
    params: dict[str, Any],
    counts: Mapping[Action, int],
) -> Difference:
    """Open what is opened or replaced; what is replaced follows a version just closed."""
    table = f'"{model._meta.db_table}"'
    own = [f'"{field.column}"' for field in attribute_fields(model)]
    columns, values, joined = [*own], [f"s.{name}" for name in own], ""
    if knows_districts(model):
        placed = ""
        if counts.get(Action.OPEN, 0) + counts.get(Action.REPLACE, 0) >= MANY:
            joined, placed = place_many(cursor, model, source, params), "placed.codes"
        columns.append(DISTRICTS)
        values.append(districts_sql(model, "s", placed))
    if Action.REPLACE in counts and (audiences := audiences_of(model)):
        columns += map(span_columns, audiences)
        values += map(opening_sql, audiences)
        kept = ", ".join(f"{span_columns(a)}, {a}_carried" for a in audiences)
        joined += (
            f" LEFT JOIN (SELECT DISTINCT ON (code) code, id, valid, {kept} FROM {table}"
            " WHERE closed_by_id = %(change)s ORDER BY code, id DESC) AS o ON o.code = s.code"
        )
    statement = (
        f"INSERT INTO {table} AS v (code, valid, opened_by_id, {', '.join(columns)})"
        f" SELECT s.code, tstzrange(%(at)s, NULL), %(change)s, {', '.join(values)}"
        f" FROM {source}{joined} WHERE s.action <> 'end'"
    )
    return written(cursor, model, statement, params)
