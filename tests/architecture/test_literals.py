"""No module, program or page lists layers or professions by name but where they are declared."""

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from layers.declarations.registry import all_layers
from tests.architecture.rooms import FLOORS, ROOT
from webmap.web.professions import professions

LAYER_IDS = frozenset(layer.id for layer in all_layers())
# Ids of professions that are words of other things too are not looked for.
WORDS = {"documents", "grid", "imports", "inspector", "notices", "public", "sharing"}
PROFESSION_IDS = frozenset(one.id for one in professions()) - WORDS

# Where a layer is declared, delivered or invented, and the registers themselves.
DECLARING = (
    "layers/declarations/catalogue/",
    "importers/sources/",
    "importers/sample/",
    "spatial/",
)
COMMON = {"map", "imports", "sharing"}  # rooms for the layers of all professions
OWN = tuple(
    f"webmap/{room}/"
    for path in sorted((ROOT / "webmap").glob("*/profession.py"))
    if (room := path.parent.name) not in COMMON
)
OWN_PAGES = (
    "grid",
    "hazards",
    "inspector",
    "public",
)  # folders of a profession in static and templates

# path: (ids, why they may stand there). An entry that is not needed fails the test.
ALLOWED: dict[str, tuple[set[str], str]] = {
    "grid/evaluation/evaluation.py": ({"districts"}, "a field of Staff"),
    "webmap/admin/casework.py": ({"districts"}, "a field of Staff"),
    "layers/sharing/actions.py": ({"districts"}, "a value of an application"),
    "layers/sharing/application_queries.py": ({"districts"}, "likewise"),
    "layers/sharing/applications.py": ({"districts"}, "likewise"),
    "webmap/sharing/forms.py": ({"districts"}, "a field of the form"),
    "webmap/sharing/steward.py": ({"districts"}, "a field of the form"),
    "webmap/apps.py": ({"cases"}, "a folder"),
    "webmap/settings.py": ({"cases"}, "a folder"),
    "webmap/startup/environment.py": ({"cases"}, "a folder"),
    "webmap/translation/messages.py": ({"cases"}, "a folder"),
    "webmap/sharing/people.py": ({"cases"}, "reporters, by the policies of casework"),
    "layers/ogc/openapi/document.py": ({"components"}, "a word of OpenAPI"),
    "layers/ogc/openapi/features.py": ({"components"}, "a word of OpenAPI"),
    "layers/ogc/openapi/parts.py": ({"components"}, "a word of OpenAPI"),
    "layers/ogc/openapi/records.py": ({"components"}, "a word of OpenAPI"),
    "importers/formats/dxf.py": ({"units"}, "what a drawing is measured in"),
    "importers/formats/sheets/header.py": ({"units"}, "a kind of row"),
    "importers/formats/osm.py": ({"roads", "water", "buildings"}, "the tables made of an OSM file"),
    "importers/formats/sheets/book.py": (
        {"pipe-lines", "pipe-points"},
        "the two tables of a pipe survey's workbook",
    ),
    "importers/formats/sheets/open.py": ({"pipe-points"}, "a workbook's table of points"),
    "webmap/open311/forms.py": ({"addresses"}, "where an address of a report is looked up"),
    "layers/ogc/records/documents.py": ({"rights"}, "a member of a catalogue record"),
    "webmap/templates/panel/rights.html": ({"rights"}, "a class of the style sheet"),
    "webmap/templates/panel/warnings.html": ({"warnings", "hazard-sites"}, "of the profession"),
    "webmap/templates/panel/units.html": ({"units"}, "of the profession"),
}


# The same of professions.
ALLOWED_PROFESSIONS: dict[str, tuple[set[str], str]] = {
    "webmap/map/urls.py": ({"general"}, "of the profession"),
    "webmap/templates/panel/units.html": ({"housing"}, "of the profession"),
}


def is_own(path: str) -> bool:
    """Whether a file belongs to a declaration, a register or a profession."""
    if path.startswith((*DECLARING, *OWN)) or path.endswith("/profession.py"):
        return True
    parts = path.split("/")
    return parts[:2] in (["webmap", "static"], ["webmap", "templates"]) and parts[2] in OWN_PAGES


