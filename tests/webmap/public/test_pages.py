"""Reports without an account: taken once, bounded, followed by number, nobody's data shown."""

import json
import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from grid.cases.actions import act, report
from grid.models import Case, CasePhoto
from layers.sharing import limits
from spatial.city import city
from spatial.crs import transformer
from tests.factories import centre, personal
from tests.grid.people import (
    CHIEF,
    INTAKE,
    STREETS,
    make_ground,
    picture,
    publish_all,
    told,
    walk,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db, settings, tmp_path):
    settings.CASE_FILES = tmp_path / "cases"
    limits.forget()
    make_ground()
    yield
    limits.forget()


def filled(**more) -> dict:
    """The form as somebody sends it; numbers and names are not to be seen again."""
    x, y = centre()
    lon, lat = transformer(city().projected, 4326).transform(x + 5, y + 5)
    return {
        "uuid": str(uuid4()),
        "class": "event:0113",
        "description": "路面破损，我的电话 138-0013-8000",
        "address": "人民路口",
        "lon": f"{lon:.7f}",
        "lat": f"{lat:.7f}",
        "reporter_name": "王小明",
        "reporter_phone": "13900001111",
    } | more


def photo(raw: bytes | None = None):
    return SimpleUploadedFile("a.jpg", raw or picture(), content_type="image/jpeg")


def sent(client, **more):
    return client.post("/report/", filled(**more))


def test_a_report_is_taken_and_followed(client):
    answer = sent(client, photos=[photo()])
    assert answer.status_code == 303
    case = Case.objects.current().get()
    phone = personal(case, "reporter_phone")
    assert (case.source, phone, case.step) == ("公众举报", "13900001111", "reported")
    page = client.get(answer["Location"]).text
    assert case.code in page
    assert "已收到" in page
    assert "道路破损" in page  # the class, not yet the words
    assert "我的电话" not in page


def test_a_refusal_is_in_the_language_of_the_reader(client):
    client.cookies["django_language"] = "en"
    no_photo = SimpleUploadedFile("a.jpg", b"<script>alert(1)</script>")
    refused = sent(client, photos=[no_photo])
    assert refused.status_code == 422
    assert "The photo cannot be read; only JPEG, PNG and WebP pictures are taken" in refused.text
    (outside,) = sent(client, lon="110").context["problem"].splitlines()
    assert outside.startswith("The place is outside ")


def test_the_same_report_sent_twice_is_one_case(client):
    form = filled()
    first, second = (client.post("/report/", form) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Case.objects.current().count() == 1


def test_words_and_photos_are_shown_once_published_without_numbers_and_names(client):
    sent(client, photos=[photo()])
    code = Case.objects.current().get().code
    picture_of = f"/open311/v2/photos/{CasePhoto.objects.get().pk}.jpg"
    before = client.get("/report/follow", {"number": code}).text
    assert "<img src=" + f'"{picture_of}"' not in before
    assert client.get(picture_of).status_code == 404
    act(INTAKE, code, "accept", {})
    case = act(CHIEF, code, "file", {"condition": "1"})
    accepted = client.get("/report/follow", {"number": code}).text
    assert "我的电话" not in accepted
    assert "人民路口" not in accepted  # where it is, as somebody wrote it, is words too
    assert client.get(picture_of).status_code == 404
    publish_all(case, words=case.description, address=case.address)
    after = client.get("/report/follow", {"number": code}).text
    assert picture_of in after
    assert client.get(picture_of).status_code == 200
    assert "我的电话 ×××" in after
    assert "人民路口" in after
    for hidden in ("王小明", "13900001111", "138-0013-8000", INTAKE.name, CHIEF.name):
        assert hidden not in after
    assert re.findall(r"<b>(上报|受理|立案)</b>", after) == ["立案", "受理", "上报"]


def test_why_a_report_is_not_taken_is_told(client):
    sent(client)
    code = Case.objects.current().get().code
    act(INTAKE, code, "reject", {"reason": "属物业管理范围，请联系 0738-1234567"})
    page = client.get("/report/follow", {"number": code}).text
    assert "属物业管理范围，请联系 ×××" in page
    assert "我的电话" not in page


def test_a_merged_report_leads_to_the_case_it_went_into_if_that_is_public(client):
    for is_public in (True, False):
        main = report(INTAKE, told(is_public=is_public))
        sent(client)
        code = Case.objects.current().get(source="公众举报", step="reported").code
        act(INTAKE, code, "merge", {"main": main.code})
        page = client.get("/report/follow", {"number": code}).text
        assert "并入同一问题的案件" in page
        assert "我的电话" not in page  # nobody had accepted it
        assert (main.code in page) is is_public


def test_a_case_that_is_not_public_is_not_found_nor_drawn(client):
    case = report(INTAKE, told(is_public=False))
    refused = client.get("/report/follow", {"number": case.code})
    assert refused.status_code == 404
    assert "请核对编号" in refused.text
    drawn = json.loads(client.get("/report/cases.json").content)
    assert drawn["features"] == []


def test_the_map_says_class_state_and_day_and_nothing_else(client):
    case = walk(report(INTAKE, told(is_public=True, reporter_name="王小明")), "close")
    (feature,) = json.loads(client.get("/report/cases.json").content)["features"]
    assert set(feature["properties"]) == {"number", "class", "state", "stage", "day"}
    assert feature["properties"] | {"number": case.code, "stage": "closed"} == feature["properties"]
    page = client.get("/report/follow", {"number": case.code}).text
    assert STREETS in page
    assert "已修补" not in page  # what the department noted


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"class": ""}, "请选择问题类别"),
        ({"class": "event:9999"}, "没有该问题类别"),
        ({"description": "坑"}, "4 到 500"),
        ({"description": "\u200b\u3164\u202e\u2800\u200d"}, "4 到 500"),
        ({"lon": "", "lat": ""}, "请在地图上点选位置"),
        ({"lon": "2", "lat": "48"}, "不在"),
        ({"uuid": "x"}, "再点一次"),
        ({"photos": [SimpleUploadedFile("a.jpg", b"<script>alert(1)</script>")]}, "照片读不出"),
        ({"photos": [SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(4)]}, "照片最多 3 张"),
    ],
)
def test_what_cannot_be_taken_is_told_and_what_was_written_stays(client, more, words):
    answer = sent(client, **more)
    assert answer.status_code == 422
    assert words in answer.text
    assert "人民路口" in answer.text
    assert not Case.objects.current().exists()


