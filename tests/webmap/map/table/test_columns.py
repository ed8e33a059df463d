"""The columns that a table has: those of the caller, in the language of the page."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from spatial.housing.roles import HousingRole
from tests.town import make_user
from webmap.map.table.texts import TEXTS

pytestmark = pytest.mark.django_db
SCRIPTS = Path(settings.BASE_DIR) / "webmap" / "static" / "table"


def columns(client, layer, **headers):
    return {
        c["name"]: c
        for c in client.get(f"/table/{layer}/columns", headers=headers).json()["columns"]
    }


def test_codes_come_with_their_names(client, town):
    told = columns(client, "parcels")
    assert told["code"]["title"] == "编码"
    assert told["land_use"]["names"]["0701"] == "城镇住宅用地"
    assert "right_holder" not in told
    assert list(told)[-2:] == ["valid_from", "valid_to"]


def test_each_sees_their_own(client, town):
    assert client.get("/table/units/columns").status_code == 404
    client.force_login(make_user("clerk", HousingRole.HOUSING))
    assert "room" in columns(client, "units")


def test_titles_are_of_the_page(client, town):
    client.cookies["django_language"] = "en"
    assert columns(client, "parcels")["land_use"]["title"] == "Land use"


def test_every_text_of_the_scripts_is_listed():
    said = set()
    for path in SCRIPTS.glob("*.js"):
        said |= set(re.findall(r'\bt\("([^"]+)"', path.read_text()))
    assert said
    assert said <= set(TEXTS)
