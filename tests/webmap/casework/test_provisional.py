"""A deadline that rests on a year without calendar says so wherever it is shown."""

import csv
import io
import sqlite3
from datetime import datetime

import pytest
from django.test import Client

from grid.cases.actions import act
from grid.models import Case
from tests.grid.people import ROADS, freeze_time, new_case, walk

pytestmark = pytest.mark.django_db
NOTICE = "预计办结时间为暂定：所跨年份的工作日历尚未公布，公布后重算"


@pytest.fixture
def case(people) -> Case:
    """Dispatched on the last day of the last year that is published: a working day."""
    with freeze_time(datetime.fromisoformat("2026-12-31T16:00:00+08:00")):
        return walk(new_case(class_code="0201", is_public=True), "dispatch")


@pytest.fixture
def sure(people) -> Case:
    """One that is not."""
    with freeze_time(datetime.fromisoformat("2026-02-13T16:00:00+08:00")):
        return walk(new_case(class_code="0201", is_public=True), "dispatch")


def test_the_list_and_the_page_say_it(people, case):
    for address in ("/grid/list", f"/grid/cases/{case.code}"):
        page = people["dispatcher"].get(address).text
        assert "暂定" in page, address
    # Beside the deadline of the step, of the handling, and of the dispatch in the history.
    assert page.count("暂定</span>") == 2
    assert page.count("（暂定）") == 1


def test_the_step_and_the_handling_are_marked_each_by_itself(people, case):
    with freeze_time(datetime.fromisoformat("2026-12-31T16:30:00+08:00")):
        act(ROADS, case.code, "finish", {"note": "好了"})
    page = people["dispatcher"].get(f"/grid/cases/{case.code}").text
    line = next(line for line in page.splitlines() if "本环节截止" in line)
    assert "暂定" not in line
    line = next(line for line in page.splitlines() if "<dt>处置截止" in line)
    assert "暂定" in line
    assert "暂定" not in people["dispatcher"].get("/grid/list").text


def test_one_that_is_sure_does_not(people, sure):
    for address in ("/grid/list", f"/grid/cases/{sure.code}"):
        assert "暂定" not in people["dispatcher"].get(address).text


def test_the_files_have_a_column_of_it(people, case, sure):
    client = people["dispatcher"]
    text = b"".join(client.get("/grid/cases.csv").streaming_content).decode("utf-8-sig")
    rows = {row["案件编号"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows[case.code]["处置截止"] == "2027-01-01 16:00:00"
    assert (rows[case.code]["截止为暂定"], rows[sure.code]["截止为暂定"]) == ("是", "")
    file = b"".join(client.get("/grid/cases.gpkg").streaming_content)
    database = sqlite3.connect(":memory:")
    database.deserialize(file)
    found = dict(database.execute('SELECT "案件编号", "截止为暂定" FROM cases').fetchall())
    assert found == {case.code: "是", sure.code: ""}


def test_open311_says_it_in_the_notice(case, sure):
    for code, notice in ((case.code, NOTICE), (sure.code, None)):
        (row,) = Client().get(f"/open311/v2/requests/{code}.json").json()
        assert row["service_notice"] == notice
        assert row["expected_datetime"]
