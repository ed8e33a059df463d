"""The review over HTTP: what people and programs ask, and who may."""

import base64
import json
from math import asinh, pi, radians, tan
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from importers.models import ImportRun, SavedSource
from layers.roles import Role
from spatial.city import city
from spatial.parcels.models import Parcel
from spatial.pipes.roles import PipeRole
from tests.importers.checks.test_notices import sites
from tests.importers.files import gpkg, plots
from tests.webmap.imports.test_uploads import announce, append

pytestmark = pytest.mark.django_db
CASES = Path(__file__).resolve().parents[2] / "data" / "imports"
JSON = {"content_type": "application/json", "headers": {"Accept": "application/json"}}


@pytest.fixture(autouse=True)
def at_once(settings, tmp_path):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.VAR = tmp_path / "var"


def account(name="steward", *roles):
    user = User.objects.create_user(name, password="geheim-12")
    for role in roles or (Role.STEWARD,):
        user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    return user


@pytest.fixture
def steward(client):
    user = account()
    client.force_login(user)
    return user


def deliver(client, path, layer="parcels", **given):
    url = announce(client, path.name, path.stat().st_size)["Location"]
    append(client, url, path.read_bytes(), 0)
    return client.post("/imports/", {"uploads": [url], "layer": layer, **given}, **JSON)


def tried(client, path, **given):
    answer = deliver(client, path, **given)
    assert answer.status_code == 201, answer.content
    return ImportRun.objects.get(pk=answer.json()["id"])


def post(client, path, **body):
    return client.post(path, json.dumps(body), **JSON)


def test_the_map_shows_the_way_to_those_who_may_deliver(client):
    assert "/imports/" not in client.get("/").content.decode()
    client.force_login(account())
    assert 'href="/imports/"' in client.get("/").content.decode()


def test_a_delivery_is_tried_chosen_committed_and_undone(client, steward, tmp_path):
    frame = plots(5)
    frame.loc[2, "code"] = ""
    run = tried(client, gpkg(tmp_path, frame))
    told = client.get(f"/imports/{run.pk}", headers=JSON["headers"]).json()
    assert (told["state"], told["counts"]["added"], told["counts"]["rejected"]) == ("dry", 4, 1)
    issues = client.get(f"/imports/{run.pk}/issues", headers=JSON["headers"]).json()["issues"]
    assert [(i["row"], i["code"]) for i in issues] == [(3, "missing-code")]
    assert issues[0]["title"] == "没有编码"
    assert "没有编码（1）" in client.get(f"/imports/{run.pk}/issues").content.decode()
    assert len(issues[0]["position"]) == 2
    rows = client.get(f"/imports/{run.pk}/rows", headers=JSON["headers"]).json()["rows"]
    assert [row["code"] for row in rows] == ["P0", "P1", "P3", "P4"]
    assert post(client, f"/imports/{run.pk}/choose", accepted=False, code=["P3"]).json()["chosen"][
        "open"
    ] == {"staged": 4, "accepted": 3}
    assert post(client, f"/imports/{run.pk}/commit", why="定").status_code == 202
    assert set(Parcel.objects.current().values_list("code", flat=True)) == {"P0", "P1", "P4"}
    run.refresh_from_db()
    assert (run.state, run.change.who, run.change.why) == ("committed", "steward", "定")
    assert post(client, f"/imports/{run.pk}/commit").status_code == 409
    assert post(client, f"/imports/{run.pk}/undo").status_code == 202
    assert not Parcel.objects.current().exists()


def test_a_run_says_that_no_rule_names_its_layer(client, steward, tmp_path):
    run = tried(client, sites(tmp_path, 0, 0), layer="hazard-sites")
    page = client.get(f"/imports/{run.pk}").content.decode()
    assert "这个图层没有登记检查规则，只做通用检查" in page
    told = client.get(f"/imports/{run.pk}", headers=JSON["headers"]).json()
    assert told["notice"].startswith("这个图层没有登记检查规则")
    assert told["counts"]["issues"]["warning"] == {"geometry-duplicate": 1}
    run = tried(client, gpkg(tmp_path, plots()))
    assert "data-unchecked" not in client.get(f"/imports/{run.pk}").content.decode()


def test_a_program_delivers_with_its_password_and_commits_at_once(tmp_path):
    account("system")
    client = Client(enforce_csrf_checks=True)
    client.defaults["HTTP_AUTHORIZATION"] = (
        "Basic " + base64.b64encode(b"system:geheim-12").decode()
    )
    run = tried(client, gpkg(tmp_path, plots(3)), commit=True)
    assert run.state == "committed"
    assert Parcel.objects.count() == 3


