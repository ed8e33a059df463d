"""Conflicts, and what the database refuses."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from spatial.parcels.models import Parcel
from spatial.periods import AsOf
from spatial.versions.actions import apply, follow_up, record_change, undo
from spatial.versions.edits import Action, Edit, VersionConflict
from spatial.versions.guards import CLOSING, registers
from spatial.versions.models import Change
from spatial.versions.queries import as_of_sql, revision_of
from tests.factories import change, moment, open_feature, square


@pytest.mark.django_db
def test_the_second_of_two_writers_is_told_who_was_first():
    seen = open_feature()
    first = change(moment(2021))
    apply(
        first,
        Parcel,
        [Edit(Action.REPLACE, "P1", {"location": "甲", "geom": square()}, expected=seen.pk)],
    )
    with pytest.raises(VersionConflict, match=f"已被变更 {first.pk} 改动"):
        apply(
            change(moment(2022)),
            Parcel,
            [Edit(Action.REPLACE, "P1", {"location": "乙", "geom": square()}, expected=seen.pk)],
        )
    assert Parcel.objects.current().get(code="P1").location == "甲"


@pytest.mark.django_db
def test_an_interval_holds_what_begins_at_its_last_moment():
    """An interval is closed at both ends, a version ends before the next begins."""
    first = open_feature(at=moment(2020), location="甲")
    edit = Edit(Action.REPLACE, "P1", {"location": "乙", "geom": square()}, first.pk)
    apply(change(moment(2021)), Parcel, [edit])

    def seen(*bounds) -> list[str]:
        sql, given = as_of_sql(AsOf(*bounds, interval=True))
        rows = Parcel.objects.extra(where=[sql], params=given)
        return sorted(rows.values_list("location", flat=True))

    assert seen(moment(2019), moment(2020)) == ["甲"]
    assert seen(moment(2019), moment(2021)) == ["乙", "甲"]
    assert seen(moment(2021), moment(2022)) == ["乙"]
    assert seen(moment(2021), moment(2021)) == ["乙"]
    assert seen(moment(2019), moment(2019, 12, 31)) == []


@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_one_wins():
    seen = open_feature(code="RACE")
    gate, results = threading.Barrier(2), []

    def write(name):
        try:
            with transaction.atomic():
                made = record_change(who=name, why="同时", at=moment(2021))
                gate.wait(5)
                edit = Edit(
                    Action.REPLACE, "RACE", {"location": name, "geom": square()}, expected=seen.pk
                )
                apply(made, Parcel, [edit])
            results.append(name)
        except VersionConflict:
            results.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(name,)) for name in ("甲", "乙")]
    [t.start() for t in threads]
    [t.join(20) for t in threads]
    assert sorted(results)[0] == "conflict"
    assert Parcel.objects.current().get(code="RACE").location in results


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (Edit(Action.OPEN, "P1", {}), "已经存在"),
        (Edit(Action.REPLACE, "P9", {"geom": square()}), "不存在"),
        (Edit(Action.END, "P9"), "不存在"),
        (Edit(Action.REPLACE, "P1", {"colour": "红"}), "没有字段 colour"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused_whole(edit, reason):
    open_feature()
    good = Edit(Action.OPEN, "P2", {"geom": square()})
    with pytest.raises(VersionConflict, match=reason):
        apply(change(moment(2021)), Parcel, [good, edit])
    assert list(Parcel.objects.values_list("code", flat=True)) == ["P1"]


@pytest.mark.django_db
def test_the_past_cannot_be_written_under_a_standing_version():
    open_feature(at=moment(2020))
    with pytest.raises(VersionConflict, match="晚于本次变更"):
        apply(change(moment(2019)), Parcel, [Edit(Action.REPLACE, "P1", {})])


@pytest.mark.django_db
def test_an_ended_code_cannot_be_opened_inside_its_past():
    open_feature(at=moment(2020))
    apply(change(moment(2022)), Parcel, [Edit(Action.END, "P1")])
    with pytest.raises(VersionConflict, match="在该时间已有其他版本"):
        apply(change(moment(2021)), Parcel, [Edit(Action.OPEN, "P1", {"geom": square()})])


@pytest.mark.django_db
def test_the_future_cannot_be_written():
    with pytest.raises(VersionConflict, match="晚于现在"):
        record_change(who="t", why="t", at=timezone.now() + timezone.timedelta(days=1))


@pytest.mark.django_db
def test_the_same_code_twice_in_one_change_is_refused():
    twice = [Edit(Action.OPEN, "P1", {"geom": square()})] * 2
    with pytest.raises(VersionConflict, match="出现多次"):
        apply(change(moment(2021)), Parcel, twice)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM parcels_parcel",
        "UPDATE parcels_parcel SET location = '改'",
        "UPDATE parcels_parcel SET geom = NULL",
        "TRUNCATE parcels_parcel",
    ],
)
def test_the_database_refuses_to_edit_or_delete(owner, sql):
    open_feature()
    with pytest.raises(IntegrityError, match="never deleted or edited"), transaction.atomic():
        connection.cursor().execute(sql)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change_of",
    [
        "valid = tstzrange('2019-01-01', '2021-01-01')",
        "valid = tstzrange('2020-06-01', '2021-01-01')",
        "valid = tstzrange(lower(valid), NULL)",
        "closed_by_id = NULL",
        "valid = 'empty'",  # gone from every moment, and nobody named
        "valid = tstzrange(lower(valid), '2021-01-01')",
        "closed_by_id = opened_by_id",
        "voided_by_id = opened_by_id",
        "valid = tstzrange(lower(valid), '2021-01-01'), closed_by_id = opened_by_id",
    ],
)
def test_a_version_only_gets_shorter_and_what_closed_it_stays(change_of):
    open_feature(at=moment(2020))
    apply(change(moment(2022)), Parcel, [Edit(Action.END, "P1")])
    with pytest.raises(IntegrityError, match="never deleted or edited"), transaction.atomic():
        connection.cursor().execute(f"UPDATE parcels_parcel SET {change_of}")


@pytest.mark.django_db
def test_the_database_refuses_overlapping_versions():
    seen = open_feature(at=moment(2020))
    with pytest.raises(DatabaseError, match="share a moment"), transaction.atomic():
        connection.cursor().execute(
            "INSERT INTO parcels_parcel (code, valid, schematic, opened_by_id, location, scheme,"
            " land_use, right_type, right_holder, district_code, geom)"
            " SELECT code, '[2021-01-01,2021-02-01)', schematic, opened_by_id, location, scheme,"
            " land_use, right_type, right_holder, district_code, geom FROM parcels_parcel"
            " WHERE id = %s",
            [seen.pk],
        )


@pytest.mark.django_db
def test_every_column_but_the_closing_ones_is_frozen():
    for model in registers():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT array_agg(a.attname::text) FROM pg_trigger t, unnest(t.tgattr) k"
                " JOIN pg_attribute a ON a.attnum = k WHERE a.attrelid = t.tgrelid"
                " AND t.tgrelid = %s::regclass AND t.tgname = 'versions_no_edit'",
                [model._meta.db_table],
            )
            frozen = set(cursor.fetchone()[0])
        columns = {f.column for f in model._meta.concrete_fields}
        assert columns - frozen == CLOSING & columns, model


@pytest.mark.django_db
def test_a_change_is_undone_once_and_the_history_tells():
    open_feature()
    made = change(moment(2021), why="改坐落")
    apply(made, Parcel, [Edit(Action.REPLACE, "P1", {"location": "新", "geom": square()})])
    undo(made, who="tester", why="录错")
    with pytest.raises(VersionConflict, match="已经撤销过"):
        undo(made, who="tester", why="再撤")
    standing = Parcel.objects.filter(valid__isempty=False).order_by("-valid")
    assert [version.opened_by.why for version in standing] == ["录错", "测试"]
    assert Change.objects.get(reverses=made).at == made.at


@pytest.mark.django_db
def test_each_write_moves_the_revision():
    before = revision_of(Parcel)
    open_feature()
    assert revision_of(Parcel) == before + 1


@pytest.mark.django_db
def test_geometry_is_stored_to_the_tenth_of_a_millimetre():
    shape = square(0.12345, 0.54321)
    stored = open_feature(geom=shape).geom
    assert stored.equals_exact(shape, 1e-9)


@pytest.mark.django_db
def test_a_version_names_changes_that_exist():
    open_feature()
    with pytest.raises(IntegrityError, match="no change 999999"), transaction.atomic():
        connection.cursor().execute(
            "UPDATE parcels_parcel SET valid = 'empty', closed_by_id = 999999"
        )


@pytest.mark.django_db
def test_what_follows_a_change_is_undone_and_brought_back_with_it():
    open_feature(code="P1")
    open_feature(code="P2", at=moment(2023))
    first = change(moment(2021))

    def move(made, code):
        apply(made, Parcel, [Edit(Action.REPLACE, code, {"location": "新", "geom": square()})])

    def places():
        return [p.location for p in Parcel.objects.current().order_by("code")]

    move(first, "P1")
    move(follow_up(first), "P2")  # too young for a change of 2021
    assert places() == ["新", "新"]
    reverse = undo(first, who="甲", why="误")
    assert places() == ["", ""]
    undo(reverse, who="甲", why="恢复")
    assert places() == ["新", "新"]
