import csv

import pytest

from importers.checks import catalogue
from importers.checks.catalogue import DEFAULT, RulesError, load_rules, rules_for
from importers.checks.run_checks import COVERAGE, RULES
from importers.values.issues import Severity
from layers.declarations.registry import layer_named

ROWS = {"vertex-duplicate", "spike", "ring-orientation", "multipart"}
ROWS |= {"code-syntax", "code-county", "code-letters", "code-level", "code-class"}


def table(tmp_path, **changes):
    """The first rule alone, with some cells changed."""
    with DEFAULT.open(encoding="utf-8", newline="") as lines:
        first = {**next(csv.DictReader(lines)), **changes}
    path = tmp_path / "checks.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(first))
        writer.writeheader()
        writer.writerow(first)
    return path


def test_every_rule_of_the_file_is_carried_out_for_a_layer_that_is_there():
    for code, layer in load_rules(DEFAULT):
        assert layer_named(layer), layer
        assert code in ROWS | set(COVERAGE) | set(RULES)


def test_a_city_switches_a_rule_off_and_changes_another(tmp_path):
    assert not rules_for("parcels", load_rules(table(tmp_path, enabled="no")))
    changed = load_rules(table(tmp_path, severity="error", tolerance="0.5"))
    rule = changed["vertex-duplicate", "parcels"]
    assert (rule.severity, rule.tolerance, rule.is_error) == (Severity.ERROR, 0.5, True)


def test_a_rule_for_another_datum_does_not_hold_here(tmp_path):
    assert not rules_for("parcels", load_rules(table(tmp_path, datum="EPSG:4326")))


@pytest.mark.parametrize(
    "changes",
    [
        {"severity": "fatal"},
        {"enabled": "maybe"},
        {"tolerance": "一"},
        {"tolerance": "-1"},
        {"tolerance2": "nan"},
        {"unit": "ft"},
        {"status": ""},
        {"code": ""},
        {"pattern": "("},
    ],
)
def test_a_wrong_cell_is_named(tmp_path, changes):
    path = table(tmp_path, **changes)
    with pytest.raises(RulesError, match=f"第 2 行 {next(iter(changes))} 列"):
        load_rules(path)


def test_a_missing_or_damaged_file_is_said(tmp_path):
    with pytest.raises(RulesError, match="读不到"):
        load_rules(tmp_path / "none.csv")
    path = tmp_path / "bad.csv"
    path.write_bytes("code,layer\n重复,宗地".encode("gb18030"))
    with pytest.raises(RulesError):
        load_rules(path)
    path.write_text("code,layer\n", encoding="utf-8")
    with pytest.raises(RulesError, match="缺少列"):
        load_rules(path)


def test_the_environment_names_another_file(tmp_path, monkeypatch):
    monkeypatch.setenv("CHECK_RULES", str(table(tmp_path)))
    catalogue.rules.cache_clear()
    try:
        assert list(catalogue.rules()) == [("vertex-duplicate", "parcels")]
    finally:
        catalogue.rules.cache_clear()
