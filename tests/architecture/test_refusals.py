"""One table says how a refusal is answered: no view catches one, or builds a 401 or 403."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from webmap.web.errors import STATUS

WEBMAP = Path(__file__).resolve().parents[2] / "webmap"
ROOMS = ("casework", "inspector", "public", "open311", "imports", "sharing", "exports")
OWN_STANDARD = {"open311/answers.py"}  # the specification's statuses and formats
TABLE = {kind.__name__ for kind in STATUS} | {"PermissionDenied", "REFUSALS", "STATUS"}
BY_HAND = {401, 403}


def views() -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((WEBMAP / room).rglob("*.py")):
            if path.relative_to(WEBMAP).as_posix() not in OWN_STANDARD:
                yield path


def caught(text: str) -> list[str]:
    """The exceptions of the table that a module catches."""
    handlers = (n.type for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ExceptHandler))
    names = (
        getattr(node, "id", getattr(node, "attr", ""))
        for kind in handlers
        if kind is not None
        for node in ast.walk(kind)
    )
    return [name for name in names if name in TABLE]


def built(text: str) -> list[int | str]:
    """The answers 401 and 403 that a module makes itself."""
    found: list[int | str] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            numbers = [getattr(value, "value", None) for value in values]
            found += [n for n in numbers if type(n) is int and n in BY_HAND]
        if "HttpResponseForbidden" in (getattr(node, "id", ""), getattr(node, "attr", "")):
            found.append("HttpResponseForbidden")
    return found


def test_there_are_views_to_look_at():
    assert len(list(views())) > 40


def test_no_view_catches_a_refusal():
    faults = {p.name: names for p in views() if (names := caught(p.read_text(encoding="utf-8")))}
    assert faults == {}


def test_no_view_builds_a_401_or_403():
    faults = {p.name: made for p in views() if (made := built(p.read_text(encoding="utf-8")))}
    assert faults == {}


@pytest.mark.parametrize(
    "kind", ["InvalidInput", "errors.NotResponsible", "(KeyError, CaseConflict)", "REFUSALS"]
)
def test_a_planted_handler_is_seen(kind):
    assert caught(f"try:\n    act()\nexcept {kind} as error:\n    pass\n")


@pytest.mark.parametrize(
    "answer", ["JsonResponse({}, status=403)", "refusal(401, 'x')", "HttpResponseForbidden()"]
)
def test_a_planted_answer_is_seen(answer):
    assert built(f"def view(request):\n    return {answer}\n")
