"""A profession with a register of its own app appears in every place that one can."""

import json
import subprocess

import geopandas as gpd
import pytest
import shapely
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.management.base import CommandError

from importers.sample import sample
from importers.sample.city import write
from layers.declarations.registry import layer_of
from spatial.base.models import Address, District
from spatial.city import city
from spatial.parcels.models import Building
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit
from tests.caches import forget_everything
from tests.dummy.models import Bench, Park
from tests.dummy.roles import ParkRole
from tests.factories import centre, moment, open_feature, spot, square
from tests.town import centre_degrees
from webmap.accounts.groups import make_roles
from webmap.demo.accounts import DEMO_PASSWORD, create_demo_accounts
from webmap.exports.jobs import folder, make_export
from webmap.models import Export

pytestmark = pytest.mark.django_db

PARK = {
    "name": "人民公园",
    "kind": "city",
    "opens_at": "6:00–22:00",
    "area_m2": 10_000.0,
    "district_code": "431382001",
    "keeper_phone": "13812345678",
    "geom": square(0, 0, 100),
}


@pytest.fixture
def parks(db):
    """A park that was renamed, two benches in it, a house beside it."""
    forget_everything()
    open_feature(
        District, "431382001", name="示范街道", level="town", geom=square(-900, -900, 1800)
    )
    open_feature(Building, "B1", name="示范楼", geom=square(110, 0, 20))
    open_feature(Address, "A1", full_address="人民路1号", geom=spot(500, 500))
    open_feature(Park, "GY1", **{**PARK, "name": "东门公园"})
    renamed = record_change(who="园林局", why="更名", at=moment(2022))
    apply(renamed, Park, [Edit(Action.REPLACE, "GY1", PARK)])
    open_feature(Bench, "ZY1", park_code="GY1", state="broken", geom=spot(20, 20))
    open_feature(Bench, "ZY2", park_code="GY1", state="good", geom=spot(40, 20))
    yield
    forget_everything()


@pytest.fixture
def keeper(client, parks):
    """A client signed in as somebody who keeps parks."""
    user = User.objects.create_user("yuanlin", password="yuanlin")
    user.groups.set([Group.objects.get_or_create(name=ParkRole.KEEPER.value)[0]])
    client.force_login(user)
    return client