def in_python(text: str, ids: Iterable[str]) -> set[str]:
    """The ids that are string literals of a Python source, or parts of a path in one."""
    tree = ast.parse(text)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    values = (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    )
    return {found for value in values for found in in_text(value, ids)}


def in_text(value: str, ids: Iterable[str]) -> set[str]:
    """The ids that are a text, a segment of a path in it, or a value of its parameters."""
    either = "|".join(map(re.escape, sorted(ids)))
    return set(re.findall(rf"(?:^|[/=])({either})(?=[/?#&,]|$)", value))


def in_page(text: str, ids: Iterable[str]) -> set[str]:
    """The ids in a program or template: in quotes, in paths, as an attribute without quotes."""
    either = "|".join(map(re.escape, sorted(ids)))
    plain = re.sub(r"(?m)^\s*//.*$|(?<=\s)//\s.*$|(?s:/\*.*?\*/|<!--.*?-->)", "", text)
    return set(re.findall(rf"""["'`/=]({either})(?=["'`/?#&>\s])""", plain))


def files() -> list[Path]:
    """Every Python source, program and template of the house that is no declaration."""
    found = [
        path
        for floor in FLOORS
        for suffix in ("*.py", "*.js", "*.html")
        for path in (ROOT / floor).rglob(suffix)
        if "migrations" not in path.parts
    ]
    return [path for path in sorted(found) if not is_own(path.relative_to(ROOT).as_posix())]


def literals(ids: frozenset[str]) -> dict[str, set[str]]:
    """By file: the ids that stand in it."""
    return {path: named for path, names in every_literal().items() if (named := names & ids)}


@cache
def every_literal() -> dict[str, set[str]]:
    """By file: the ids of layers and professions that stand in it."""
    found, ids = {}, LAYER_IDS | PROFESSION_IDS
    quick = re.compile(rf"""["'`/=](?:{"|".join(map(re.escape, sorted(ids)))})(?![\w-])""")
    for path in files():
        text = path.read_text(encoding="utf-8")
        if not quick.search(text):
            continue
        # In Python not what only a comment or a docstring says.
        names = (in_python if path.suffix == ".py" else in_page)(text, ids)
        if names:
            found[path.relative_to(ROOT).as_posix()] = names
    return found


def test_no_layer_is_listed_outside_its_declaration():
    found = literals(LAYER_IDS)
    assert found == {path: ids for path, (ids, _) in ALLOWED.items()}


def test_every_exception_has_a_reason():
    assert all(why for _, why in (ALLOWED | ALLOWED_PROFESSIONS).values())


def test_no_profession_is_listed_outside_its_room():
    found = literals(PROFESSION_IDS)
    assert found == {path: ids for path, (ids, _) in ALLOWED_PROFESSIONS.items()}


def test_the_search_finds_what_it_looks_for():
    assert in_python('x = {"roads": 1}\ny = "roads and water"', LAYER_IDS) == {"roads"}
    paths = '"""Of units/."""\nx = "/panel/roads/1"\ny = f"/map?on=water&at={z}"\nw = "/x/parcels"'
    assert in_python(paths, LAYER_IDS) == {"roads", "water", "parcels"}
    page = '<a href=/panel/roads/1 data-layer=water><i class="x units y"><!-- /parcels/ -->'
    assert in_page(page, LAYER_IDS) == {"roads", "water"}
    program = "ask(`/panel/parcels/${code}`); // /units/\n// '/roads/'\nconst a = 'https://x/y';"
    assert in_page(program, LAYER_IDS) == {"parcels"}
    assert in_page("if (source === 'units' || a == `parcels`) {}", LAYER_IDS) == {
        "units",
        "parcels",
    }
    assert "webmap/housing/" in OWN
    assert not is_own("webmap/map/here.py")
    assert not is_own("webmap/static/map/panel.js")
    assert is_own("webmap/map/profession.py")
