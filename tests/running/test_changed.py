"""What a change can reach: along imports, by the room that tests mirror, or everything."""

import pytest

from tests.running import changed


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/conftest.py", True),
        ("tests/webmap/map/conftest.py", True),
        ("data/city.toml", True),
        ("grid/migrations/0001_initial.py", True),
        ("uv.lock", True),
        ("package-lock.json", True),
        ("tests/script/conftest.py", False),
        ("grid/rules/scoring.py", False),
        ("webmap/templates/grid/case.html", False),
    ],
)
def test_what_every_test_rests_on_runs_all(path, expected):
    assert changed.lays_ground(path) is expected


@pytest.fixture(scope="module")
def of_a_rule() -> dict[str, str]:
    return changed.reached(["spatial/worktime.py"])


def test_imports_are_followed_to_the_tests(of_a_rule):
    assert of_a_rule["tests/spatial/test_worktime.py"] == "spatial/worktime.py"
    assert "tests/grid/cases/test_clocks.py" in of_a_rule  # by grid.cases.clocks
    assert "spatial/worktime.py" in of_a_rule  # its doctests


def test_who_cannot_be_reached_is_left_out(of_a_rule):
    assert "tests/spatial/parcels/rules/test_division.py" not in of_a_rule
    assert "tests/importers/formats/test_dbf.py" not in of_a_rule
    assert "tests/script/test_backup.py" not in of_a_rule


def test_pages_are_reached_though_no_test_imports_them():
    found = changed.reached(["webmap/casework/desk.py"])
    assert {"tests/webmap/casework/test_desk.py", "tests/browser/test_desk.py"} <= set(found)
    assert "tests/layers/access/test_masking.py" not in found


@pytest.mark.parametrize("path", ["webmap/templates/grid/desk.html", "webmap/static/grid/desk.js"])
def test_what_no_import_names_stands_for_its_room(path):
    found = changed.reached([path])
    assert {"tests/webmap/casework/test_desk.py", "tests/browser/test_desk.py"} <= set(found)
    assert "tests/layers/access/test_masking.py" not in found


def test_a_module_that_is_gone_stands_for_its_room():
    found = changed.reached(["grid/cells/gone.py"])
    assert "tests/grid/cells/test_laying.py" in found
    assert "tests/layers/access/test_masking.py" not in found


def test_scripts_are_tested_by_their_own_tests():
    assert changed.reached(["script/backup"]) == {"tests/script": "script/backup"}
    assert changed.reached(["docs/operations.md", "tests/bench/load.py"]) == {}


def test_the_output_names_paths_and_reasons(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["changed", "HEAD"])
    monkeypatch.setattr(changed, "changed_since", lambda base: ["script/backup"])
    changed.main()
    said = capsys.readouterr()
    assert said.out == "tests/script\n"
    assert "1 files changed since HEAD" in said.err
    assert "script/backup" in said.err
    monkeypatch.setattr(changed, "changed_since", lambda base: ["data/city.toml"])
    changed.main()
    said = capsys.readouterr()
    assert said.out.split() == changed.ALL
    assert "data/city.toml" in said.err
