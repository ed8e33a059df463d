"""The laws of the store, over random histories on a real database."""

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spatial.parcels.models import Parcel
from spatial.periods import at as as_of_instant
from spatial.versions.actions import apply, apply_table, undo
from spatial.versions.edits import Action, Edit, VersionConflict
from spatial.versions.keeping import faults_of
from spatial.versions.models import Change
from tests.factories import change, moment, square
from tests.laws import examples

pytestmark = pytest.mark.django_db

CODES = ["A", "B", "C"]
START = moment(2020)

steps = st.lists(
    st.dictionaries(st.sampled_from(CODES), st.one_of(st.none(), st.integers(0, 9)), min_size=1),
    min_size=1,
    max_size=6,
)
database_laws = settings(
    max_examples=examples(20),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def fresh(body):
    """Run each example in a savepoint that is taken back, and so on an empty register."""
    from functools import wraps

    from django.db import transaction

    @wraps(body)
    def run(**drawn):
        with transaction.atomic():
            body(**drawn)
            transaction.set_rollback(True)

    return run


def edits_for(world: dict, wanted: dict) -> list[Edit]:
    """The edits that bring ``world`` to ``wanted`` (None: gone)."""
    edits = []
    for code, value in wanted.items():
        row = {"location": str(value), "geom": square(side=1 + (value or 0))}
        if value is None and code in world:
            edits.append(Edit(Action.END, code))
        elif value is not None:
            edits.append(Edit(Action.REPLACE if code in world else Action.OPEN, code, row))
    return edits


def state_at(moment_) -> dict:
    found = Parcel.objects.as_of(as_of_instant(moment_))
    return {p.code: (p.location, p.geom.area) for p in found}


def play(history) -> tuple[list[Change], list[dict]]:
    """Apply a history day by day; return its changes and the replayed worlds."""
    world: dict = {}
    changes, worlds = [], []
    for day, wanted in enumerate(history):
        made = change(START + timedelta(days=day))
        apply(made, Parcel, edits_for(world, wanted))
        world = {k: v for k, v in {**world, **wanted}.items() if v is not None}
        changes.append(made)
        worlds.append({c: (str(v), float((1 + v) ** 2)) for c, v in world.items()})
    return changes, worlds


@database_laws
@given(history=steps)
@fresh
def test_as_of_equals_replaying_the_changes(history):
    changes, worlds = play(history)
    for made, world in zip(changes, worlds, strict=True):
        assert same(made.at, world)
    assert state_at(START - timedelta(seconds=1)) == {}


def same(moment_, world) -> bool:
    found = state_at(moment_)
    return found.keys() == world.keys() and all(
        found[c][0] == world[c][0] and abs(found[c][1] - world[c][1]) < 1e-6 for c in world
    )


@database_laws
@given(history=steps)
@fresh
def test_versions_of_one_thing_never_overlap(history):
    play(history)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM parcels_parcel a JOIN parcels_parcel b USING (code)"
            " WHERE a.id < b.id AND a.valid && b.valid"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.slow(reason="whole histories on a database")
@database_laws
@given(history=steps, last=st.dictionaries(st.sampled_from(CODES), st.integers(0, 9), min_size=1))
@fresh
def test_undo_restores_every_moment(history, last):
    changes, worlds = play(history)
    moments = [c.at for c in changes] + [START + timedelta(days=len(history), hours=1)]
    before = [state_at(m) for m in moments]
    made = change(START + timedelta(days=len(history)))
    apply(made, Parcel, edits_for(dict.fromkeys(worlds[-1], 1), last))
    after = [state_at(m) for m in moments]
    reverse = undo(made, who="tester", why="撤销")
    assert [state_at(m) for m in moments] == before
    undo(reverse, who="tester", why="恢复")
    assert [state_at(m) for m in moments] == after
    assert faults_of(Parcel) == []


@pytest.mark.slow(reason="whole histories on a database")
@database_laws
@given(history=steps)
@fresh
def test_undoing_everything_backwards_leaves_nothing(history):
    changes, _ = play(history)
    for made in reversed(changes):
        undo(made, who="tester", why="撤销")
    assert [state_at(c.at) for c in changes] == [{}] * len(changes)


@pytest.mark.slow(reason="whole histories on a database")
@database_laws
@given(history=steps)
@fresh
def test_bulk_equals_one_by_one(history):
    changes, _ = play(history)
    one_by_one = [state_at(c.at) for c in changes]
    for made in reversed(changes):
        undo(made, who="tester", why="重来")
    world: dict = {}
    for day, wanted in enumerate(history):
        stage(edits_for(world, wanted))
        apply_table(change(START + timedelta(days=day)), Parcel, "stage")
        world = {k: v for k, v in {**world, **wanted}.items() if v is not None}
    assert [state_at(c.at) for c in changes] == one_by_one
    assert faults_of(Parcel) == []


def stage(edits: list[Edit]) -> None:
    """Put edits into a staging table, as an import does."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS stage")
        cursor.execute(
            "CREATE TEMP TABLE stage AS SELECT ''::text AS action, NULL::bigint AS expected, p.*"
            " FROM parcels_parcel p LIMIT 0"
        )
        for edit in edits:
            geom = edit.values.get("geom")
            cursor.execute(
                "INSERT INTO stage (action, code, schematic, location, scheme, land_use, right_type,"
                " right_holder, district_code, geom) VALUES (%s,%s,false,%s,'','','','','',%s)",
                [
                    edit.action,
                    edit.code,
                    edit.values.get("location", ""),
                    geom and geom.hexewkb.decode(),
                ],
            )


def test_the_earlier_change_cannot_be_undone_under_a_later_one():
    changes, _ = play([{"A": 1}, {"A": 2}])
    with pytest.raises(VersionConflict, match=f"此后又有变更 {changes[1].pk}"):
        undo(changes[0], who="tester", why="撤销")


def test_a_change_whose_successor_was_undone_can_be_undone_and_redone():
    changes, _ = play([{"A": 1}, {"A": 2}, {"A": 3}])
    after = [state_at(c.at) for c in changes]
    undone = [undo(c, who="t", why="撤") for c in reversed(changes[1:])]
    assert state_at(changes[2].at) == {"A": ("1", 4.0)}
    for reverse in reversed(undone):
        undo(reverse, who="t", why="恢复")
    assert [state_at(c.at) for c in changes] == after


def test_an_undo_cannot_be_undone_when_the_ground_has_moved():
    changes, _ = play([{"A": 1}, {"A": 2}])
    second = undo(changes[1], who="t", why="撤")
    undo(changes[0], who="t", why="撤")
    with pytest.raises(VersionConflict, match="须先撤销它"):
        undo(second, who="t", why="恢复")
