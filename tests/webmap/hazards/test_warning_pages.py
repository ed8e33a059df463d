"""Pages of warnings: drafting from levels, what the public reads, messages, feed, package."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from lxml import etree

from spatial.alerts.rules.documents import read
from spatial.casework.models import Matter
from spatial.hazard_warnings.models import WarningMessage
from spatial.hazard_warnings.rules.contents import CANCEL, EXERCISE, UPDATE
from spatial.risk_levels.models import RiskCycle, RiskLevel
from tests.spatial.hazard_warnings.warnings import (
    DUTY,
    EAST,
    SOUTH,
    WEST,
    act,
    content,
    issued,
    to_signing,
    towns,
)

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def county(db):
    towns()


@pytest.fixture
def officer(client):
    client.force_login(User.objects.get(username="duty"))
    return client


def written(**given):
    now = timezone.localtime()
    form = {
        "effective": f"{now:%Y-%m-%dT%H:%M}",
        "expires": f"{now + timedelta(hours=24):%Y-%m-%dT%H:%M}",
        "partner": "agreed",
        "rewrite": "on",
        "uuid": "7a0f2c1e-0000-4000-8000-000000000001",
    }
    return form | given


def computed():
    now = timezone.now().replace(microsecond=0)
    cycle = RiskCycle.objects.create(at=now, gauges=1, silent=[], doubtful=[], seconds=1)
    for place, level in ((WEST, 3), (EAST, 2), (SOUTH, 0)):
        RiskLevel.objects.create(
            cycle=cycle, place=place, engine="effective", is_leading=True, level=level,
            is_known=True, changed_at=now, measure="effective_rain", value_mm=180, limit_mm=170,
            covered=1, area_share=1,
        )  # fmt: skip
    return cycle


def test_a_draft_begins_with_the_towns_of_a_level_and_why(officer):
    cycle = computed()
    risk = officer.get("/hazards/risk").content.decode()
    assert "按橙色及以上乡镇拟稿" in risk
    address = {"cycle": timezone.localtime(cycle.at).isoformat(), "level": "III"}
    page = officer.get("/hazards/warnings/new", address)
    initial = page.context["form"].initial
    assert {k: v for k, v in initial.items() if k.startswith("town_")} == {
        f"town_{WEST}": "II",
        f"town_{EAST}": "III",
    }
    sent = written(**{f"town_{WEST}": "II", f"town_{EAST}": "III"})
    path = page.wsgi_request.get_full_path()
    done = officer.post(path, sent, follow=True)
    shown = done.content.decode()
    assert "镇1发生地质灾害的气象风险高（橙色预警）" in shown
    assert "有效雨量 180.0 毫米，达到阈值 170 毫米" in shown
    assert "列入本级" not in shown or "P" in shown
    matter = Matter.objects.current().get()
    assert matter.values["drafters"] == ["duty"]
    assert matter.values["reason"]["levels"][0]["value_mm"] == 180
    again = officer.post(path, sent)
    assert again["Location"].endswith(matter.code)
    assert Matter.objects.current().count() == 1


def test_who_has_no_part_drafts_nothing(client):
    assert client.get("/hazards/warnings/new").status_code in (302, 401)
    client.force_login(User.objects.create_user("planner"))
    assert client.get("/hazards/warnings/new").status_code == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/warning/nothing", 404),
        ("/warning/43138241600000_20260617093000_0", 404),
        ("/cap/%00.xml", 404),
        ("/hazards/warnings/%00/draft", 404),
        ("/hazards/warnings/new?cycle=2026-06-17T10:00", 400),
        ("/hazards/warnings/new?cycle=soon", 400),
        ("/hazards/warnings/new?kind=Ack", 400),
        ("/hazards/warnings/new?kind=Update&about=%00", 400),
    ],
)
def test_what_is_not_there_is_refused(officer, path, status):
    assert officer.get(path).status_code == status


def test_a_drawn_area_names_its_towns(officer):
    west, south = 111.63, 27.66
    ring = [[west, south], [west + 0.05, south], [west + 0.05, south + 0.03], [west, south]]
    shape = json.dumps({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}})
    officer.post("/hazards/warnings/new", written(shape=shape, shape_level="II"))
    values = Matter.objects.current().get().values
    assert {town["code"] for town in values["towns"]} == {WEST, EAST}
    assert all("部" in town["where_zh"] for town in values["towns"])
    refused = officer.post("/hazards/warnings/new", written(shape="[1,", shape_level="II"))
    assert refused.status_code == 422


def test_a_draft_is_revised_and_says_what_it_lacks(officer):
    sent = written(**{f"town_{WEST}": "II", "partner": ""})
    page = officer.post("/hazards/warnings/new", sent, follow=True).content.decode()
    assert "须与气象部门会商" in page
    matter = Matter.objects.current().get()
    form = officer.get(f"/hazards/warnings/{matter.code}/draft").context["form"]
    assert form.initial[f"town_{WEST}"] == "II"
    assert form.initial["rewrite"]
    better = written(
        **{
            f"town_{WEST}": "I",
            "expected": matter.pk,
            "uuid": "7a0f2c1e-0000-4000-8000-00000000002a",
        }
    )
    officer.post(f"/hazards/warnings/{matter.code}/draft", better)
    revised = Matter.objects.current().get()
    assert "红色预警" in revised.title
    late = officer.post(f"/hazards/warnings/{matter.code}/draft", better | {"uuid": ""})
    assert late.status_code == 409


def test_the_public_reads_what_is_public_alone(client):
    real = issued(content({WEST: "II", EAST: "III"}))
    blue = issued(content({SOUTH: "IV"}, partner=""))
    drill = issued(content({WEST: "I"}, status=EXERCISE))
    for hidden in (blue, drill):
        assert client.get(f"/warning/{hidden.identifier}").status_code == 404
        assert client.get(f"/cap/{hidden.identifier}.xml").status_code == 404
    page = client.get(f"/warning/{real.identifier}").content.decode()
    assert "镇1" in page
    assert "<svg" in page
    assert "在效" in page
    listed = client.get("/warning/").content.decode()
    assert real.identifier in listed
    for hidden in (blue, drill):
        assert hidden.identifier not in listed
    feed = client.get("/cap/feed.xml")
    ids = [node.text for node in etree.fromstring(feed.content).iter(f"{ATOM}id")]
    assert [one.rsplit("/", 1)[-1] for one in ids] == ["feed.xml", f"{real.identifier}.xml"]
    assert "演练" not in feed.content.decode()
    client.cookies["django_language"] = "en"
    english = client.get(f"/warning/{real.identifier}")
    assert "orange warning (high risk of geological hazards)" in english.content.decode()


def test_the_message_is_given_byte_by_byte_and_once(client):
    message = issued(content({WEST: "II"}))
    answer = client.get(f"/cap/{message.identifier}.xml")
    assert answer.content.decode() == message.document
    assert read(answer.content).identifier == message.identifier
    feed = client.get("/cap/feed.xml")
    for path, tag in (
        (f"/cap/{message.identifier}.xml", answer["ETag"]),
        ("/cap/feed.xml", feed["ETag"]),
    ):
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    issued(content({EAST: "II"}))
    assert client.get("/cap/feed.xml")["ETag"] != feed["ETag"]


def test_the_page_tells_what_a_town_has_now(client):
    first = issued(content({WEST: "II", EAST: "II"}))
    second = issued(content({WEST: "III"}, kind=UPDATE, about=first.identifier))
    page = client.get(f"/warning/{first.identifier}")
    rows = {row["town"].code: row["now"] for row in page.context["towns"]}
    assert rows[WEST].startswith("黄色")
    assert rows[EAST].startswith("橙色")
    assert second.identifier in page.content.decode()


def test_following_a_warning_begins_with_what_stands(officer):
    first = issued(content({WEST: "II", EAST: "III"}))
    address = {"kind": CANCEL, "about": first.identifier}
    form = officer.get("/hazards/warnings/new", address).context["form"]
    assert {k for k in form.initial if k.startswith("town_")} == {f"town_{WEST}", f"town_{EAST}"}
    officer.post(
        f"/hazards/warnings/new?kind={CANCEL}&about={first.identifier}",
        written(**{f"town_{WEST}": "lifted"}),
    )
    values = Matter.objects.current().get(step="draft").values
    assert (values["kind"], values["about"]) == (CANCEL, first.identifier)
    assert "解除镇1的地质灾害气象风险预警" in values["text"]


def test_the_package_is_for_staff(client, officer):
    message = issued(content({WEST: "II"}))
    answer = officer.get(f"/hazards/warnings/{message.identifier}.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert set(archive.namelist()) == {f"{message.identifier}.xml", "text.txt", "area.geojson"}
        assert archive.read(f"{message.identifier}.xml").decode() == message.document
        area = json.loads(archive.read("area.geojson"))
        assert "镇1" in archive.read("text.txt").decode()
    west, south = area["features"][0]["geometry"]["coordinates"][0][0][0]
    assert 111 < west < 112
    assert 27 < south < 28
    client.logout()
    assert client.get(f"/hazards/warnings/{message.identifier}.zip").status_code in (302, 401)


def test_the_telephone_is_entered_on_the_matters_page(officer):
    matter = to_signing(content({WEST: "II"}))
    sent = {
        "sent": "act", "name": "sign_by_phone", "expected": matter.pk, "uuid": "",
        "signer": "leader", "call": "0617-02", "spoken_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    done = officer.post(f"/matters/geo-warning/{matter.code}/act", sent, follow=True)
    assert "录音 0617-02" in done.content.decode()
    assert Matter.objects.current().get().step == "spoken"
    act(matter, DUTY, "issue_spoken")
    assert WarningMessage.objects.count() == 1
