"""Datum parameters are whole or refused; sources are kept from reviews only."""

import pytest
from django.contrib.auth.models import User

from importers.models import DatumParameters

pytestmark = pytest.mark.django_db
SEVEN = '{"dx":1,"dy":2,"dz":3,"rx":0,"ry":0,"rz":0,"scale_ppm":1,"convention":"position_vector"}'


@pytest.fixture
def chief(client):
    client.force_login(User.objects.create_superuser("chief"))


def enter(client, parameters, method="seven"):
    given = {"name": "涟源 80", "datum": "xian80", "method": method, "parameters": parameters,
             "document": "测绘成果", "is_active": "on"}  # fmt: skip
    return client.post("/admin/importers/datumparameters/add/", given)


def test_parameters_are_entered_by_name(client, chief):
    assert enter(client, SEVEN).status_code == 302
    kept = DatumParameters.objects.get()
    assert (kept.who, kept.parameters["dz"]) == ("chief", 3)


@pytest.mark.parametrize(
    "parameters, method",
    [('{"dx":1}', "seven"), (SEVEN, "four"), ("[]", "seven"), (SEVEN.replace("3", '"3"'), "seven"),
     (SEVEN.replace("position_vector", "bursa"), "seven")],
)  # fmt: skip
def test_half_a_transformation_is_refused(client, chief, parameters, method):
    assert enter(client, parameters, method).status_code == 200
    assert not DatumParameters.objects.exists()


def test_sources_are_not_made_by_hand(client, chief):
    assert client.get("/admin/importers/savedsource/").status_code == 200
    assert client.get("/admin/importers/savedsource/add/").status_code == 403


def test_stewards_only_read(client):
    user = User.objects.create_user("s", is_staff=True)
    client.force_login(user)
    assert client.get("/admin/importers/datumparameters/add/").status_code == 403
