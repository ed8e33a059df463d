"""GeoReport v2 over HTTP: as the specification says, and never a case that is not public."""

import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone
from georeport import GeoReport

from grid.cases.actions import act, report
from grid.cases.photos import read_photo
from grid.models import Case, CasePhoto, CaseStep
from grid.open311 import documents
from grid.rules.models import HandlingLimit
from layers.models import ApiKey, Consumer
from layers.reading.revisions import forget
from layers.sharing.keys import new_key
from spatial.base.models import Address
from spatial.city import city
from spatial.crs import transformer
from tests.factories import centre, open_feature, personal, spot
from tests.grid.people import (
    CHIEF,
    INSPECTOR,
    INTAKE,
    STREETS,
    make_ground,
    picture,
    publish_all,
    told,
    walk,
)
from webmap.open311.views import CHANGESET

pytestmark = pytest.mark.django_db
ROOT = "/open311/v2"
SECRET = "不公开的秘密"


@pytest.fixture
def ground(db, settings, tmp_path):
    settings.CASE_FILES = tmp_path / "cases"
    make_ground()


@pytest.fixture
def key(db) -> str:
    consumer = Consumer.objects.create(name="市民热线", organisation="热线")
    text, digest = new_key()
    ApiKey.objects.create(consumer=consumer, prefix=text[:8], digest=digest, created_by="测试")
    forget()
    return text


def degrees(dx: float = 5, dy: float = 5) -> dict[str, str]:
    x, y = (round(v) for v in centre())
    lon, lat = transformer(city().projected, 4326).transform(x + dx, y + dy)
    return {"lat": f"{lat:.7f}", "long": f"{lon:.7f}"}


def public(**more) -> Case:
    return report(INSPECTOR, told(is_public=True, **more))


def get(client, path, form="json", **params):
    return client.get(f"{ROOT}/{path}.{form}", params)


def test_types_are_exactly_those_of_the_specification(client, ground):
    for path in ("discovery", "services", "services/event-0113", "requests"):
        assert get(client, path)["Content-Type"] == "application/json; charset=utf-8"
        answer = get(client, path, "xml")
        assert answer["Content-Type"] == "text/xml; charset=utf-8"
        assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
        ElementTree.fromstring(answer.content)
    assert get(client, "discovery").json()["endpoints"][0]["type"] == "production"


def test_services_are_the_classes_in_use(client, ground):
    told_services = get(client, "services").json()
    codes = {one["service_code"] for one in told_services}
    assert {"event-0113", "component-0101"} <= codes
    assert all(isinstance(one["service_code"], str) for one in told_services)
    road = next(one for one in told_services if one["service_code"] == "event-0113")
    assert (road["metadata"], road["type"], road["group"]) == (False, "realtime", "市容环境")
    yesterday = timezone.localdate() - timedelta(days=1)
    HandlingLimit.objects.filter(class_code__in=("0113", "01", "")).update(valid_to=yesterday)
    assert "event-0113" not in {one["service_code"] for one in get(client, "services").json()}
    assert get(client, "services/event-0113").status_code == 404


def test_a_report_needs_a_key_and_becomes_a_public_case(client, ground, key):
    form = {"service_code": "event-0113", "description": "路坏了", "phone": "13812345678"}
    form |= {"first_name": "三丰", "last_name": "张", **degrees()}
    for bad, words in (({}, "not provided"), ({"api_key": "x"}, "not valid")):
        refused = client.post(f"{ROOT}/requests.json", form | bad)
        assert refused.status_code == 403
        assert refused.json() == [{"code": 403, "description": f"api_key was {words}"}] or (
            refused.json() == [{"code": 403, "description": f"api_key is {words}"}]
        )
    for query, more in (("?token=x", {}), ("", {"authorization": f"Bearer {key}"})):
        refused = client.post(f"{ROOT}/requests.json{query}", form | {"api_key": key}, headers=more)
        assert (refused.status_code, "more than one key" in refused.text) == (400, True)
    made = client.post(f"{ROOT}/requests.json", form | {"api_key": key})
    assert made.status_code == 200
    row = made.json()[0]
    case = Case.objects.current().get(code=row["service_request_id"])
    assert (case.source, case.is_public, case.reporter) == ("Open311", True, "市民热线")
    assert personal(case, "reporter_name") == "张三丰"
    in_xml = client.post(f"{ROOT}/requests.xml", form, headers={"authorization": f"Bearer {key}"})
    root = ElementTree.fromstring(in_xml.content)
    assert (root.tag, root[0].tag, root[0][0].tag) == (
        "service_requests",
        "request",
        "service_request_id",
    )
    everything = client.get(f"{ROOT}/requests.json").content.decode()
    assert "13812345678" not in everything
    assert "张" not in everything


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "event-9999"}, 404, "service_code"),
        ({"service_code": "9"}, 404, "service_code"),
        ({"lat": "", "long": ""}, 400, "address"),
        ({"lat": "nan"}, 400, "lat and long"),
        ({"lat": "0", "long": "0"}, 400, "不在"),
        ({"description": "字" * 4001}, 400, "4000"),
        ({"jurisdiction_id": "boston.gov"}, 404, "jurisdiction_id"),
        ({"lat": "", "long": "", "address_string": "月球"}, 400, "address"),
    ],
)
def test_what_does_not_fit_is_told_as_the_specification_says(
    client, ground, key, more, status, words
):
    form = {"service_code": "event-0113", "api_key": key, **degrees()} | more
    for kind in ("json", "xml"):
        answer = client.post(f"{ROOT}/requests.{kind}", form)
        assert answer.status_code == status
        assert words in answer.content.decode()
    body = client.post(f"{ROOT}/requests.json", form).json()
    assert list(body[0]) == ["code", "description"]
    assert body[0]["code"] == status
    assert not Case.objects.exists()


