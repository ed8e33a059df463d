"""What a change records of the area that it touched."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from spatial.housing.models import Storey
from spatial.parcels.models import Parcel
from spatial.versions import touched
from spatial.versions.actions import apply, apply_table, undo
from spatial.versions.edits import Action, Edit
from spatial.versions.models import Touched
from tests.factories import change, moment, open_feature, square

pytestmark = pytest.mark.django_db
REGISTER = "parcels.parcel"


def boxes(number, register=REGISTER):
    return sorted(Touched.objects.get(register=register, number=number).boxes)


def box_of(geom):
    return list(geom.extent)


def test_old_and_new_places_are_recorded_each_as_its_own_box():
    here, there, beside = square(), square(5_000), square(20)
    open_feature(code="P1", geom=here)
    open_feature(code="P2", geom=beside)
    assert boxes(1) == [box_of(here)]
    made = change(moment(2021))
    apply(
        made,
        Parcel,
        [Edit(Action.REPLACE, "P1", {"geom": there}), Edit(Action.END, "P2")],
    )
    assert boxes(3) == sorted(map(box_of, (here, there, beside)))
    undo(made, who="t", why="")
    assert boxes(4) == sorted(map(box_of, (here, there, beside)))


def test_a_register_without_places_has_touched_nothing_and_says_so():
    edit = Edit(Action.OPEN, "S1", {"building_code": "B", "number": 1})
    apply(change(moment(2020)), Storey, [edit])
    assert boxes(1, Storey._meta.label_lower) == []


def test_of_many_features_the_boxes_are_few_and_cover_all():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE many AS SELECT 'open' AS action, 'P' || n AS code,"
            " NULL::bigint AS expected, false AS schematic, '' AS location, '' AS scheme,"
            " '' AS land_use, '' AS right_type, '' AS right_holder, NULL::float8 AS"
            " registered_area_m2, NULL::date AS registered_on, '' AS district_code,"
            " ST_Translate(%s::geometry, (n %% 100) * 20, (n / 100) * 20) AS geom"
            " FROM generate_series(0, 9999) n",
            [square().hexewkb.decode()],
        )
    apply_table(change(moment(2020)), Parcel, '"many"')
    found = boxes(1)
    assert len(found) < 100
    west, south, east, north = zip(*found, strict=True)
    x, y, _, _ = square().extent
    assert (min(west), min(south)) == (x, y)
    assert (max(east), max(north)) == (x + 99 * 20 + 10, y + 99 * 20 + 10)
    covered = sum((e - w) * (n - s) for w, s, e, n in found)
    assert covered < 1.3 * 1990 * 1990


def test_rows_older_than_a_day_go_with_the_next_change_of_their_register():
    open_feature(code="P1")
    Touched.objects.update(recorded_at=timezone.now() - timedelta(hours=25))
    open_feature(code="P2")
    assert set(Touched.objects.values_list("number", flat=True)) == {2}
    assert touched.KEPT == "1 day"