def page(client, path, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def in_english(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def test_the_map_has_an_entrance_with_the_layer_in_tree_style_and_legend(client, parks):
    text = page(client, "/parks")
    assert "公园管理" in page(client, "/")
    assert 'value="parks" checked' in text
    assert "口袋公园" in text
    assert "公园绿地" in text
    assert 'value="benches"' not in text  # conditional: for who was granted it
    style = client.get("/map/style?entrance=parks").json()
    drawn = {layer["id"]: layer["layout"]["visibility"] for layer in style["layers"][1:]}
    assert drawn["parks"] == drawn["parks-label"] == "visible"
    assert "#7fae6b" in json.dumps(style)
    assert "公园 1" in page(client, "/parks/overview")


def test_the_panel_has_its_fields_references_relations_fragment_and_history(keeper):
    text = page(keeper, "/panel/parks/GY1")
    assert "人民公园" in text
    assert 'data-open="districts/431382001">示范街道' in text
    assert "园内座椅" in text
    assert "benches/ZY1" in text
    assert "buildings/B1" in text
    assert "座椅 2 张，待修 1 张" in text
    assert "更名" in text
    assert "东门公园 → 人民公园" in text
    assert "13812345678" not in text
    assert (
        "13812345678"
        in keeper.post("/panel/parks/GY1/personal", {"reason": "核对"}).content.decode()
    )


def test_who_was_not_granted_the_benches_sees_none(client, parks):
    text = page(client, "/panel/parks/GY1")
    assert "benches/ZY1" not in text
    assert client.get("/panel/benches/ZY1").status_code == 404


def test_time_travel_shows_what_it_was(client, parks):
    assert "东门公园" in page(client, "/panel/parks/GY1", at="2021-01-01")
    lon, lat = centre_degrees(20, 20)
    assert "东门公园" in page(client, "/here", lon=lon, lat=lat, at="2021-01-01")
    items = client.get("/ogc/collections/parks/items?f=json&datetime=2021-01-01T00:00:00Z").json()
    assert [f["properties"]["name"] for f in items["features"]] == ["东门公园"]


def test_search_finds_it_in_its_rank(client, parks):
    assert 'data-open="parks/GY1"' in page(client, "/search", q="人民公园")
    text = page(client, "/search", q="人民")
    assert text.index("parks/GY1") < text.index("addresses/A1")


def test_search_asks_the_profession_too_for_who_may_see_the_layer(client, keeper):
    text = page(keeper, "/search", q="人民公园")
    assert "园内座椅" in text
    assert 'data-open="benches/ZY1"' in text
    client.logout()
    assert "benches/" not in page(client, "/search", q="人民公园")


def test_it_stands_at_a_point_in_its_rank_with_its_table(keeper):
    lon, lat = centre_degrees(20, 20)
    text = page(keeper, "/here", lon=lon, lat=lat)
    assert "parks/GY1" in text
    assert "6:00–22:00" in text
    assert "开放情况" in text
    assert "benches/ZY1" in text
    assert text.index("parks/GY1") < text.index("districts/431382001") < text.index("benches/ZY1")


def test_menu_tabs_and_tasks_are_for_those_who_keep_parks(client, keeper):
    text = page(keeper, "/parks")
    assert 'href="/parks/upkeep"' in text
    assert 'data-load="/tasks"' in text
    tasks = page(keeper, "/tasks")
    assert "待修座椅" in tasks
    assert "<b>1</b>" in tasks
    desk = page(keeper, "/parks/upkeep")
    assert 'href="/parks/upkeep" aria-current="page"' in desk
    assert "ZY1" in desk
    client.logout()
    text = page(client, "/parks")
    assert "/parks/upkeep" not in text
    assert "data-load" not in text
    assert "待修座椅" not in page(client, "/tasks")


def test_its_role_is_a_group_and_has_a_demo_account(client, db):
    from django.apps import apps

    Group.objects.filter(name="园林").delete()
    make_roles(apps.get_app_config("webmap"))
    assert Group.objects.filter(name="园林").exists()
    create_demo_accounts()
    assert client.login(username="gardener", password=DEMO_PASSWORD)


def test_the_api_has_collection_items_schema_tiles_history_and_description(client, parks):
    listed = {c["id"] for c in client.get("/ogc/collections?f=json").json()["collections"]}
    assert "parks" in listed
    assert "benches" not in listed
    item = client.get("/ogc/collections/parks/items/GY1?f=json").json()
    assert item["properties"]["name"] == "人民公园"
    assert "keeper_phone" not in item["properties"]
    schema = client.get("/ogc/collections/parks/schema?f=json").json()
    assert "opens_at" in schema["properties"]
    versions = client.get("/ogc/collections/parks/items/GY1/versions?f=json")
    assert versions.status_code == 200
    paths = client.get("/ogc/openapi?f=json").json()["paths"]
    assert "/collections/parks/items" in paths
    lon, lat = centre_degrees(50, 50)
    column = int((lon + 180) / 360 * 2**14)
    from math import asinh, pi, radians, tan

    row = int((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**14)
    tile = client.get(f"/ogc/collections/parks/tiles/WebMercatorQuad/14/{row}/{column}")
    assert tile.status_code == 200
    assert "人民公园".encode() in tile.content
    dataset = client.get("/map/style").json()["sources"]
    assert "parks" in dataset


def test_a_site_is_held_against_it(client, parks):
    x, y = centre_degrees(10, 10)
    ring = [centre_degrees(*p) for p in ((10, 10), (60, 10), (60, 60), (10, 60), (10, 10))]
    body = {"inputs": {"area": {"type": "Polygon", "coordinates": [ring]}}}
    answer = client.post(
        "/ogc/processes/overlay-constraints/execution", json.dumps(body), "application/json"
    )
    found = {one["collection"]: one for one in answer.json()["layers"]}
    assert found["parks"]["features"][0]["code"] == "GY1"


def test_the_catalogue_lists_it(client, keeper):
    assert "公园" in page(keeper, "/sharing/parks")
    assert "座椅" in page(keeper, "/sharing/benches")
    client.logout()
    records = client.get("/ogc/collections/catalogue/items?f=json&limit=100").json()["features"]
    assert "parks" in {record["id"] for record in records}


def survey(folder, *codes, step=200):
    x, y = centre()
    shapes = [shapely.box(x + step * i, y, x + step * i + 50, y + 50) for i in range(len(codes))]
    table = {"GYBH": codes, "GYMC": [f"{c}园" for c in codes], "GYLX": "city"}
    path = folder / "parks.gpkg"
    gpd.GeoDataFrame(table, geometry=shapes, crs=city().projected).to_file(path)
    return path


def test_a_delivery_is_tried_then_taken_in_by_its_own_source(tmp_path, settings, capsys, db):
    settings.VAR = tmp_path / "var"
    path = survey(tmp_path, "GY1", "GY2")
    call_command("import_survey", str(path), layer="parks")
    said = capsys.readouterr().out
    assert "新增 added: 2" in said
    assert "park-survey" in said or not Park.objects.exists()
    assert "只做通用检查（示例登记簿，用通用检查）" in said
    assert not Park.objects.exists()
    call_command("import_survey", str(path), layer="parks", commit=True)
    assert dict(Park.objects.current().values_list("code", "name")) == {
        "GY1": "GY1园",
        "GY2": "GY2园",
    }


def test_two_parks_of_one_shape_are_a_finding_without_any_rule_of_their_own(
    tmp_path, settings, capsys, db
):
    settings.VAR = tmp_path / "var"
    call_command("import_survey", str(survey(tmp_path, "GY1", "GY2", step=0)), layer="parks")
    said = capsys.readouterr().out
    assert "[warning] geometry-duplicate" in said
    assert "新增 added: 2" in said


def test_benches_are_held_to_the_rule_of_their_own(tmp_path, settings, capsys, parks):
    settings.VAR = tmp_path / "var"
    x, y = centre()
    table = {"code": ["ZY7", "ZY8"], "park_code": "GY1"}
    points = [shapely.Point(x + 50, y + 50), shapely.Point(x + 300, y + 50)]
    path = tmp_path / "benches.gpkg"
    gpd.GeoDataFrame(table, geometry=points, crs=city().projected).to_file(path)
    call_command("import_survey", str(path), layer="benches", partial=True)
    said = capsys.readouterr().out
    assert "[error] bench-outside" in said
    assert "拒收 rejected: 1" in said
    assert "只做通用检查" not in said


def test_the_list_of_checks_names_both(capsys):
    call_command("layer_checks")
    said = capsys.readouterr().out
    assert "parks: 通用 general" in said
    assert "benches: 专用 own 1" in said
    call_command("layer_checks", check=True)


def test_an_exported_map_shows_it(client, parks, settings, tmp_path):
    settings.VAR = tmp_path / "var"
    west, south = centre_degrees(-50, -50)
    east, north = centre_degrees(150, 150)
    form = {"layers": "parks", "bbox": f"{west},{south},{east},{north}", "entrance": "parks"}
    assert client.post("/exports", form).status_code in (200, 202, 302)
    text = exported(Export.objects.get())
    assert json.dumps("人民公园") in text
    assert "公园管理" in text


def exported(export):
    make_export.func(str(export.pk))
    export.refresh_from_db()
    return (folder() / export.file).read_text()


def test_the_sample_city_has_what_the_register_adds(monkeypatch, settings, tmp_path, db):
    settings.VAR = tmp_path / "var"
    monkeypatch.setattr(write, "deliveries", lambda size, seed: iter(()))
    from importers.runs.progress import Silence

    totals = sample.load(sample.Load("tiny", 1), Silence())
    assert totals == {"parks": 1}
    assert Park.objects.current().get().name == "样例公园"


def test_it_speaks_english(client, keeper):
    in_english(keeper)
    text = page(keeper, "/parks")
    for said in ("Park keeping", "Parks and what is in them", "Upkeep desk", "Parks and greens"):
        assert said in text
    record = page(keeper, "/panel/parks/GY1")
    assert "2 benches, 1 to mend" in record
    assert "Benches inside" in record
    assert "Opening hours" in record
    lon, lat = centre_degrees(20, 20)
    assert "Access" in page(keeper, "/here", lon=lon, lat=lat)
    assert "Benches to mend" in page(keeper, "/tasks")


def test_no_file_of_the_house_mentions_it():
    found = subprocess.run(  # noqa: S603
        ["git", "grep", "-lE", r"tests[./]dummy|\"parks\"|'parks'|Upkeep|gardener", "--", ".",  # noqa: S607
         ":!tests/dummy", ":!docs", ":!*.po", ":!*.csv"],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.stdout == ""


def test_its_declarations_hold_together_with_those_of_the_house(db):
    call_command("check")
    assert layer_of("parks").group == "公园绿地"


def test_a_layer_without_rules_or_a_reason_fails_the_check(monkeypatch):
    from dataclasses import replace

    from importers.management.commands import layer_checks

    silent = replace(layer_of("parks"), unchecked_because="")
    monkeypatch.setattr(layer_checks, "all_layers", lambda: (silent,))
    with pytest.raises(CommandError, match="parks"):
        call_command("layer_checks", check=True)
