"""Professions: what is wrong with them together is refused by name; what they add is shown."""

from dataclasses import replace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from layers.declarations.registry import all_layers
from webmap.web import profession_faults as refusals
from webmap.web.procedure_pages import FormField, ProcedurePages
from webmap.web.profession_faults import paths_of, profession_faults, refuse_faults
from webmap.web.professions import (
    DemoUser,
    FactTable,
    Fragment,
    Link,
    Profession,
    Tab,
    Task,
    Urls,
    declared,
    professions,
)


def faults_with(*more, layers=None):
    return profession_faults([*declared(), *more], all_layers() if layers is None else layers)


def named(profession_id):
    return next(one for one in professions() if one.id == profession_id)


def test_those_of_the_house_have_no_fault():
    assert faults_with() == []


def test_one_declared_twice_is_named():
    found = faults_with(Profession("land", "又一个", 99, module="app.profession"))
    assert found == [
        "业务 land 声明了两次（webmap.land.profession、app.profession）"
        " / profession land is declared twice (webmap.land.profession, app.profession)"
    ]


def test_a_path_that_two_claim_is_named():
    found = faults_with(
        Profession("tenants", "租房", 99, urls=(Urls("webmap.housing.urls"),)),
        Profession("plans", "规划", 99, entrance=named("planning").entrance),
    )
    assert any("地址 units/<str:code>" in one and "housing, tenants" in one for one in found)
    assert any("地址 planning" in one and "planning, plans" in one for one in found)
    assert any("入口 planning" in one and "planning, plans" in one for one in found)


def test_a_demo_account_of_two_is_named():
    (doubled,) = faults_with(Profession("x", "某", 99, demo=(DemoUser("housing", "规划"),)))
    assert "demo account housing is declared twice (housing, x)" in doubled


def test_a_layer_that_is_not_there_is_named():
    nothing = Fragment("nowhere", "panel/rights.html", lambda *_: {})
    lost = FactTable("lost", "表", lambda _: [])
    found = faults_with(Profession("x", "某", 99, fragments=(nothing,), tables=(lost,)))
    assert [one.split(" / ")[1] for one in found] == [
        "profession x names the layer nowhere, which is not there",
        "profession x names the layer lost, which is not there",
    ]


def test_a_template_that_is_not_there_or_cannot_be_read_is_named(tmp_path, settings):
    (tmp_path / "broken.html").write_text("{% nothing %}")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    names = ("panel/nowhere.html", "broken.html")
    fragments = tuple(Fragment("roads", name, lambda *_: {}) for name in names)
    found = profession_faults([Profession("x", "某", 99, fragments=fragments)], all_layers())
    assert [name in fault for name, fault in zip(names, found, strict=True)] == [True, True]
    assert "业务 x 的片段模板" in found[0]
    assert "the template panel/nowhere.html of its fragment is not there" in found[0]


def test_an_address_that_is_not_there_is_named():
    one = Profession(
        "x",
        "某",
        99,
        entrance=replace(
            named("planning").entrance,
            id="x",
            path="/x",
            fragment="/overview/x",
            records=(("roads", "/x/"),),
        ),
        menu=(Link("某", "/grid/?state=requests"), Link("某", "/x/menu")),
        tabs=(Tab("x", "某", "/x/tab"),),
        tasks=(Task("某", "/x/task", lambda _: 0),),
    )
    found = profession_faults([one], all_layers())
    lost = ["/x", "/overview/x", "/x/0", "/x/tab", "/x/menu", "/x/task"]
    told = [fault.split(" / ")[0] for fault in found]
    assert told == [f"业务 x 指向不存在的地址 {path}" for path in lost]
    assert all("which is not there" in fault for fault in found)


def test_a_demo_account_of_no_role_is_named():
    (demo,) = faults_with(Profession("x", "某", 99, demo=(DemoUser("x", "巡河员"),)))
    assert "演示账号用了不存在的角色 巡河员" in demo


def test_the_start_is_refused_with_the_name(monkeypatch):
    twice = (*declared(), Profession(id="land", title="又一个", position=99))
    monkeypatch.setattr(refusals, "declared", lambda: twice)
    with pytest.raises(SystemCheckError, match=r"webmap\.E001.*land"):
        call_command("check")
    with pytest.raises(ImproperlyConfigured, match="land"):
        refuse_faults()


def test_the_paths_of_a_profession():
    assert "planning" in paths_of(named("planning"))
    assert "inspector/api/me" in paths_of(named("inspector"))


def test_every_entrance_layer_and_role_of_before_is_there():
    assert [one.entrance.id for one in professions() if one.entrance] == [
        "general",
        "planning",
        "housing",
        "grid",
        "hazards",
    ]


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        (ProcedurePages("nothing"), "procedure nothing of its pages is not there"),
        (ProcedurePages("case"), "has a register of its own"),
        (ProcedurePages("data-application"), "procedure data-application is declared twice"),
        (ProcedurePages("data-application", {"fly": ()}), "fly"),
        (ProcedurePages("data-application", {"grant": (FormField("uuid", "x"),)}), "uuid"),
        (ProcedurePages("data-application", template="no.html"), "template no.html"),
    ],
)
def test_pages_of_a_procedure_that_do_not_fit_are_refused(pages, words):
    found = faults_with(Profession("more", "x", 1, procedures=(pages,)))
    assert any(words in fault for fault in found), found
