"""One table says how a refusal is answered: no view catches one, or builds a 401 or 403."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import webmap.urls  # noqa: F401  (loads every view, and the refusals of its own)
from webmap.web.errors import STATUS

WEBMAP = Path(__file__).resolve().parents[2] / "webmap"
BELOW = {
    "management",
    "migrations",
    "startup",
    "translation",
    "web",
}  # no views, or the table itself
# path: why it may catch a refusal or build an answer.
ALLOWED = {
    "open311/answers.py": "the specification's statuses and formats",
    "exports/jobs.py": "what fails in a worker is kept with its job",
    "documents/orders.py": "likewise",
    "accounts/views.py": "a pause becomes an error of the sign-in form",
    "accounts/second_factor_views.py": "a pause becomes an error of the form for a code",
    "notices/channels.py": "what a channel refuses is kept with its delivery",
    "map/here.py": "a list that was not ready in time says that it is not whole",
    "map/surroundings.py": "likewise",
    "hazards/views.py": "a number that was not ready in time is left out",
}


def named(kinds: Iterable[type]) -> set[str]:
    """The names of exceptions, of what they derive from in the house, and of their subclasses."""
    found = set()
    for kind in kinds:
        found |= {base.__name__ for base in kind.__mro__ if base.__module__ != "builtins"}
        found |= {kind.__name__} | named(kind.__subclasses__())
    return found


TABLE = named(STATUS) | {"PermissionDenied", "REFUSALS", "STATUS", "Exception", "BaseException"}
BY_HAND = {401, 403}


def views() -> Iterator[Path]:
    for path in sorted(WEBMAP.rglob("*.py")):
        name = path.relative_to(WEBMAP)
        if name.parts[0] not in BELOW and name.as_posix() not in ALLOWED:
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
    rooms = {path.relative_to(WEBMAP).parts[0] for path in views()}
    assert {"map", "admin", "accounts", "imports", "housing"} <= rooms
    assert {"Refusable", "GridError", "SpatialError", "OutsideCity", "NotMeasurable"} <= TABLE


@pytest.mark.parametrize("path", ALLOWED)
def test_every_exception_is_needed(path):
    text = (WEBMAP / path).read_text(encoding="utf-8")
    assert caught(text) or built(text)


def test_no_view_catches_a_refusal():
    faults = {p.name: names for p in views() if (names := caught(p.read_text(encoding="utf-8")))}
    assert faults == {}


def test_no_view_builds_a_401_or_403():
    faults = {p.name: made for p in views() if (made := built(p.read_text(encoding="utf-8")))}
    assert faults == {}


@pytest.mark.parametrize(
    "kind",
    [
        "InvalidInput",
        "errors.NotResponsible",
        "(KeyError, MatterConflict)",
        "REFUSALS",
        "WebmapError",
        "InvalidForm",
    ],
)
def test_a_planted_handler_is_seen(kind):
    assert caught(f"try:\n    act()\nexcept {kind} as error:\n    pass\n")


@pytest.mark.parametrize(
    "answer", ["JsonResponse({}, status=403)", "refusal(401, 'x')", "HttpResponseForbidden()"]
)
def test_a_planted_answer_is_seen(answer):
    assert built(f"def view(request):\n    return {answer}\n")
