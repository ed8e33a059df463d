"""The sharing catalogue in the browser: asked for, granted, read with a key, revoked."""

import re

import requests
from django.contrib.auth.models import Group, User

from spatial.housing.roles import HousingRole
from spatial.pipes.roles import PipeRole
from tests.browser.sessions import open_as
from tests.browser.waiting import until


def person(name, role):
    user = User.objects.create_user(name, password="geheim-12")
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])


def test_from_applying_to_revoking(visit):
    person("housing", HousingRole.HOUSING)
    person("pipes", PipeRole.PIPES)
    page, items = visit.page, f"{visit.base}/ogc/collections/pipe-lines/items"
    open_as(visit, "housing", "/sharing/")
    page.fill("input[type=search]", "管线")
    page.keyboard.press("Enter")
    page.click("h2 a[href='/sharing/pipe-lines']")
    page.click("a.button:has-text('申请使用')")
    page.click("a.button:has-text('登记系统')")
    page.fill("#id_name", "不动产登记系统")
    page.fill("#id_organisation", "住建局")
    page.click("button:has-text('登记')")
    page.wait_for_url(re.compile(r"/sharing/consumers/\d+"))
    page.click("button:has-text('签发新密钥')")
    key = page.inner_text("#key")
    asked = {"headers": {"Authorization": f"Bearer {key}"}, "timeout": 10}
    assert requests.get(items, **asked).status_code == 404

    page.goto(f"{visit.base}/sharing/pipe-lines/apply")
    page.select_option("#id_consumer", label="不动产登记系统")
    page.fill("#id_purpose", "核对房屋与管线的距离")
    page.fill("#id_legal_basis", "三定方案")
    page.click("button:has-text('提交申请')")
    assert "申请已提交" in page.inner_text("[role=status]")

    open_as(visit, "pipes", "/sharing/steward")
    assert "核对房屋与管线的距离" in page.inner_text("form.decide")
    page.click("button[value=grant]")
    assert "已批准" in page.inner_text("[role=status]")
    assert requests.get(items, **asked).json()["features"]

    open_as(visit, "housing", "/sharing/mine")
    page.click("h2 a:has-text('不动产登记系统')")
    assert key not in page.content()
    page.click("button:has-text('吊销')")
    assert "即刻失效" in page.inner_text("[role=status]")
    until(page, lambda: requests.get(items, **asked).status_code == 401, seconds=2)
