"""What the public is told: no numbers, and a way that never goes back by accident."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.cases import public_view
from grid.cases.steps import MERGED, STATES, VOID, WORKFLOW


def test_examples_hold():
    assert doctest.testmod(public_view).failed == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("身份证43250119900101123X", "身份证×××"),
        ("0738-4433221 找老李", "××× 找老李"),
        ("１３８００１３８０００", "×××"),
        ("138  0013  8000", "×××"),
        ("138 - 0013 - 8000", "×××"),
        ("138.0013.8000", "×××"),
        ("138—0013—8000", "×××"),
        ("１３８－００１３－８０００", "×××"),
        ("(0738)4433221", "(×××"),
        ("138\u200b00138\u200b000", "×××"),
        ("2026/11/24、2026.1.4 两次", "2026/11/24、2026.1.4 两次"),
        ("12、13、14、15 号门前", "12、13、14、15 号门前"),
        ("2026-11-24 起，12 路车站旁 3 个坑", "2026-11-24 起，12 路车站旁 3 个坑"),
        ("2026-11-2413800138000", "×××"),
        ("井盖编号 123456", "井盖编号 123456"),
    ],
)
def test_long_numbers_are_hidden(text, shown):
    assert public_view.discreet(text) == shown


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(), st.text())
def test_a_telephone_number_never_stays(number, before, after):
    assert number not in public_view.discreet(f"{before}{number}{after}")


def test_every_state_has_its_place_on_the_way():
    assert set(public_view._REACHED) == set(STATES) - {VOID, MERGED}
    assert set(public_view.TOLD) <= {transition.action for transition in WORKFLOW.transitions}
