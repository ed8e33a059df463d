"""The page of susceptibility: for those on duty, and honest about what stands and how good it is."""

import pytest
from django.contrib.auth.models import User

from spatial.susceptibility.actions import make_model
from tests.spatial.susceptibility.test_models import DAY, failed, hills  # noqa: F401  (a fixture)
from tests.webmap.hazards.test_risk import officer  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
PAGE = "/hazards/susceptibility"


def test_it_is_for_those_on_duty_alone(client, settings, tmp_path):
    settings.TERRAIN = tmp_path / "none.tif"
    assert client.get(PAGE).status_code in (302, 401)
    client.force_login(User.objects.create_user("planner"))
    assert client.get(PAGE).status_code == 403


def test_a_model_is_shown_with_its_scores_and_without_one_the_page_says_what_is_missing(
    officer, hills  # noqa: F811
):  # fmt: skip
    assert "manage.py susceptibility" in officer.get(PAGE).content.decode()
    failed(6)
    row = make_model(DAY)
    page = officer.get(PAGE).content.decode()
    assert f"{row.auc:.3f}" in page
    assert "没有用这些点拟合过" in page
    assert page.count("<polyline") == 2
    assert "现用" in page