def test_a_body_that_is_too_large_is_not_read(client):
    answer = client.post("/report/", filled(), CONTENT_LENGTH="99000000")
    assert answer.status_code == 413
    assert "照片合计过大" in answer.text


def test_many_reports_from_one_address_are_slowed_down(client, settings):
    settings.PUBLIC_REPORTS_PER_MINUTE = 2
    statuses = [sent(client).status_code for _ in range(3)]
    assert statuses == [303, 303, 429]
    slowed = sent(client)
    assert int(slowed["Retry-After"]) >= 1
    assert "人民路口" in slowed.text
    other = client.post("/report/", filled(), REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 303
    assert Case.objects.current().count() == 3


def test_reports_from_everywhere_together_are_bounded(client, settings):
    settings.PUBLIC_REPORTS_PER_MINUTE_ALL = 2
    found = [
        client.post("/report/", filled(), REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(3)
    ]
    assert found == [303, 303, 429]


def test_a_network_of_ipv6_counts_as_one(client, settings):
    settings.PUBLIC_REPORTS_PER_MINUTE = 2
    found = [
        client.post("/report/", filled(), REMOTE_ADDR=f"2001:db8:1:{net}::{n}").status_code
        for net, n in ((1, 1), (1, 2), (1, 3), (2, 1))
    ]
    assert found == [303, 303, 429, 303]


def test_what_does_not_fit_leaves_the_share_of_all_alone(client, settings):
    settings.PUBLIC_REPORTS_PER_MINUTE_ALL = 1
    assert sent(client, description="坑").status_code == 422
    assert sent(client).status_code == 303


def test_a_flood_is_not_read(client, settings):
    settings.PUBLIC_REPORTS_PER_MINUTE = 0
    answer = client.post("/report/", filled(), CONTENT_LENGTH="30000000")
    assert answer.status_code == 429
    assert "人民路口" not in answer.text


def test_an_old_page_keeps_what_was_written():
    client = Client(enforce_csrf_checks=True)
    answer = sent(client)
    assert answer.status_code == 403
    assert "请再点一次" in answer.text
    assert "人民路口" in answer.text
    assert not Case.objects.current().exists()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', answer.text)
    assert sent(client, csrfmiddlewaretoken=token.group(1)).status_code == 303


def test_a_used_form_becomes_another_report(client):
    form = filled()
    client.post("/report/", form)
    answer = client.post("/report/", form | {"class": "event:0111"})
    assert answer.status_code == 422
    assert "这份表单已经用过" in answer.text
    fresh = re.search(r'name="uuid" value="([0-9a-f-]{36})"', answer.text).group(1)
    assert fresh != form["uuid"]
    assert client.post("/report/", form | {"class": "event:0111", "uuid": fresh}).status_code == 303


def test_a_form_sent_again_draws_no_photo(client, monkeypatch):
    form = filled()
    client.post("/report/", form | {"photos": [photo()]})

    def never(*_args):
        raise AssertionError

    monkeypatch.setattr("webmap.web.parsing.read_photo", never)
    assert client.post("/report/", form | {"photos": [photo()]}).status_code == 303
    assert CasePhoto.objects.count() == 1


def test_lines_count_as_the_browser_counts_them(client):
    assert sent(client, description="坑\r\n" * 250).status_code == 303


def test_a_very_large_picture_is_told(client):
    answer = sent(client, photos=[photo(picture(6000, 5000))])
    assert answer.status_code == 422
    assert "6000×5000" in answer.text


@pytest.mark.parametrize("number", ["\0", "'; --", "1" * 41, "４３１"])
def test_an_odd_number_is_not_found(client, number):
    assert client.get("/report/follow", {"number": number}).status_code == 404


def test_open_cases_are_drawn_before_ended_ones(client, monkeypatch):
    first = report(INTAKE, told(is_public=True))
    ended = walk(report(INTAKE, told(is_public=True, class_code="0111")), "close")
    monkeypatch.setattr("webmap.public.pages.MOST_DRAWN", 1)
    drawn = json.loads(client.get("/report/cases.json").content)
    assert [f["properties"]["number"] for f in drawn["features"]] == [first.code]
    assert drawn["numberMatched"] == 2
    assert ended.code > first.code


def test_pages_open_without_an_account(client):
    for path in ("", "follow", "map"):
        assert client.get(f"/report/{path}").status_code == 200
    assert client.delete("/report/").status_code == 405
