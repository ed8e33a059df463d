"""One report, whoever sends it: the same fields, the same words for the same fault."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from spatial.city import city
from spatial.crs import transformer
from tests.factories import centre
from tests.grid.people import make_ground, picture
from webmap.casework.forms import ActionForm, NewCaseForm
from webmap.inspector.forms import PhoneReportForm
from webmap.open311.forms import GeoreportForm
from webmap.public.forms import PublicReportForm
from webmap.web.errors import BadInput
from webmap.web.report_form import ReportForm

FORMS = (NewCaseForm, PhoneReportForm, PublicReportForm)


def given(**more):
    lon, lat = transformer(city().projected, 4326).transform(*centre())
    return {
        "uuid": str(uuid4()),
        "class": "event:0113",
        "description": "路面破损严重",
        "address": "人民路口",
        "lon": lon,
        "lat": lat,
    } | more


def files(raw):
    return MultiValueDict({"photos": [SimpleUploadedFile("a.jpg", raw)]})


@pytest.mark.parametrize("form", FORMS)
def test_every_form_makes_the_same_report(form):
    sent = form(given(reporter_name="王小明"), files(picture())).checked()
    told = sent.report("来源", photos=sent.photos())
    assert (told.kind, told.class_code, told.source) == ("event", "0113", "来源")
    assert told.description == "路面破损严重"
    assert (round(told.point.x), round(told.point.y)) == tuple(round(v) for v in centre())
    is_of_inspector = form is PhoneReportForm  # who is on the spot and known
    by = ("", "") if is_of_inspector else ("人民路口", "王小明")
    assert (told.address, told.reporter_name) == by
    assert len(told.photos) == 1


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"lon": "", "lat": ""}, "position", "请在地图上点选位置"),
        ({"lon": 200}, "position", "位置的经纬度超出范围"),
        ({"uuid": "x"}, "uuid", ""),
    ],
)
def test_the_same_fault_is_told_in_the_same_words(form, more, field, words):
    with pytest.raises(BadInput) as told:
        form(given(**more), MultiValueDict()).checked()
    assert told.value.field == field
    assert words in str(told.value)


def test_every_way_to_report_has_this_form():
    assert all(issubclass(form, ReportForm) for form in (*FORMS, GeoreportForm))


def test_the_public_names_no_component_and_the_desk_may():
    more = {"component": "4313820101000001"}
    assert (
        PublicReportForm(given(**more), MultiValueDict()).checked().report("x").component_code == ""
    )
    assert NewCaseForm(given(**more)).checked().report("x").component_code == more["component"]


def test_a_source_that_the_desk_does_not_offer_becomes_its_first():
    sent = NewCaseForm(given(source="公众举报"), MultiValueDict()).checked().told()
    assert sent.source == "电话举报"


@pytest.mark.django_db
def test_a_client_of_open311_uses_the_names_of_the_specification():
    make_ground()
    sent = {"service_code": "event-0113", "description": "坑", "address_string": "路口"}
    place = {"lat": str(given()["lat"]), "long": str(given()["lon"])}
    names = {"first_name": "小明", "last_name": "王", "phone": "1"}
    told = GeoreportForm(sent | place | names).checked().told()
    assert (told.class_code, told.address, told.reporter_name) == ("0113", "路口", "王小明")
    with pytest.raises(BadInput, match="phone must not have more than 30"):
        GeoreportForm(sent | place | {"phone": "1" * 31}).checked()


def test_an_action_gives_what_was_filled_in():
    sent = {"action": "dispatch", "reason": " 速办 ", "note": "", "until": "2026-01-05 09:00"}
    form = ActionForm(sent | {"expected": "7", "uuid": str(uuid4())}).checked()
    assert set(form.given()) == {"reason", "until"}
    assert form.given()["reason"] == "速办"
    assert form.cleaned_data["expected"] == 7
    for name, words in (
        ("until", "恢复日期读不出"),
        ("expected", "版本无效"),
        ("uuid", "标识无效"),
    ):
        with pytest.raises(BadInput, match=words) as told:
            ActionForm(sent | {name: "x"}).checked()
        assert told.value.field == name
