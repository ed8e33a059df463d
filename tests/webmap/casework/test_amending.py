"""Corrections at the desk: what is offered is taken, what was written stays, nothing is public."""

from datetime import datetime
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from grid.cases.actions import act, amend_case
from grid.cases.amendable import AMENDABLE
from grid.cases.situations import CaseSituation
from grid.models import Case, CaseStep
from spatial.casework.models import Amendment
from spatial.city import city
from spatial.crs import transformer
from tests.factories import spot
from tests.grid.cases.test_actions import at
from tests.grid.people import CELL, CHIEF, INTAKE, STREETS, freeze_time, new_case, publish_all, walk
from tests.grid.situated import ACTORS, ROLES, situated
from webmap.casework.amending import amend_offers

pytestmark = pytest.mark.django_db
EVERYBODY = next(actor for actor in ACTORS if actor.name == "管理员")
FETCH = {"X-Requested-With": "fetch"}
VALUES = {
    "class_code": "event/0112/1",
    "geom": spot(9, 9),
    "description": "人行道破损",
    "address": "桥头",
    "component_code": "",
    "is_public": "1",
}


def degrees_of(point):
    lon, lat = transformer(city().projected, 4326).transform(point.x, point.y)
    return {"lon": f"{lon:.7f}", "lat": f"{lat:.7f}"}


def post(client, case, field, headers=FETCH, **given):
    now = Case.objects.current().get(code=case.code)
    form = {"field": field, "expected": now.pk, "reason": "报错了"} | given
    return client.post(f"/grid/cases/{case.code}/amend", form, headers=headers)


def test_each_value_is_corrected_and_the_history_shows_both(people):
    case = walk(new_case(point=spot(150, 150)), "file")
    assert "更正" in people["intake"].get(f"/grid/cases/{case.code}").text
    forms = people["intake"].get(f"/grid/cases/{case.code}/amend", headers=FETCH).text
    assert [name for name in AMENDABLE if f'value="{name}"' not in forms] == []
    assert 'value="event/0112/1"' in forms
    for field, given in (
        ("class_code", {"value": "event/0112/1"}),
        ("geom", degrees_of(spot(5, 5))),
        ("description", {"value": "电话 13812345678"}),
        ("address", {"value": "桥头"}),
        ("is_public", {"value": "1"}),
    ):
        page = post(people["intake"], case, field, **given)
        assert (page.status_code, "已办理" in page.text) == (200, True), page.text
    found = Case.objects.current().get(code=case.code)
    assert (found.class_code, found.cell_code, found.is_public) == ("0112", CELL, True)
    assert "更正问题类别" in page.text
    assert "<del>路面破损</del>" in page.text
    assert "13812345678" not in page.text
    assert "<del>否</del> → <ins>是</ins>" in page.text


def test_a_refused_correction_keeps_what_was_written(people):
    case = new_case()
    script = post(people["intake"], case, "geom", lon="200", lat="9")
    assert (script.status_code, script["Content-Type"][:10]) == (422, "text/plain")
    page = post(people["intake"], case, "address", headers={}, value="长" * 201, reason="我的理由")
    assert page.status_code == 422
    assert "长" * 201 in page.text
    assert "我的理由" in page.text
    for name in ("handler", "inspector"):
        assert post(people[name], case, "address", value="x").status_code in (403, 404)
        assert "data-load" not in people[name].get(f"/grid/cases/{case.code}").text
    assert Amendment.objects.count() == 0


def test_a_correction_sent_twice_is_one_and_a_late_one_is_told_who_was_quicker(people):
    case, mark = new_case(), str(uuid4())
    for _ in range(2):
        sent = post(people["intake"], case, "address", value="桥头", uuid=mark)
        assert sent.status_code == 200
    assert Amendment.objects.count() == 1
    for field, value in (("address", "桥尾"), ("description", "桥头")):
        assert post(people["intake"], case, field, value=value, uuid=mark).status_code == 422
    late = post(people["chief"], case, "address", value="桥中", expected=case.pk)
    assert (late.status_code, "intake 已于" in late.text) == (409, True)
    assert CaseStep.objects.filter(action="amend").count() == 1


def test_what_comes_to_a_merged_case_is_told_where_it_went(people):
    mains = [new_case(point=spot(x, 5)) for x in (5, 25)]
    case = new_case(point=spot(45, 5))
    act(INTAKE, case.code, "merge", {"main": mains[1].code})
    act(INTAKE, mains[1].code, "merge", {"main": mains[0].code})
    page = people["intake"].get(f"/grid/cases/{case.code}").text
    assert f'data-open="{mains[0].code}"' in page
    assert "data-load" not in page
    for sent in (
        people["intake"].post(f"/grid/cases/{case.code}/act", {"action": "accept"}, headers=FETCH),
        post(people["intake"], case, "address", value="桥头", expected=case.pk),
    ):
        assert sent.status_code == 409
        assert f"已并入 {mains[0].code}" in sent.text


def test_the_public_sees_the_corrected_case_and_never_the_correction(people, client):
    case = publish_all(walk(new_case(is_public=True, point=spot(5, 5)), "file"))
    amend_case(CHIEF, case.code, "class_code", "event/0112/1", reason="看错张三丰")
    amend_case(CHIEF, case.code, "geom", spot(60, 60), reason="看错张三丰")
    told = client.get(f"/open311/v2/requests/{case.code}.json").json()[0]
    lon, lat = (float(value) for value in degrees_of(spot(60, 60)).values())
    assert told["service_code"].endswith("0112")
    assert (told["long"], told["lat"]) == (pytest.approx(lon), pytest.approx(lat))
    page = client.get("/report/follow", {"code": case.code}).text
    assert "更正" not in page
    assert "张三丰" not in page


def test_the_suggested_department_follows_class_and_place(people):
    case = walk(new_case(), "file")
    assert case.department == STREETS
    found = amend_case(CHIEF, case.code, "class_code", "event/0201/1", reason="看错")
    assert found.department not in ("", STREETS)


@pytest.mark.parametrize("state", ["reported", "handling", "merged"])
def test_offered_is_not_refused_and_not_offered_is(db, state):
    case, wrong = situated("plain", state), []
    for actor in (*ROLES, EVERYBODY):
        offered = {o.name for o in amend_offers(CaseSituation(case, timezone.now()), actor)}
        for name, value in VALUES.items():
            if name == "component_code":
                continue  # the case names none: there is nothing to correct
            why = refusal(actor, case, name, value)
            if (why is None) is not (name in offered):
                wrong.append((actor.name, name, why))
    assert wrong == []


def refusal(actor, case, name, value):
    try:
        with transaction.atomic():
            amend_case(actor, case.code, name, value, reason="理由")
            raise InterruptedError
    except InterruptedError:
        return None
    except (ValueError, PermissionError, RuntimeError) as error:
        return error


def test_a_deadline_follows_and_the_step_remembers_it(ground):
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(), "dispatch")
        found = amend_case(CHIEF, case.code, "class_code", "event/0112/1", reason="看错")
    assert datetime.fromisoformat(CaseStep.objects.last().details["due"]) == found.due_at
