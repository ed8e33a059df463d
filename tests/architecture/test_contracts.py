"""The import contracts hold, and a planted violation is caught."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("spatial", "grid", "layers", "importers", "webmap")
LINT = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]


def lint(folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run(LINT, cwd=folder, capture_output=True, text=True, timeout=120)


@pytest.fixture
def house(tmp_path):
    """A copy of the code that may be spoiled."""
    for floor in FLOORS:
        shutil.copytree(
            ROOT / floor,
            tmp_path / floor,
            ignore=lambda _, names: [n for n in names if not (n.endswith(".py") or "." not in n)],
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


PLANTED = [
    ("spatial/parcels/queries.py", "import layers.declarations.registry", "Floors"),
    ("spatial/base/models.py", "import spatial.parcels.models", "Registers inside spatial"),
    ("spatial/parcels/models.py", "import spatial.parcels.actions", "Inside a register"),
    ("grid/rules/scoring.py", "import grid.evaluation.counting", "Rooms of grid"),
    ("grid/cases/steps.py", "import grid.cases.actions", "Inside casework"),
    ("layers/access/access.py", "import layers.reading.shares", "Rooms of layers"),
    ("layers/ogc/formats/geojson.py", "import layers.ogc.tiles.cache", "Rooms of the OGC API"),
    ("importers/values/batch.py", "import importers.runs.run", "Rooms of importers"),
    ("webmap/web/values.py", "import webmap.map.views", "Rooms of webmap"),
    ("webmap/loose.py", "import webmap.settings", "Rooms of webmap"),
    (
        "webmap/public/reporting.py",
        "import webmap.inspector.texts",
        "Rooms of webmap side by side",
    ),
    (
        "webmap/open311/views.py",
        "import webmap.casework.forms",
        "Rooms of webmap side by side",
    ),
    ("spatial/parcels/rules/division.py", "import django.db", "Rules are plain Python"),
    ("layers/access/access.py", "import spatial.versions.models", "Rules are plain Python"),
    ("webmap/urls.py", "import rasterio", "One door per heavy library"),
    ("webmap/documents/sheets.py", "import typst", "One door per heavy library"),
]


def test_the_contracts_hold(house):
    result = lint(house)
    assert result.returncode == 0, result.stdout[-2000:]


@pytest.mark.parametrize(("path", "line", "contract"), PLANTED)
def test_a_planted_violation_is_caught(house, path, line, contract):
    target = house / path
    text = target.read_text(encoding="utf-8") if target.exists() else ""
    target.write_text(f"{line}\n{text}", encoding="utf-8")
    result = lint(house)
    assert result.returncode == 1
    assert f"{contract} BROKEN" in result.stdout
