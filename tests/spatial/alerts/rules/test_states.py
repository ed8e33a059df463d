"""What stands where: any order, repetitions, partial lowering, ends, and who may."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from spatial.alerts.rules.states import history, picture
from tests.spatial.alerts.rules.samples import NOON, TOWNS, alert, area, info

ONE, TWO, THREE = TOWNS
FIRST = alert("first", info(area("431382"), severity="Severe"))
LOWERED = alert(
    "lowered",
    info(area(ONE, TWO), severity="Moderate"),
    kind="Update",
    minutes=30,
    references=(FIRST.reference,),
)
ENDED = alert("ended", kind="Cancel", minutes=90, references=(LOWERED.reference,))


def severities(messages, at=NOON + timedelta(hours=2)):
    return {s.town: s.severity for s in picture(messages, TOWNS).standing if s.is_in_force(at)}


def test_a_county_is_all_its_towns():
    assert severities([FIRST]) == dict.fromkeys(TOWNS, "Severe")


def test_a_lowering_for_two_towns_keeps_the_third():
    assert severities([FIRST, LOWERED]) == {ONE: "Moderate", TWO: "Moderate", THREE: "Severe"}


def test_the_end_of_a_chain_ends_what_it_came_from():
    assert severities([FIRST, LOWERED, ENDED]) == {}


def test_a_cancel_for_one_town_leaves_the_others():
    part = replace(ENDED, infos=(info(area(TWO)),))
    assert severities([FIRST, LOWERED, part]) == {ONE: "Moderate", THREE: "Severe"}


def test_order_and_repetition_change_nothing():
    dice = random.Random(7)
    for _ in range(50):
        messages = [FIRST, LOWERED, LOWERED, ENDED, FIRST]
        dice.shuffle(messages)
        found = picture(messages, TOWNS)
        assert (found.standing, found.set_aside) == ((), ())


@pytest.mark.parametrize("message, rule", [
    (replace(LOWERED, references=(replace(FIRST.reference, identifier="other"),)), "unknown"),
    (replace(LOWERED, sender="other@example.org"), "sender"),
    (replace(FIRST, note="changed"), "sent"),
    (replace(ENDED, sent=NOON - timedelta(hours=1), references=(FIRST.reference,)), "cycle"),
])  # fmt: skip
def test_what_cannot_be_applied_is_set_aside_and_changes_nothing(message, rule):
    found = picture([FIRST, message], TOWNS)
    assert [name for _, name in found.set_aside] == [rule]
    assert {s.town: s.severity for s in found.standing} == dict.fromkeys(TOWNS, "Severe")


def test_a_delegate_may_end_what_another_sent():
    ended = replace(ENDED, sender="county@example.org", references=(FIRST.reference,))
    allowed = {FIRST.sender: frozenset({"county@example.org"})}
    assert picture([FIRST, ended], TOWNS, allowed).standing == ()


def test_two_kinds_of_event_stand_beside_each_other():
    wind = alert("wind", info(area(ONE), severity="Minor", event_codes=(("12379", "11B06"),)))
    found = picture([FIRST, wind], TOWNS)
    assert [s.event for s in found.standing if s.town == ONE] == ["11B03", "11B06"]


def test_an_unknown_event_is_kept_by_its_words():
    odd = alert("odd", info(area(ONE), event="沙蚕潮", event_codes=()))
    assert picture([odd], TOWNS).standing[0].event == "沙蚕潮"


def test_without_an_end_it_holds_a_day():
    endless = alert("endless", info(area(ONE), expires=None))
    found = picture([endless], TOWNS).standing[0]
    assert found.is_in_force(NOON + timedelta(hours=23))
    assert not found.is_in_force(NOON + timedelta(hours=24))


def test_a_strip_tells_each_change_of_a_town():
    strips = history([FIRST, LOWERED, ENDED], TOWNS)
    assert [severity for _, _, severity in strips[ONE]] == ["Severe", "Moderate", ""]
    assert [severity for _, _, severity in strips[THREE]] == ["Severe", ""]