def test_an_address_will_do(client, ground, key):
    open_feature(Address, "A1", full_address="人民路1号", geom=spot(7, 7))
    form = {"service_code": "event-0113", "api_key": key}
    for more in ({"address_string": "人民路1号"}, {"address_id": "A1"}):
        number = client.post(f"{ROOT}/requests.json", form | more).json()[0]["service_request_id"]
        assert Case.objects.current().get(code=number).geom.equals(spot(7, 7))


def test_words_and_pictures_are_shown_once_they_are_published(client, ground):
    case = public(photos=[read_photo(picture())])
    photo = f"{ROOT}/photos/{CasePhoto.objects.get().pk}.jpg"
    row = get(client, f"requests/{case.code}").json()[0]
    assert (row["description"], row["media_url"], row["status"]) == (None, None, "open")
    assert client.get(photo).status_code == 404
    walk(case, "dispatch")
    row = get(client, f"requests/{case.code}").json()[0]
    assert (row["description"], row["address"], row["media_url"]) == (None, None, None)
    assert client.get(photo).status_code == 404
    assert row["agency_responsible"] == STREETS
    published = get(client, f"requests/{publish_all(case).code}")
    assert published["Cache-Control"] == "no-store"
    row = published.json()[0]
    assert (row["description"], row["address"]) == ("路面破损", "公交站旁")
    assert row["media_url"].endswith(photo)
    assert row["expected_datetime"].endswith("Z")
    answer = client.get(photo)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "no-store"
    assert b"Exif" not in b"".join(answer.streaming_content)
    assert {"lat": f"{row['lat']:.6f}", "long": f"{row['long']:.6f}"} == {
        name: f"{float(value):.6f}" for name, value in degrees().items()
    }
    for item in ("words", str(CasePhoto.objects.get().pk)):
        act(CHIEF, case.code, "withhold", {"item": item})
    row = get(client, f"requests/{case.code}").json()[0]
    assert (row["description"], row["address"], row["media_url"]) == (None, None, None)
    assert client.get(photo).status_code == 404


def test_a_case_that_is_not_public_is_nowhere(client, ground, key):
    case = report(INSPECTOR, told(description=SECRET, photos=[read_photo(picture())]))
    shown = public(point=spot(50, 50))
    walk(case, "dispatch")
    photo = CasePhoto.objects.get()
    for form in ("json", "xml"):
        for path, params in (
            ("requests", {}),
            ("requests", {"service_request_id": f"{case.code},{shown.code}"}),
            ("requests", {"service_code": "event-0113", "status": "open", "extensions": "true"}),
            (f"requests/{case.code}", {}),
            (f"tokens/{case.code}", {}),
        ):
            answer = get(client, path, form, **params)
            body = answer.content.decode()
            assert case.code not in body
            assert SECRET not in body
    assert get(client, f"requests/{case.code}").status_code == 404
    assert client.get(f"{ROOT}/photos/{photo.pk}.jpg").status_code == 404