def test_a_wrong_password_is_refused(client):
    account("system")
    bad = "Basic " + base64.b64encode(b"system:falsch").decode()
    answer = client.get("/imports/", headers={"Authorization": bad, "Accept": "application/json"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic")


def test_a_session_needs_the_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(account())
    assert client.post("/imports/", {}, **JSON).status_code == 403


def test_an_office_sees_only_its_own_layers(client, steward, tmp_path):
    run = tried(client, gpkg(tmp_path, plots(3)))
    client.force_login(account("pipes", PipeRole.PIPES))
    page = client.get("/imports/new").content.decode()
    assert 'value="pipe-lines"' in page
    assert 'value="parcels"' not in page
    for path in ("", "/issues", "/rows", "/issues.csv", "/tiles/0/0/0"):
        assert client.get(f"/imports/{run.pk}{path}").status_code == 404
    assert post(client, f"/imports/{run.pk}/commit").status_code == 404
    assert deliver(client, gpkg(tmp_path, plots(3))).status_code == 403
    assert client.get("/imports/", headers=JSON["headers"]).json() == {"imports": []}


def test_names_of_people_are_masked_in_the_review(client, steward, tmp_path):
    run = tried(client, gpkg(tmp_path, plots(2, right_holder="欧阳修")))
    page = client.get(f"/imports/{run.pk}/rows").content.decode()
    assert "欧阳**" in page
    assert "欧阳修" not in page


def test_another_reading_needs_no_second_upload(client, steward, tmp_path):
    frame = plots(3).rename(columns={"code": "号", "location": "在哪"})
    run = tried(client, gpkg(tmp_path, frame))
    assert run.state == "refused"
    assert "没有编码列" in run.message or "没有一列" in run.message
    assert "号" in client.get(f"/imports/{run.pk}").content.decode()
    answer = client.post(f"/imports/{run.pk}/again", {"col-code": "号", "col-location": "在哪"})
    again = ImportRun.objects.latest("id")
    assert answer["Location"] == f"/imports/{again.pk}"
    assert (again.state, again.counts["added"]) == ("dry", 3)
    kept = post(client, f"/imports/{again.pk}/source", name="lan-tian", title="蓝田测绘")
    assert kept.status_code == 201
    assert SavedSource.objects.get().columns == {"号": "code", "在哪": "location"}
    SavedSource.objects.create(name="pipes-a", layer="pipe-lines", signature=["x"], columns={})
    taken = post(client, f"/imports/{again.pk}/source", name="pipes-a", title="占用")
    assert (taken.status_code, SavedSource.objects.get(name="pipes-a").columns) == (409, {})
    third = tried(client, gpkg(tmp_path, frame))
    assert (third.state, third.source) == ("dry", "lan-tian")


def test_findings_are_a_table_for_the_surveyor(client, steward, tmp_path):
    frame = plots(2)
    frame.loc[0, "code"] = "=" + "x" * 50
    run = tried(client, gpkg(tmp_path, frame))
    text = client.get(f"/imports/{run.pk}/issues.csv").getvalue().decode("utf-8-sig")
    assert "too-long" in text
    assert ",=" not in text


def test_tiles_show_what_a_run_would_do(client, steward, tmp_path):
    run = tried(client, gpkg(tmp_path, plots(3)))
    view = city().view
    column = int((view.longitude + 180) / 360 * 2**16)
    row = int((1 - asinh(tan(radians(view.latitude))) / pi) / 2 * 2**16)
    answer = client.get(f"/imports/{run.pk}/tiles/16/{column}/{row}")
    assert answer.status_code == 200
    assert b"after" in answer.content
    assert b"P1" in answer.content
    assert client.get(f"/imports/{run.pk}/tiles/0/0/1").status_code == 404


def test_what_is_given_up_is_gone(client, steward, tmp_path):
    run = tried(client, gpkg(tmp_path, plots(3)))
    assert post(client, f"/imports/{run.pk}/discard").status_code == 202
    run.refresh_from_db()
    assert run.state == "discarded"
    assert post(client, f"/imports/{run.pk}/choose", accepted=True).status_code == 409


@pytest.mark.parametrize(
    "given, word",
    [({"uploads": []}, "上传"), ({"uploads": ["x"]}, "重新上传"), ({"layer": "nix"}, "图层"),
     ({"crs": "EPSG:x"}, "坐标系"), ({"at": "gestern"}, "生效时间")],
)  # fmt: skip
def test_a_form_that_says_nonsense(client, steward, tmp_path, given, word):
    path = gpkg(tmp_path, plots(1))
    url = announce(client, path.name, path.stat().st_size)["Location"]
    append(client, url, path.read_bytes(), 0)
    answer = client.post("/imports/", {"uploads": [url], "layer": "parcels", **given}, **JSON)
    assert answer.status_code == 400
    assert word in answer.json()["title"]


def uploaded(client, *paths):
    """Files uploaded one by one, as the page does."""
    found = []
    for path in paths:
        url = announce(client, path.name, path.stat().st_size)["Location"]
        append(client, url, path.read_bytes(), 0)
        found.append(url)
    return found


def test_a_database_and_its_journal_are_one_delivery(client, steward):
    parts = [CASES / "g06b_wal_sidecar.gpkg", CASES / "g06b_wal_sidecar.gpkg-wal"]
    urls = uploaded(client, *parts)
    answer = client.post("/imports/", {"uploads": urls, "layer": "buildings"}, **JSON)
    run = ImportRun.objects.get(pk=answer.json()["id"])
    assert (run.state, run.counts["added"]) == ("dry", 2)
    assert {f["name"] for f in run.files} == {part.name for part in parts}
    again = post(client, f"/imports/{run.pk}/again")
    assert ImportRun.objects.get(pk=again.json()["id"]).counts["added"] == 2


def test_a_journal_alone_is_refused_without_the_server_s_folders(client, steward, settings):
    urls = uploaded(client, CASES / "g06b_wal_sidecar.gpkg-wal")
    answer = client.post("/imports/", {"uploads": urls, "layer": "buildings"}, **JSON)
    run = ImportRun.objects.get(pk=answer.json()["id"])
    assert run.state == "refused"
    assert "请连同同名的 .gpkg 一起提交" in run.message
    assert str(settings.VAR) not in run.message


def test_a_missing_journal_is_confirmed_on_the_page(client, steward):
    run = tried(client, CASES / "g06a_wal_without_sidecar.gpkg", layer="buildings")
    assert 'name="without_wal"' in client.get(f"/imports/{run.pk}").content.decode()
    post(client, f"/imports/{run.pk}/commit")
    run.refresh_from_db()
    assert run.state == "dry"
    assert "没有 -wal 文件" in run.message
    post(client, f"/imports/{run.pk}/commit", without_wal=True)
    run.refresh_from_db()
    assert run.state == "committed"


def test_unused_columns_come_first(client, steward, tmp_path):
    run = tried(client, gpkg(tmp_path, plots(2).assign(DLBM="0701", DJMJ=3)))
    head = client.get(f"/imports/{run.pk}?part=head").content.decode()
    assert "DLBM、DJMJ" in head
    assert head.index("DLBM、DJMJ") < head.index("tally")
    assert 'data-open="tab-how"' in head


def test_kinds_of_issues_are_named_in_both_languages(client, steward, settings, tmp_path):
    frame = plots(3, land_use=["0701", "9999", "9999"]).assign(
        registered_on=["2026-13-45", "2026-01-02", "2026-01-02"]
    )
    run = tried(client, gpkg(tmp_path, frame))
    chinese = client.get(f"/imports/{run.pk}/issues").content.decode()
    assert "不是日期（1）" in chinese
    assert "代码不在代码表内（2）" in chinese
    page = client.get(f"/imports/{run.pk}").content.decode()
    assert "警告的行照收：代码不在代码表内 2" in page
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = client.get(f"/imports/{run.pk}/issues").content.decode()
    assert "Not a date（1）" in english
    assert "Code not in the code list（2）" in english


def test_the_button_says_what_ends(client, steward, tmp_path):
    tried(client, gpkg(tmp_path, plots(9)), commit=True)
    less = plots(9).drop(index=[4])
    less.loc[1, "code"] = "N1"
    less.loc[2, "location"] = "新址"
    run = tried(client, gpkg(tmp_path, less))
    assert run.counts["ended"] == 2
    page = client.get(f"/imports/{run.pk}").content.decode()
    assert "入库 <span id='accepted'>3</span> 条" in page
    assert "其中终止 <span id='ending'>1</span> 条" in page
    assert "1 条不在文件中，也没有替换" in page
    told = post(client, f"/imports/{run.pk}/choose", accepted=True, action="end").json()
    assert (told["changed"], told["chosen"]["end"]) == (1, {"staged": 2, "accepted": 2})


def test_a_run_that_hung_is_healed_when_it_is_looked_at(client, steward, tmp_path):
    run = tried(client, gpkg(tmp_path, plots(3)))
    ImportRun.objects.filter(pk=run.pk).update(stage="核对", done=3, total=3)
    page = client.get(f"/imports/{run.pk}").content.decode()
    assert 'data-moving=""' in page
    assert 'id="commit"' in page
    run.refresh_from_db()
    assert (run.stage, run.message) == ("", "")
