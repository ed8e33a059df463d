"""The demo's working day: a case in every queue, a patrol; only once, only for the demo."""

from collections import Counter

import pytest
from django.contrib.gis.geos import LineString, MultiLineString

from grid.cases.steps import OPEN
from grid.models import Case, CaseRequest, Component, PatrolPoint
from spatial.base.models import Road
from tests.factories import open_feature, spot
from tests.grid.people import CELL, make_ground
from webmap.demo.accounts import create_demo_accounts
from webmap.demo.working_day import STORIES, make_demo_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def streets(settings, tmp_path):
    settings.CASE_FILES = tmp_path / "cases"
    make_ground()
    for n, class_code in enumerate(sorted({story[0] for story in STORIES})):
        values = {"scheme": "components_2020", "class_code": class_code, "cell_code": CELL}
        code = f"431382{class_code}{n:06d}"
        open_feature(Component, code, **values, geom=spot(10 + 10 * n, 5))
    line = LineString([spot(0, 0).coords, spot(90, 0).coords], srid=spot().srid)
    open_feature(Road, "R1", name="人民路", geom=MultiLineString(line, srid=line.srid))


@pytest.mark.slow(reason="a whole day of casework")
def test_every_queue_has_a_case_and_there_is_a_patrol(streets):
    create_demo_accounts()
    assert make_demo_day() == len(STORIES)
    waiting = Counter(Case.objects.current().values_list("step", flat=True))
    assert set(OPEN) <= set(waiting)
    assert CaseRequest.objects.filter(granted=None).count() == 1
    assert PatrolPoint.objects.count() == 7
    assert make_demo_day() == 0


def test_a_citys_own_database_is_left_alone(streets):
    assert make_demo_day() == 0
    assert not Case.objects.exists()


def test_nothing_without_ground_to_stand_on(db):
    create_demo_accounts()
    assert make_demo_day() == 0
