"""The page of verification: for those on duty; always and never warning beside; the table as CSV."""

import pytest
from django.contrib.auth.models import User

from tests.spatial.risk_levels.test_cycles import county  # noqa: F401  (a fixture)
from tests.spatial.risk_levels.test_verifying import LOCAL, event, two_days  # noqa: F401  (a fixture)
from tests.webmap.hazards.test_risk import officer  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
PAGE = "/hazards/verification"
PERIOD = {"from": "2026-06-16", "to": "2026-06-18", "level": "IV"}


def test_it_is_for_those_on_duty_alone(client):
    assert client.get(PAGE).status_code in (302, 401)
    client.force_login(User.objects.create_user("planner"))
    assert client.get(PAGE).status_code == 403


def test_engines_stand_beside_always_and_never(officer, two_days):  # noqa: F811
    page = officer.get(PAGE, PERIOD).content.decode()
    assert "命中率无从评定" in page
    event("HIT", LOCAL, -5_000)
    page = officer.get(PAGE, PERIOD).content.decode()
    assert "命中率无从评定" not in page
    rows = [line for line in page.split("<tr>") if "总是预警" in line or "从不预警" in line]
    assert len(rows) == 2
    assert "1.000" in rows[0]
    lines = b"".join(officer.get(PAGE, {**PERIOD, "f": "csv"}).streaming_content).decode()
    assert "主用模型,1,0," in lines
    assert "从不预警,0,1,0," in lines


@pytest.mark.parametrize(
    "faulty",
    [{"from": "2026-13-01"}, {"level": "V"}, {"from": "2026-06-19"}, {"from": "1990-01-01"}],
)
def test_a_period_that_cannot_be_is_refused(officer, faulty):  # noqa: F811
    assert officer.get(PAGE, {**PERIOD, **faulty}).status_code == 400