def test_searching(client, ground):
    first = public()
    second = public(class_code="0112", point=spot(50, 50))
    act(INTAKE, second.code, "reject", {"reason": "不属实"})

    def found(**params):
        return [row["service_request_id"] for row in get(client, "requests", **params).json()]

    assert found() == [second.code, first.code]
    assert found(status="open") == [first.code]
    assert found(status="closed") == [second.code]
    assert found(status="open,closed") == [second.code, first.code]
    assert found(service_code="event-0112") == [second.code]
    assert found(service_request_id=first.code, status="closed") == [first.code]
    assert found(page_size="1", page="2") == [first.code]
    assert found(page="1000000") == []
    assert found(start_date="2020-01-01T00:00:00Z") == []
    refused = get(client, "requests", status="pending")
    assert (refused.status_code, refused.json()[0]["code"]) == (400, 400)
    assert get(client, f"tokens/{first.code}").json() == [
        {"service_request_id": first.code, "token": first.code}
    ]


@pytest.mark.parametrize("path", ["nothing.json", "nothing.xml", "nothing", "request/1.json"])
def test_what_is_not_there_is_404_in_the_form_asked_for(client, db, path):
    answer = client.get(f"{ROOT}/{path}")
    assert answer.status_code == 404
    if path.endswith("json"):
        assert answer.json() == [{"code": 404, "description": "resource was not found"}]
    else:
        assert b"<errors><error><code>404</code>" in answer.content


HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
NOTICE = "已收到，受理后可查询办理进展"


def test_the_answer_to_a_report_byte_for_byte(client, ground, key):
    """In the order and the shapes of the specification's POST Service Request."""
    form = {"service_code": "event-0113", "api_key": key, **degrees()}
    answer = client.post(f"{ROOT}/requests.json", form)
    number = Case.objects.current().latest("id").code
    assert answer.content.decode() == (
        f'[{{"service_request_id": "{number}", "service_notice": "{NOTICE}", "account_id": null}}]'
    )
    answer = client.post(f"{ROOT}/requests.xml", form | {"account_id": "用户<7>"})
    number = Case.objects.current().latest("id").code
    assert answer.content.decode() == (
        f"{HEAD}<service_requests><request><service_request_id>{number}</service_request_id>"
        f"<service_notice>{NOTICE}</service_notice><account_id>用户&lt;7&gt;</account_id>"
        "</request></service_requests>\n"
    )


def test_discovery_byte_for_byte(client, db):
    """In the order and the shapes of the specification's service discovery."""
    home = "http://testserver"
    contact = f"{city().name}城市管理指挥中心"
    assert get(client, "discovery").content.decode() == (
        f'{{"changeset": "{CHANGESET}", "contact": "{contact}",'
        f' "key_service": "{home}/sharing/mine", "endpoints": ['
        '{"specification": "http://wiki.open311.org/GeoReport_v2",'
        f' "url": "{home}{ROOT}", "changeset": "{CHANGESET}", "type": "production",'
        ' "formats": ["text/xml", "application/json"]}]}'
    )
    assert get(client, "discovery", "xml").content.decode() == (
        f"{HEAD}<discovery><changeset>{CHANGESET}</changeset><contact>{contact}</contact>"
        f"<key_service>{home}/sharing/mine</key_service><endpoints><endpoint>"
        "<specification>http://wiki.open311.org/GeoReport_v2</specification>"
        f"<url>{home}{ROOT}</url><changeset>{CHANGESET}</changeset><type>production</type>"
        "<formats><format>text/xml</format><format>application/json</format></formats>"
        "</endpoint></endpoints></discovery>\n"
    )


def test_of_who_reports_only_what_the_centre_reads_is_kept(client, ground, key):
    form = {"service_code": "event-0113", "api_key": key, "phone": "0738-4420000", **degrees()}
    form |= {"first_name": "Ann", "last_name": "Lee", "email": "ann@example.org"}
    form |= {"device_id": "A1B2", "account_id": "7", "media_url": "http://example.org/a.jpg"}
    row = client.post(f"{ROOT}/requests.json", form).json()[0]
    assert row["account_id"] == "7"
    case = Case.objects.current().get()
    told_by = personal(case, "reporter_name"), personal(case, "reporter_phone")
    assert told_by == ("Ann Lee", "0738-4420000")
    kept = str(Case.objects.values().get(pk=case.pk))
    assert [told for told in ("ann@example.org", "A1B2", "example.org") if told in kept] == []
    assert not CasePhoto.objects.exists()
    refused = client.post(f"{ROOT}/requests.json", form | {"phone": "1" * 31})
    assert (refused.status_code, refused.json()[0]["code"]) == (400, 400)


