"""Names and numbers planted in every register: none stands anywhere, the entitled find each."""

import base64
import json
import logging
import subprocess

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client

from grid.roles import GridRole
from importers.runs.outcome import Terms
from importers.runs.run import start
from layers.declarations.registry import all_layers
from layers.models import PersonalRead
from layers.roles import Role
from spatial.hazards.models import HazardSite
from spatial.hazards.roles import HazardRole
from spatial.housing.models import Right
from spatial.housing.roles import HousingRole
from spatial.parcels.models import Building, Parcel
from spatial.parcels.roles import LandRole
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature, spot, square
from tests.grid.people import make_ground, new_case
from tests.importers.files import gpkg, plots
from tests.running.databases import logins
from tests.upgrades.databases import program, url

# What is planted, and where it is found.
PLANTED = {
    "敖丙赤": "parcels/P900",
    "夏侯惇礼": "buildings/B900",
    "Жанар Ғалым": "rights/R900",
    "湘(2031)涟源市不动产权第9876543号": "rights/R900",
    "哪吒莲": "hazard-sites/H900",
    "13799886655": "hazard-sites/H900",
    "申公豹云": "cases/",
    "13611223344": "cases/",
    "太乙真玉": "parcels/P1",
}
FORMS = ("utf-8", "gbk", "utf-16-le")


def traces(data: bytes) -> list[str]:
    """The planted values that stand in bytes: plain, escaped, in hexadecimal or base64."""
    found = []
    for value in PLANTED:
        forms = [value.encode(form, "ignore") for form in FORMS]
        forms += [forms[0].hex().encode(), json.dumps(value)[1:-1].encode()]
        forms += [base64.b64encode(b" " * pad + forms[0])[4:-4] for pad in range(3)]
        if any(form in data for form in forms if len(form) > 4):
            found.append(value)
    return found


@pytest.fixture
def planted(db, tmp_path):
    """A town with the planted values in it, one delivery under review among them."""
    make_ground()
    names = iter(PLANTED)
    open_feature(Parcel, "P900", right_holder=next(names), geom=square(300))
    open_feature(Building, "B900", owner=next(names), geom=square(310))
    right = {"unit_code": "U900", "kind": "ownership", "holder": next(names)}
    edit = Edit(Action.OPEN, "R900", {**right, "certificate": next(names)})
    apply(change(moment(2020)), Right, [edit])
    open_feature(HazardSite, "H900", name="后山", kind="landslide", monitor=next(names), monitor_phone=next(names), geom=spot())  # fmt: skip
    new_case(reporter_name=next(names), reporter_phone=next(names))
    delivered = plots(2, right_holder=next(names))
    start([gpkg(tmp_path, delivered)], "parcels", None, Terms(keep=False), commit=False)


def client_of(name: str, *roles: str) -> Client:
    user = User.objects.create_user(name, password=name)
    user.groups.set([Group.objects.get_or_create(name=str(role.value))[0] for role in roles])
    client = Client()
    client.force_login(user)
    return client


def texts_in_the_database() -> bytes:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind = 'r'"
            " AND c.relnamespace::regnamespace::text IN ('public', 'imports')"
            " AND c.relname NOT LIKE 'spatial_ref_sys' AND has_table_privilege(c.oid, 'SELECT')"
        )
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t")
            found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found).encode()


def pages() -> list[str]:
    found = ["/search?q=敖丙赤", "/search?q=13799886655", "/here?lon=111.67&lat=27.69", "/sharing/audit", "/grid/cases.csv"]  # fmt: skip
    for layer in all_layers():
        items = f"/ogc/collections/{layer.id}"
        found += [f"{items}/items?f=json&limit=100", f"{items}/tiles/WebMercatorQuad/0/0/0", f"{items}/schema"]  # fmt: skip
        found += [f"{items}/items?filter=right_holder%3D'敖丙赤'", f"{items}/items?f=csv&limit=100"]
    return found + [f"/panel/{place}" for place in PLANTED.values()]


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.slow(reason="every layer in every form, to nobody and to the steward")
def test_nothing_planted_is_seen_anywhere(planted, caplog):
    caplog.set_level(logging.DEBUG)
    assert traces(" ".join(PLANTED).encode()) == list(PLANTED)
    assert traces(texts_in_the_database()) == []
    for client in (Client(), client_of("steward", Role.STEWARD, Role.AUDITOR)):
        for path in pages():
            seen = traces(body(client.get(path)))
            assert [value for value in seen if value not in path] == [], (
                path
            )  # a page says what was searched
        for path in ("/panel/parcels/P900/personal", "/ogc/collections/parcels/items"):
            assert traces(body(client.post(path, {"reason": ""}))) == [], path
    assert traces(caplog.text.encode()) == []


def test_the_entitled_find_each_and_are_on_record(planted):
    clerk = client_of(
        "clerk", LandRole.LAND, HousingRole.HOUSING, HazardRole.HAZARD, GridRole.CHIEF
    )
    for value, place in PLANTED.items():
        if place == "parcels/P1":  # under review: no version holds it yet
            continue
        form = {"text": value, "reason": "信访核实"}
        page = clerk.post("/sharing/people", form).content.decode()
        assert place in page, value
        assert value not in page.replace(f'value="{value}"', "")
    assert clerk.post("/sharing/people", {"text": "敖丙赤"}).status_code == 422
    assert "没有找到" in clerk.post("/sharing/people", {**form, "text": "敖丙"}).content.decode()
    layers = set(PersonalRead.objects.values_list("layer", flat=True))
    assert layers == {"parcels", "buildings", "rights", "hazard-sites", "cases"}
    assert client_of("other", Role.AUDITOR).post("/sharing/people", form).status_code == 403
    assert Client().get("/sharing/people").status_code == 302


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_nothing_planted_stands_in_a_dump(planted):
    command = [program("pg_dump"), "--no-owner", url(connection.settings_dict["NAME"], logins()[1])]
    dump = subprocess.run(command, capture_output=True, check=True).stdout
    assert b"COPY public.sealed_sealedvalue" in dump
    assert traces(dump) == []
