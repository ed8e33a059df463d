"""Names: an exception has one base per floor, and one name means one class."""

import ast
from collections import defaultdict
from functools import cache

import pytest

from tests.architecture.rooms import FLOORS, ROOT

BASES = {
    "spatial": "SpatialError",
    "grid": "GridError",
    "layers": "LayersError",
    "importers": "ImportersError",
    "webmap": "WebmapError",
}
# Django calls its own classes by these names; a state belongs to the model that it is nested in.
OF_DJANGO = {"Command", "Meta", "Migration", "State", "Kind"}
# A name that two classes have, where either has it from its own standard.
SHARED = {
    "Delivery": "what a surveyor sends, and what the sample city sends in its place",
    "Rule": "a rule of an import, and a rule of a calendar",
}


@cache
def classes() -> list[tuple[str, ast.ClassDef]]:
    """Every class of the five floors, with its module's path."""
    found = []
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            text = path.read_text(encoding="utf-8")
            if "class " in text:
                where = str(path.relative_to(ROOT))
                found += [
                    (where, n) for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ClassDef)
                ]
    return found


def exceptions(floor: str) -> set[str]:
    """The exceptions of a floor: what derives from its base, at any height."""
    mine = [one for where, one in classes() if where.startswith(f"{floor}/")]
    found = {BASES[floor]}
    while more := {
        one.name
        for one in mine
        if one.name not in found and {ast.unparse(b).split(".")[-1] for b in one.bases} & found
    }:
        found |= more
    return found


@pytest.mark.slow(reason="reads every module")
@pytest.mark.parametrize("floor", FLOORS)
def test_what_is_raised_has_the_base_of_its_floor(floor):
    named = {
        one.name
        for where, one in classes()
        if where.startswith(f"{floor}/")
        and {ast.unparse(base) for base in one.bases}
        & {"Exception", "ValueError", "RuntimeError", "LookupError", "PermissionError", "KeyError"}
    }
    assert named <= exceptions(floor)


def test_no_two_classes_have_one_name():
    places = defaultdict(list)
    for where, one in classes():
        if not one.name.startswith("_") and one.name not in OF_DJANGO:
            places[one.name].append(where)
    doubled = {name: found for name, found in places.items() if len(found) > 1}
    assert doubled.keys() <= SHARED.keys(), doubled
    assert {name for name in SHARED if name not in doubled} == set(), "no longer shared"
