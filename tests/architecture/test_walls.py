"""Pages read registers through shares: no module of the site reads a register's own table.

Beside the rooms of casework (docs/adr/0013-walls.md) whoever does is named here, and why.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from spatial.versions.guards import registers

WEBMAP = Path(__file__).resolve().parents[2] / "webmap"
INSIDE = {"OfficeShare", "PersonalShare"}  # whose they are is for page_share and personal to say
REGISTERS = {model.__name__ for model in registers()}
CASEWORK = {
    "casework": "its policies decide who sees a case; names and borders of districts are public",
    "inspector": "likewise; the map of an inspector's area is of public layers",
    "public": "likewise; whether a report has come already",
    "management": "commands, by who runs the city's machines",
}
# path: why it reads a register's own table.
ALLOWED = {
    "accounts/groups.py": "makes the groups of the roles after a migrate",
    "admin/casework.py": "models of the calendar and of casework, no registers",
    "sharing/audit.py": "models of sharing, no registers",
    "demo/working_day.py": "plays a day of casework in a city of samples",
    "imports/runs.py": "a delivery is held against its register by who may deliver it, masked",
    "imports/tiles.py": "likewise, drawn",
    "web/site.py": "whether the database answers",
}


# What opens sealed values, and the modules that may, each with its reason.
OPENS = {"open_values", "opened_texts", "decrypt"}
OPENERS = {
    "spatial/sealed/queries.py": "defines it",
    "spatial/sealed/actions.py": "a value carried to another code is sealed for it",
    "spatial/sealed/rotation.py": "writes ciphertexts anew",
    "spatial/sealed/sealing_columns.py": "the way back of a migration",
    "layers/reading/personal.py": "with a reason, logged first",
    "webmap/casework/cases.py": "the reporter of a case, by the policies of casework, logged by the same",
}


def reads(text: str) -> Iterator[str]:
    """How a module reads tables by itself: managers of registers, cursors of the site's login."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module == "django.db":
            yield from (
                "a cursor" for name in node.names if name.name in ("connection", "connections")
            )
        if isinstance(node, ast.ImportFrom) and node.module == "layers.reading.offices":
            yield from (name.name for name in node.names if name.name in INSIDE)
        if isinstance(node, ast.Attribute) and node.attr in (
            "objects",
            "_default_manager",
            "_base_manager",
        ):
            of = node.value
            if isinstance(of, ast.Name) and of.id in REGISTERS | {"model"}:
                yield f"{of.id}.{node.attr}"
            if isinstance(of, ast.Attribute) and of.attr == "model":
                yield f"….model.{node.attr}"
            if isinstance(of, ast.Call):  # type(version).objects
                yield f"….{node.attr}"


def readers() -> dict[str, set[str]]:
    """Each module of the site that reads tables by itself, and how."""
    found: dict[str, set[str]] = {}
    for path in sorted(WEBMAP.rglob("*.py")):
        name = path.relative_to(WEBMAP)
        if "migrations" in name.parts or name.parts[0] in CASEWORK:
            continue
        if how := set(reads(path.read_text())):
            found[name.as_posix()] = how
    return found


@pytest.mark.slow(reason="reads every module")
def test_no_page_reads_a_register_past_the_shares():
    found = readers()
    assert {path: how for path, how in found.items() if path not in ALLOWED} == {}
    assert set(ALLOWED) - set(found) == set(), "reads none any more"


@pytest.mark.parametrize(
    "text",
    [
        "from spatial.parcels.models import Parcel\nParcel.objects.current()",
        "layer.model.objects.as_of(NOW)",
        "self.model._default_manager.all()",
        "type(version).objects.get(pk=1)",
        "from django.db import connection",
        "from layers.reading.offices import OfficeShare",
    ],
)
def test_what_reads_past_them_is_seen(text):
    assert list(reads(text))


def test_nobody_else_opens_sealed_values():
    root = WEBMAP.parent
    found = set()
    for floor in ("spatial", "grid", "layers", "importers", "webmap"):
        for path in (root / floor).rglob("*.py"):
            text = path.read_text()
            if any(name in text for name in OPENS) and path.name != "sealing.py":
                imported = {
                    name.name
                    for node in ast.walk(ast.parse(text))
                    if isinstance(node, ast.ImportFrom)
                    for name in node.names
                }
                if imported & OPENS:
                    found.add(path.relative_to(root).as_posix())
    assert found == set(OPENERS)


def test_the_rooms_of_casework_are_there():
    assert all((WEBMAP / room).is_dir() for room in CASEWORK)
