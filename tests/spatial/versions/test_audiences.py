"""What an audience is shown does not depend on what it does not see: over random histories."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from layers.access.access import ANONYMOUS, Caller
from layers.declarations.registry import layer_of
from layers.ogc.common.requests import ItemsQuery
from layers.ogc.features.changes import entries_since
from layers.reading.feed_tokens import token_at
from layers.reading.shares import Share, share_of
from spatial.hazards.models import HazardSite
from spatial.versions import audiences
from spatial.versions.actions import apply, undo
from spatial.versions.audiences import Audience, counted_as
from spatial.versions.edits import Action, Edit
from spatial.versions.models import ChangeDay, Revision, RevisionChange, Touched
from spatial.versions.queries import days_of_change, revision_named
from spatial.versions.spans import renew_spans
from tests.factories import change, moment, spot, unguarded
from tests.laws import examples

pytestmark = pytest.mark.django_db
START = moment(2020)
REGISTER = "hazards.hazardsite"
SEEN = {Audience.PUBLIC: 1, Audience.SHARED: 2}  # how many of a row's three values are seen
FIELDS = ("scale", "source", "monitor")  # open, reserved, never published

Row = tuple[int, int, int]
few = st.integers(0, 1)
rows = st.one_of(st.none(), st.tuples(few, few, few))


@dataclass(frozen=True)
class Write:
    """One change: what becomes of some codes, at the last change's moment or a day later."""

    later: bool
    wanted: dict[str, Row | None]


UNDO, REDO = "undo", "redo"
writes = st.builds(
    Write, st.booleans(), st.dictionaries(st.sampled_from("AB"), rows, min_size=1, max_size=2)
)
histories = st.lists(st.one_of(writes, writes, st.sampled_from([UNDO, REDO])), max_size=6)


def edits_for(world: dict, wanted: dict) -> list[Edit]:
    found = []
    for code, row in wanted.items():
        if row is None and code in world:
            found.append(Edit(Action.END, code))
        elif row is not None:
            values = dict(zip(FIELDS, map(str, row), strict=True))
            values |= {"name": code, "kind": "滑坡", "geom": spot(row[0], 0)}
            found.append(Edit(Action.REPLACE if code in world else Action.OPEN, code, values))
    return found


def play(history: list, seen: int = 3) -> None:
    """Carry a history out; of it only what shows in the first ``seen`` values of a row.

    Undone is the last change that stands, done again the last that was undone.
    """
    stack: list = [({}, None, None)]  # world, change, what undoes it
    undone: list = []
    day = 0
    for step in history:
        if step == UNDO:
            if len(stack) > 1:
                world, made, _ = stack.pop()
                undone.append((world, made, made and undo(made, who="t", why="")))
        elif step == REDO:
            if undone:
                world, _, reverse = undone.pop()
                stack.append((world, reverse and undo(reverse, who="t", why=""), None))
        else:
            undone.clear()
            day += step.later
            world = stack[-1][0]
            shown = {c: r for c, r in step.wanted.items() if differs(world.get(c), r, seen)}
            edits = edits_for(world, shown)
            made = None
            if edits:
                made = change(START + timedelta(days=day))
                apply(made, HazardSite, edits)
            after = {c: r for c, r in {**world, **step.wanted}.items() if r is not None}
            stack.append((after, made, None))


def differs(before: Row | None, after: Row | None, seen: int) -> bool:
    """Whether an edit shows anything to who sees the first values; who sees all sees each."""
    if seen == len(FIELDS) or before is None or after is None:
        return True
    return before[:seen] != after[:seen]


def share_for(audience: Audience) -> Share:
    caller = ANONYMOUS if audience is Audience.PUBLIC else Caller("城管局")
    share = share_of(caller, layer_of("hazard-sites"))
    assert share
    assert share.audience is audience
    return share


def history_of(share: Share) -> list[tuple]:
    """The versions that a share is shown, as values."""
    fields = ", ".join(name for name in FIELDS if name in share.names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT code, {fields}, valid::text, stands FROM {share.view}"
            " WHERE NOT isempty(valid) ORDER BY code, lower(valid)"
        )
        return cursor.fetchall()


def feed_of(share: Share) -> list[tuple]:
    """The entries of a share's feed: what the changes did, and how it stands now."""
    query = ItemsQuery(limit=1000, names=("scale", "valid_from"))
    entries, _, more = entries_since(share, token_at(share, 0), query)
    assert not more
    read = [json.loads(entry) for entry in entries]
    return [(e["revision"], e["at"], e["operation"], e["code"], e["feature"]) for e in read]


