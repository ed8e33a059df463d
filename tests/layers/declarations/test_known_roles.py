"""The start of the site refuses a role that is declared twice, or named and not declared."""

from enum import StrEnum

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from grid.roles import GridRole
from layers.declarations.known_roles import known_roles, role_enums, role_faults
from layers.roles import Role


class Twice(StrEnum):
    CLERK = "派遣员"


class SameName(StrEnum):
    CHIEF = "科长"


def test_every_role_is_known_by_its_name():
    assert known_roles()["STEWARD"] is Role.STEWARD
    assert known_roles()["CHIEF"] is GridRole.CHIEF
    assert {role.value for role in known_roles().values()} == {
        "规划", "以图管房", "金土", "地灾值班", "地灾审核", "地灾签发", "监督员", "受理员", "值班长", "派遣员",
        "专业部门", "管网", "数据管理", "审计",
    }  # fmt: skip


def test_the_roles_as_declared_have_no_fault():
    assert [one for one in run_checks() if (one.id or "").startswith("layers.")] == []


@pytest.mark.parametrize(("doubled", "words"), [(Twice, "派遣员"), (SameName, "CHIEF")])
def test_a_doubled_role_is_a_fault(doubled, words):
    (fault,) = role_faults([*role_enums(), doubled], {})
    assert (fault.id, words in fault.msg) == ("layers.E003", True)


def test_an_unknown_role_is_a_fault():
    (fault,) = role_faults(role_enums(), {"cases": {"派遣员", "派谴员"}})
    assert (fault.id, "layer cases" in fault.msg, "派谴员" in fault.msg) == (
        "layers.E004",
        True,
        True,
    )


def test_the_site_does_not_start_with_a_fault(monkeypatch):
    monkeypatch.setattr(apps.get_app_config("importers"), "roles", Twice, raising=False)
    with pytest.raises(SystemCheckError, match="派遣员"):
        call_command("check")
