"""The sharing catalogue: who opens which page, and what may be done there."""

import logging
import re

import pytest
from django.test import Client

from layers.access.access import Caller
from layers.declarations.registry import layer_of
from layers.models import AccessCount, ApiKey, Consumer, LayerGrant, PersonalRead
from layers.reading.revisions import forget
from layers.roles import Role
from layers.sharing import actions
from layers.sharing.application_queries import applications
from layers.sharing.keys import forget as forget_keys
from layers.sharing.refused_writes import record_refused
from spatial.housing.roles import HousingRole
from spatial.parcels.roles import LandRole
from spatial.pipes.roles import PipeRole
from tests.layers.sharing.applied import applied_for
from tests.town import make_user
from webmap.notices.subjects import path_of

pytestmark = pytest.mark.django_db
PIPES, ITEMS = "/sharing/pipe-lines", "/ogc/collections/pipe-lines/items"


@pytest.fixture
def people(db):
    roles = {
        "housing": (HousingRole.HOUSING,),
        "pipes": (PipeRole.PIPES,),
        "steward": (Role.STEWARD,),
        "auditor": (Role.AUDITOR,),
    }
    found = {"nobody": Client()}
    for name, own in roles.items():
        client = found[name] = Client()
        client.force_login(make_user(name, *own))
    return found


def text_of(answer):
    return answer.content.decode()


def fresh():
    forget()
    forget_keys()


def registered(client, name="不动产系统"):
    answer = client.post("/sharing/mine", {"name": name, "organisation": "住建局"})
    assert answer.status_code == 302, text_of(answer)
    return Consumer.objects.get(name=name)


def issued(client, consumer, day="2027-06-30"):
    answer = client.post(f"/sharing/consumers/{consumer.pk}/keys", {"expires_at": day})
    assert answer.status_code == 200, text_of(answer)
    assert "no-store" in answer["Cache-Control"]
    return re.search(r'<code id="key">([^<]+)</code>', text_of(answer))[1]


def asked(client, consumer, layer="pipe-lines", **more):
    told = {"consumer": consumer.pk, "purpose": "办件", "legal_basis": "三定方案", **more}
    return client.post(f"/sharing/{layer}/apply", told)


@pytest.mark.parametrize(
    ("path", "opens"),
    [
        ("/sharing/", {"nobody", "housing", "pipes", "steward", "auditor"}),
        ("/sharing/buildings", {"nobody", "housing", "pipes", "steward", "auditor"}),
        (PIPES, {"housing", "pipes", "steward", "auditor"}),
        (f"{PIPES}/apply", {"housing", "pipes", "steward", "auditor"}),
        ("/sharing/mine", {"housing", "pipes", "steward", "auditor"}),
        ("/sharing/steward", {"housing", "pipes", "steward"}),
        ("/sharing/audit", {"steward", "auditor"}),
        ("/sharing/audit.csv", {"steward", "auditor"}),
        ("/sharing/nothing", set()),
    ],
)
def test_who_opens_what(town, people, path, opens):
    """Others are sent to sign in, refused, or told that there is no such page."""
    for name, client in people.items():
        status = client.get(path).status_code
        assert (status == 200) == (name in opens), (name, status)
        assert status in (200, 302, 403, 404)
        assert status != 302 or name == "nobody"


def test_the_public_does_not_learn_of_conditional_layers(town, people):
    listed = text_of(people["nobody"].get("/sharing/"))
    assert "建筑" in listed
    assert "/sharing/pipe-lines" not in listed
    assert people["nobody"].get(PIPES).status_code == 404
    assert "/sharing/pipe-lines" in text_of(people["housing"].get("/sharing/"))


def test_the_catalogue_is_sifted(town, people):
    def ids(**asked):
        page = text_of(people["steward"].get("/sharing/", asked))
        return set(re.findall(r'<h2><a href="/sharing/([a-z-]+)"', page))

    assert ids(q="管径") == {"pipe-lines"}
    assert "pipe-lines" in ids(sharing="conditional")
    assert "buildings" not in ids(sharing="conditional")
    assert ids(steward=layer_of("warnings").steward) >= {"warnings"}
    assert ids(q="没有的词") == set()
    assert "换一个词" in text_of(people["steward"].get("/sharing/", {"q": "没有的词"}))


def test_a_record_tells_fields_terms_and_how_it_is_read(town, people):
    page = text_of(people["nobody"].get("/sharing/buildings"))
    for words in ("storeys_above", "地上层数", "向社会公开", "自然资源局", "/items?f=json"):
        assert words in page
    assert "产权人</td>" not in page
    hidden = text_of(people["housing"].get(PIPES))
    assert "须申请" in hidden
    assert "/items?f=json" not in hidden