def outside(share: Share) -> dict:
    """Everything kept that a share is shown of, without the ids."""
    name = share.register
    touched = Touched.objects.filter(register=name).order_by("number")
    return {
        "versions": history_of(share),
        "feed": feed_of(share),
        "touched": [(row.number, sorted(map(tuple, row.boxes))) for row in touched],
        "days": sorted(ChangeDay.objects.filter(register=name).values_list("day", flat=True)),
    }


def differences_on(days: list[datetime], share: Share) -> list[tuple]:
    """Where the values that a share is shown of a moment are not those of the register."""
    fields = ", ".join(name for name in FIELDS if name in share.names)
    sides = [
        f"SELECT day, code, {fields} FROM {relation} v, unnest(%(days)s::timestamptz[]) day"
        " WHERE v.valid @> day"
        for relation in (share.view, HazardSite._meta.db_table)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"({sides[0]} EXCEPT ALL {sides[1]}) UNION ALL ({sides[1]} EXCEPT ALL {sides[0]})",
            {"days": days},
        )
        return cursor.fetchall()


WITHHELD_AND_BACK = [
    Write(True, {"A": (0, 0, 0)}), Write(True, {"A": (0, 0, 1)}), UNDO, REDO, UNDO]  # fmt: skip
BETWEEN = [
    Write(True, {"A": (0, 0, 0)}),
    Write(True, {"A": (0, 0, 1)}),
    Write(True, {"A": (1, 0, 1)}),
    UNDO,
    UNDO,
]
ONE_MOMENT = [
    Write(True, {"A": (0, 0, 0)}),
    Write(True, {"A": (0, 1, 0), "B": (0, 0, 0)}),
    Write(False, {"A": (1, 1, 0), "B": None}),
    UNDO,
    UNDO,
]
ENDED = [Write(True, {"A": (0, 0, 0)}), Write(True, {"A": None}), UNDO, REDO]


@pytest.mark.slow(
    reason="each example is played three times, for who sees all and for two audiences"
)
@settings(
    max_examples=examples(20),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=histories)
@example(history=WITHHELD_AND_BACK)
@example(history=BETWEEN)
@example(history=ONE_MOMENT)
@example(history=ENDED)
def test_an_audience_is_shown_the_same_as_if_there_was_nothing_else(history):
    with_all, days = {}, [START + timedelta(days=day) for day in range(8)]
    with transaction.atomic():
        play(history)
        for audience in SEEN:
            share = share_for(audience)
            with_all[audience] = outside(share)
            assert differences_on(days, share) == []
        transaction.set_rollback(True)
    for audience, seen in SEEN.items():
        with transaction.atomic():
            play(history, seen)
            assert outside(share_for(audience)) == with_all[audience]
            transaction.set_rollback(True)


@pytest.mark.parametrize("history", [WITHHELD_AND_BACK, BETWEEN, ENDED])
def test_what_an_earlier_release_wrote_is_gone_through_once(owner, history):
    play(history)
    kept = {audience: history_of(share_for(audience)) for audience in SEEN}
    with connection.cursor() as cursor:
        for audience in SEEN:
            cursor.execute(
                f"UPDATE hazards_hazardsite SET {audience}_valid = NULL,"
                f" {audience}_first = NULL, {audience}_carried = false"
            )
            cursor.execute(f"COMMENT ON COLUMN hazards_hazardsite.{audience}_valid IS NULL")
    names = [counted_as(REGISTER, audience) for audience in SEEN]
    with unguarded(RevisionChange):
        for model in (Revision, RevisionChange, ChangeDay):
            model.objects.filter(register__in=names).delete()
    assert renew_spans() == names
    assert {audience: history_of(share_for(audience)) for audience in SEEN} == kept
    assert {revision_named(name) for name in names} == {revision_named(REGISTER)}
    assert set(days_of_change(names, 9)) <= set(days_of_change([REGISTER], 9))
    assert renew_spans() == []


def test_a_field_that_is_published_is_gone_through_again(owner, monkeypatch):
    play(WITHHELD_AND_BACK[:2])
    assert len(history_of(share_for(Audience.SHARED))) == 1
    monkeypatch.setattr(audiences, "_sources", [lambda model: {}])
    assert counted_as(REGISTER, Audience.SHARED) in renew_spans()
    row = HazardSite.objects.current().get(code="A")
    assert (row.shared_valid, row.shared_first, row.shared_carried) == (None, None, False)
