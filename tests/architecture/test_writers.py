"""Who writes registers: the modules that call the store, each asking its own leave or none.

A new one is named here once it is clear who lets it: casework its table of steps, a
delivery, an edit or an undo ``layers.access.access``.
"""

import ast
from pathlib import Path

from tests.architecture.test_contracts import FLOORS, ROOT

WRITES = {"apply", "apply_table", "undo"}
CASEWORK = {"grid/cases/actions.py", "grid/cases/clocks.py", "importers/sample/casework.py"}
WRITERS = CASEWORK | {
    "spatial/casework/beginning.py",  # what the procedure lets in: who begins a matter
    "spatial/casework/clocks.py",  # deadlines, when the calendar has changed
    "spatial/casework/writing.py",  # actions of a table, amendments, answers
    "grid/components/assigning.py",  # components, with their cells
    "grid/cells/layout.py",  # cells, by a command
    "importers/runs/commit.py",  # what layer_for lets in
    "importers/runs/run.py",  # an undo, likewise
    "layers/ogc/features/writing.py",  # what may_write lets in
    "spatial/hazard_warnings/standing.py",  # a signed message, or the clock
    "spatial/parcels/actions.py",  # as part of a change that its caller answers for
    "webmap/admin/changes.py",  # an undo that may_undo lets in
}


def imports_of(path: Path) -> set[str]:
    """What a module takes from the store's actions."""
    text = path.read_text()
    if "spatial.versions.actions" not in text:
        return set()
    tree = ast.parse(text)
    return {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "spatial.versions.actions"
        for name in node.names
    }


def mentions(path: Path, word: str) -> bool:
    return word in path.read_text() and any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in WRITES
        and any(isinstance(given, ast.Name) and given.id == word for given in node.args)
        for node in ast.walk(ast.parse(path.read_text()))
    )


def test_every_writer_of_a_register_is_known():
    paths = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py")]
    found = {str(path.relative_to(ROOT)) for path in paths if imports_of(path) & WRITES}
    assert found == WRITERS
    cases = {str(path.relative_to(ROOT)) for path in paths if mentions(path, "Case")}
    assert cases == CASEWORK