def test_from_registering_to_revoking(town, people, caplog):
    caplog.set_level(logging.DEBUG)
    consumer = registered(people["housing"])
    key = issued(people["housing"], consumer)
    program = Client(headers={"Authorization": f"Bearer {key}"})
    fresh()
    assert program.get(ITEMS).status_code == 404
    assert asked(people["housing"], consumer, fields_wanted=["material"]).status_code == 302
    waiting = applications().get()
    assert "办件" in text_of(people["pipes"].get("/sharing/steward"))
    decided = people["pipes"].post(
        f"/sharing/applications/{waiting.code}/decide",
        {"decision": "grant", "answer": "仅限办件", "fields_wanted": ["material"]},
    )
    assert decided.status_code == 302
    fresh()
    features = program.get(ITEMS).json()["features"]
    assert features
    assert {"material"} <= features[0]["properties"].keys()
    assert "diameter_mm" not in features[0]["properties"]
    page = text_of(people["housing"].get(f"/sharing/consumers/{consumer.pk}"))
    assert "仅限办件" in page
    assert key not in page
    assert key not in caplog.text
    number = ApiKey.objects.get().pk
    people["housing"].post(f"/sharing/consumers/{consumer.pk}/keys/{number}/revoke")
    fresh()
    assert program.get(ITEMS).status_code == 401


def test_a_key_is_exchanged_for_another(town, people):
    consumer = registered(people["housing"])
    old = issued(people["housing"], consumer)
    number = ApiKey.objects.get().pk
    answer = people["housing"].post(f"/sharing/consumers/{consumer.pk}/keys/{number}/rotate")
    new = re.search(r'<code id="key">([^<]+)</code>', text_of(answer))[1]
    assert new != old
    fresh()
    for key in (old, new):
        told = Client(headers={"Authorization": f"Bearer {key}"}).get(
            "/ogc/collections/roads/items"
        )
        assert told.status_code == 200


def test_nobody_touches_what_is_anothers(town, people):
    consumer = registered(people["housing"])
    issued(people["housing"], consumer)
    number = ApiKey.objects.get().pk
    here = f"/sharing/consumers/{consumer.pk}"
    for name in ("pipes", "auditor"):
        client = people[name]
        assert client.get(here).status_code == 404
        assert client.post(f"{here}/keys", {"expires_at": "2027-06-30"}).status_code == 404
        assert client.post(f"{here}/keys/{number}/revoke").status_code == 404
        assert client.post(f"{here}/terms", {"per_minute": 5}).status_code == 403
        assert asked(client, consumer).status_code == 400
    assert ApiKey.objects.get().revoked_at is None
    asked(people["housing"], consumer)
    waiting = applications().get()
    decide = f"/sharing/applications/{waiting.code}/decide"
    assert people["auditor"].post(decide, {"decision": "grant"}).status_code == 403
    assert people["housing"].post(decide, {"decision": "grant"}).status_code == 403
    assert (
        people["pipes"].post(f"/sharing/applications/{waiting.code}/take-back").status_code == 404
    )
    assert not LayerGrant.objects.exists()
    assert people["nobody"].post(decide).status_code == 302  # to sign in


def test_writing_is_offered_by_who_may_grant_it(town, people):
    people["land"] = Client()
    people["land"].force_login(make_user("land", LandRole.LAND))
    consumer = registered(people["housing"])
    for layer, offered_by in (("terrain-sheets", set()), ("buildings", {"land"}), ("cases", set())):
        asked_for = applied_for(consumer, layer, "housing")
        for name in ("land", "steward"):
            page = text_of(people[name].get("/sharing/steward"))
            offered = 'name="may_write"' in page
            by_steward = name == "steward" and layer != "cases"
            assert offered is (name in offered_by or by_steward), (layer, name)
        actions.take_back_application(Caller("root", is_admin=True), asked_for)


def test_a_refusal_needs_its_reason(town, people):
    consumer = registered(people["housing"])
    asked(people["housing"], consumer)
    decide = f"/sharing/applications/{applications().get().code}/decide"
    page = people["pipes"].post(decide, {"decision": "refuse"}, follow=True)
    assert "不批准须说明理由" in text_of(page)
    people["pipes"].post(decide, {"decision": "refuse", "answer": "用途不明"})
    assert "用途不明" in text_of(people["housing"].get("/sharing/mine"))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"purpose": " "}, "必填|必需|不能为空"),
        ({"until": "2020-01-01"}, "三年以内"),
        ({"until": "soon"}, "日期"),
        ({"fields_wanted": ["nonsense"]}, "nonsense"),
    ],
)
def test_an_application_that_does_not_fit(town, people, more, words):
    answer = asked(people["housing"], registered(people["housing"]), **more)
    assert answer.status_code == 400
    assert re.search(words, text_of(answer))
    assert not applications().exists()