@pytest.mark.parametrize("size", [70_000, 7_000_000])
@pytest.mark.parametrize("form", ["json", "xml"])
def test_too_large_a_body_is_refused_in_the_shape_of_the_specification(client, db, size, form):
    answer = client.post(f"{ROOT}/requests.{form}", {"api_key": "x", "description": "x" * size})
    words = "the request is larger than 65536 bytes"
    assert answer.status_code == 400
    assert answer.content.decode() == documents.errors([(400, words)], form)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=\xe9", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\nbad"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"api_key=1"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(3_000))),
        ("application/x-www-form-urlencoded", b"api_key=%ff%fe&service_code=\xff"),
        ("application/json", b"{}"),
    ],
)
def test_a_body_that_is_no_form_is_refused_in_the_shape_of_the_specification(
    client, db, kind, body
):
    answer = client.generic("POST", f"{ROOT}/requests.json", body, content_type=kind)
    assert answer.status_code in (400, 403)
    assert [*answer.json()[0]] == ["code", "description"]


ODD = ("\0", "a\0b", "9" * 30, "000000000001" + "9" * 30, "-1", "1e400", "inf", "é" * 5_000)
ODD += ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00")


@pytest.mark.parametrize("value", ODD)
def test_whatever_is_asked_is_answered(client, ground, key, value):
    for name in ("service_request_id", "service_code", "status", "start_date", "end_date", "page"):
        answer = get(client, "requests", **{name: value})
        assert answer.status_code in (200, 400), name
    form = {"service_code": "event-0113", "api_key": key, **degrees()}
    for name in ("service_code", "lat", "long", "address_id", "phone", "description", "api_key"):
        answer = client.post(f"{ROOT}/requests.json", form | {name: value})
        assert answer.status_code in (200, 400, 403, 404), name
    words = form | {"lat": "", "long": "", "address_string": value}
    assert client.post(f"{ROOT}/requests.json", words).status_code == 400
    for path in ("requests/%00.json", "tokens/%00.json", "services/%00.json"):
        assert client.get(f"{ROOT}/{path}").status_code == 404


def test_a_key_that_cannot_be_read_is_not_valid(client, ground):
    form = {"service_code": "event-0113", **degrees()}
    answer = client.post(f"{ROOT}/requests.json", form, headers={"authorization": "Basic =="})
    assert answer.json() == [{"code": 403, "description": "api_key is not valid"}]


@pytest.mark.parametrize(("lat", "long"), [("85", "-180"), ("-85", "21"), ("0", "-69")])
def test_places_at_the_other_end_of_the_earth_are_outside_the_city(client, ground, key, lat, long):
    form = {"service_code": "event-0113", "api_key": key, "lat": lat, "long": long}
    assert client.post(f"{ROOT}/requests.json", form).status_code == 400


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_reads_the_server(live_server, settings, tmp_path, form):
    settings.CASE_FILES = tmp_path / "cases"
    make_ground()
    case = publish_all(walk(public(), "dispatch"))
    client = GeoReport(f"{live_server.url}{ROOT}", output_format=form)
    codes = {one["service_code"] for one in client.get_service_list()}
    assert "event-0113" in codes
    assert "event-0113" in json.dumps(client.get_service_definition("event-0113"))
    rows = client.get_service_requests()
    rows = [rows] if isinstance(rows, dict) else rows
    assert rows[0]["service_request_id"] == case.code
    assert rows[0]["description"] == "路面破损"
    one = client.get_service_request(case.code)
    assert case.code in json.dumps(one)


def test_the_words_are_kept_and_a_picture_that_is_not_fetched_is_said(client, ground, key):
    words = "水位<2米，>1米，第一 <b>x</b> 5 < 6 > 3"
    form = {"service_code": "event-0113", "description": words, "api_key": key}
    form |= {"media_url": "https://example.org/a.jpg", **degrees()}
    row = client.post(f"{ROOT}/requests.json", form).json()[0]
    assert "没有下载" in row["service_notice"]
    case = Case.objects.current().get(code=row["service_request_id"])
    assert case.description == words
    assert CaseStep.objects.get().details["media_url"] == "https://example.org/a.jpg"
    act(INTAKE, case.code, "accept", {})
    act(INTAKE, case.code, "publish", {"item": "words", "words": words})
    told = get(client, f"requests/{case.code}", "xml").content
    assert ElementTree.fromstring(told).findtext(".//description") == words
