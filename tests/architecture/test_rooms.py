"""The rooms of every floor: no circle, no loose file, and what calls itself pure is pure."""

import ast
from pathlib import Path

import pytest

from tests.architecture.rooms import (
    CONTAINERS,
    FLOORS,
    ROOT,
    Drawing,
    drawing_of,
    drawn,
    folders_without_init,
    graph,
    loose_files,
)

IMPURE = ("django", "psycopg2", "pygeoapi", "folium", "rasterio")


def pure_modules() -> list[str]:
    """The modules whose docstring says of the module itself that it is pure."""
    pure = []
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            doc = (ast.get_docstring(ast.parse(text)) or "") if "ure" in text[:4000] else ""
            if "Pure." in doc or "Pure:" in doc or ": pure," in doc:
                pure.append(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return pure


@pytest.mark.parametrize("container", CONTAINERS)
def test_no_circle_among_the_rooms(container):
    assert drawing_of(container).levels


def test_a_circle_is_named():
    with pytest.raises(ValueError, match=r"spatial: \['a', 'b'\]"):
        assert Drawing("spatial", {"a": {"b"}, "b": {"a"}, "c": set()}).levels


def test_no_file_stands_loose_beside_the_rooms():
    assert loose_files() == []


def test_the_drawing_in_the_documentation_is_the_present_one():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert drawn() in text, "run python -m tests.architecture.rooms"


def test_a_folder_that_no_import_finds_is_named(tmp_path):
    assert folders_without_init() == []
    for name in ("spatial/__init__.py", "spatial/parks/apps.py", "spatial/parks/rules/a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert folders_without_init(tmp_path) == ["spatial/parks", "spatial/parks/rules"]


def test_every_package_is_empty_at_its_door():
    loud = [
        str(path.relative_to(ROOT))
        for floor in FLOORS
        for path in (ROOT / floor).rglob("__init__.py")
        if path.read_text(encoding="utf-8").strip()
    ]
    assert loud == []


@pytest.mark.parametrize("module", pure_modules())
def test_what_calls_itself_pure_reaches_nothing_impure(module):
    reached = graph().find_upstream_modules(module)
    impure = sorted({name.split(".")[0] for name in reached} & set(IMPURE))
    assert not impure, f"{module} reaches {impure}"


def test_the_search_for_pure_modules_finds_them():
    known = {Path(*m.split(".")).name for m in pure_modules()}
    assert {"access", "steps"} & known