def test_a_steward_sets_terms_and_withdraws(town, people):
    consumer = registered(people["housing"])
    people["housing"].post(
        "/sharing/mine", {"name": "乙", "organisation": "丙", "phone": "13812345678"}
    )
    page = text_of(people["steward"].get("/sharing/steward"))
    assert "138****5678" in page
    assert "13812345678" not in page
    people["steward"].post(f"/sharing/consumers/{consumer.pk}/terms", {"per_minute": 30})
    consumer.refresh_from_db()
    assert (consumer.per_minute, consumer.is_department) == (30, False)
    asked(people["housing"], consumer)
    decide = f"/sharing/applications/{applications().get().code}/decide"
    people["steward"].post(decide, {"decision": "grant", "answer": ""})
    grant = LayerGrant.objects.get()
    withdraw = f"/sharing/grants/{grant.pk}/withdraw"
    page = people["steward"].post(withdraw, {"why": " "}, follow=True)
    assert "收回授权须说明理由" in text_of(page)
    people["steward"].post(withdraw, {"why": "系统停用"})
    assert "系统停用" in text_of(people["housing"].get("/sharing/mine"))
    grant.refresh_from_db()
    assert grant.withdrawn_by == "steward"


def test_a_layer_is_taken_off_and_put_on(town, people):
    roads = "/ogc/collections/roads/items"
    publish = "/sharing/layers/roads/publish"
    assert people["pipes"].post(publish, {"published": "no", "why": "x"}).status_code == 403
    page = people["steward"].post(publish, {"published": "no", "why": ""}, follow=True)
    assert "事由不能为空" in text_of(page)
    people["steward"].post(publish, {"published": "no", "why": "核对"})
    fresh()
    assert Client().get(roads).status_code == 404
    assert people["nobody"].get("/sharing/roads").status_code == 404
    people["steward"].post(publish, {"published": "yes", "why": "核对完毕"})
    fresh()
    assert Client().get(roads).status_code == 200


def test_the_auditor_sees_who_read_what(town, people):
    from django.utils import timezone

    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    for who, operation, n in (("=cmd()", "items", 7), ("某系统", "refused", 3)):
        AccessCount.objects.create(
            hour=now, who=who, layer="roads", operation=operation, requests=n, bytes=10
        )
    PersonalRead.objects.create(who="housing", layer="units", code="U1", fields="owner")
    record_refused("handler", "PATCH", target="/ogc/collections/cases/items/A", layer="cases")
    page = text_of(people["auditor"].get("/sharing/audit"))
    assert "某系统" in page
    assert "被拒绝" in page
    assert "U1" in page
    assert "collections/cases/items/A" in page
    narrowed = text_of(people["auditor"].get("/sharing/audit", {"who": "某系统"}))
    assert "=cmd()" not in narrowed
    assert "collections/cases/items/A" not in narrowed
    table = b"".join(people["auditor"].get("/sharing/audit.csv").streaming_content).decode(
        "utf-8-sig"
    )
    assert "'=cmd(),0,roads,items,7,10" in table
    for bad in ({"since": "x"}, {"since": "2020-01-01", "until": "2026-01-01"}):
        assert people["auditor"].get("/sharing/audit", bad).status_code == 400
        assert people["auditor"].get("/sharing/audit.csv", bad).status_code == 400


def test_an_application_is_renewed_on_its_own_page(town, people):
    consumer = registered(people["housing"])
    asked(people["housing"], consumer)
    code = applications().get().code
    page = f"/matters/data-application/{code}"
    assert path_of("data-application", code) == page
    for name, opens in (("housing", 200), ("pipes", 200), ("steward", 200), ("auditor", 404)):
        assert people[name].get(page).status_code == opens, name
    text = text_of(people["pipes"].get(page))
    for words in ("不动产系统", "管线", "办件", "三定方案", "审查通过", "不批准"):
        assert words in text
    assert code in text_of(people["pipes"].get("/matters/data-application/"))
    assert code not in text_of(people["auditor"].get("/matters/data-application/?state=all"))
    people["pipes"].post(f"{page}/act", {"sent": "act", "name": "grant", "note": "仅限办件"})
    assert LayerGrant.objects.get(withdrawn_at=None).conditions == "仅限办件"
    sent = {"sent": "act", "name": "ask_renewal", "reason": "继续使用"}
    assert people["housing"].post(f"{page}/act", sent).status_code == 422
    sent["until"] = "2028-01-01T00:00"
    assert people["housing"].post(f"{page}/act", sent).status_code == 302
    assert "待审批的续期" in text_of(people["pipes"].get("/sharing/steward"))
    assert "已申请续期" in text_of(people["housing"].get("/sharing/mine"))
    people["pipes"].post(f"{page}/act", {"sent": "act", "name": "renew"})
    assert LayerGrant.objects.get(withdrawn_at=None).until.year == 2027  # in UTC
    assert people["pipes"].get("/matters/data-application/new").status_code == 302
