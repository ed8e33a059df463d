"""The file of a case says what its page says to the same person, and closes when that ends."""

import pytest
from django.test import Client

from grid.cases.actions import act
from tests.grid.people import CHIEF, DISPATCHER, INTAKE, STREETS, new_case
from tests.webmap.casework.conftest import ground, people  # noqa: F401
from tests.webmap.documents.conftest import ordered, pdf_of, text_of

pytestmark = pytest.mark.django_db
WORDS = "路面破损，联系电话13800138000"


@pytest.fixture
def case(people):  # noqa: F811
    return new_case(description=WORDS, reporter_name="张三丰", reporter_phone="13812345678")


def test_the_case_and_its_steps(people, case):  # noqa: F811
    act(INTAKE, case.code, "accept", {})
    text = text_of(pdf_of(people["chief"], ordered(people["chief"], "case", code=case.code)))
    for said in (case.code, "路面破损", "办理经过", "受理", "涟城管卷〔"):
        assert said in text
    for hidden in ("13800138000", "13812345678", "张三丰"):
        assert hidden not in text


def test_who_has_not_signed_in_comes_to_the_sign_in_page(case):
    answer = Client().post("/documents/order/case", {"code": case.code})
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login")


@pytest.mark.parametrize("code", ["NONE", "", "\\x00"])
def test_a_case_that_is_not_there_is_refused(people, case, code):  # noqa: F811
    assert people["chief"].post("/documents/order/case", {"code": code}).status_code == 422


def test_a_case_of_another_department_is_not_there(people, case):  # noqa: F811
    assert people["cleaner"].post("/documents/order/case", {"code": case.code}).status_code == 422


def test_a_case_that_leaves_the_hands_of_its_reader_closes_the_file(people, case):  # noqa: F811
    act(INTAKE, case.code, "accept", {})
    act(CHIEF, case.code, "file", {"condition": "1"})
    act(DISPATCHER, case.code, "dispatch", {"department": STREETS})
    row = ordered(people["handler"], "case", code=case.code)
    pdf_of(people["handler"], row)
    row.asked_by.groups.clear()
    assert people["handler"].get(f"/documents/{row.pk}/file").status_code == 403
