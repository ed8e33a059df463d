"""Every procedure says its states and actions in both languages, and each reader sees the own."""

import copy
import pickle
from collections.abc import Iterator

import pytest
from django.utils import translation

from grid.cases.procedure import CASES
from spatial.casework.consulting import KINDS, TITLES
from spatial.casework.procedures import Procedure, all_procedures
from spatial.casework.titles import (
    action_shown,
    amended_shown,
    lapsed_shown,
    state_shown,
    texts_shown,
)
from spatial.workflow import Title, english_of
from tests.spatial.casework.procedure import PERMIT
from webmap.notices.rendering import rendered
from webmap.translation.messages import chinese


def titles_of(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """(what it names, title) of everything that a procedure shows."""
    flow = procedure.workflow
    yield "procedure", procedure.title
    for state, title in flow.states.items():
        yield f"state {state}", title
    for row in flow.transitions:
        yield f"action {row.action}", row.title
        for name in row.needs:
            yield f"input {name} of {row.action}", row.words.get(name, "")
    for kind, asking in procedure.askings.items():
        yield f"request {kind}", asking.title
    for name, entry in procedure.amendable.items():
        yield f"value {name}", entry.title


@pytest.mark.parametrize("procedure", all_procedures(), ids=lambda one: one.id)
def test_every_procedure_has_both_languages(procedure):
    found = list(titles_of(procedure))
    lacking = [
        name for name, title in found if not isinstance(title, Title) or not title or
        not title.english or chinese(title.english) or not chinese(title)
    ]  # fmt: skip
    assert lacking == []
    for kind in ("state", "action"):  # two that read alike in English could not be told apart
        english = [english_of(title) for name, title in found if name.startswith(f"{kind} ")]
        assert sorted(set(english)) == sorted(english)


def test_what_the_engine_adds_has_both_languages():
    for title in (*TITLES.values(), *KINDS.values()):
        assert title.english


def test_a_reader_sees_the_own_language_and_records_keep_the_chinese():
    with translation.override("en"):
        assert state_shown(CASES, "checking") == "To be checked"
        assert action_shown(CASES, "amend") == "Amendment"
        assert amended_shown(CASES, "geom") == "Place"
        assert lapsed_shown(CASES, ["挂账", "延期"]) == "Suspension、Extension"
        assert state_shown(PERMIT, "received") == "待审查"  # which has no English
        assert (state_shown(CASES, "gone"), amended_shown(CASES, "x", "旧项")) == ("gone", "旧项")
        assert f"{CASES.workflow.of('void').title}" == "作废"
        assert texts_shown("none", {"state": "挂账"}) == {"state": "挂账"}
    with translation.override("zh-hans"):
        assert action_shown(CASES, "pass_check") == "核查通过"


def test_a_notice_is_in_the_language_of_whoever_reads_it():
    values = {"procedure": "案件", "action": "受理", "state": "待立案", "who": "李受"}
    about = ("case", "431382")
    text = rendered("matter_arrived", "matter-arrived", about, values, 0, "en")
    assert not chinese(text.title)
    assert "Accept" in text.body
    assert "To be filed" in text.body
    text = rendered("matter_arrived", "matter-arrived", about, values, 0, "zh-hans")
    assert "待立案" in text.body


def test_a_title_is_copied_whole():
    title = Title("关", "Shut")
    for one in (copy.deepcopy(title), pickle.loads(pickle.dumps(title))):  # noqa: S301
        assert (one, one.english) == ("关", "Shut")
