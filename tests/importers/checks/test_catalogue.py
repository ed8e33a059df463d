import csv

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from importers.checks import catalogue
from importers.checks.catalogue import (
    DEFAULT,
    GENERAL,
    RulesError,
    has_own_rules,
    load_rules,
    rules_for,
)
from importers.checks.run_checks import COVERAGE, RULES
from importers.values.issues import Severity
from layers.declarations.registry import layer_named
from webmap.web.profession_faults import refuse_faults

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
        general = layer.removeprefix(GENERAL) in ("", "Polygon", "LineString", "Point")
        assert layer_named(layer) or (layer.startswith(GENERAL) and general), layer
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
    column = next(iter(changes))
    with pytest.raises(RulesError, match=f"第 2 行 {column} 列.* / line 2, column {column}: "):
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


def test_a_wrong_table_is_refused_at_the_start(tmp_path, monkeypatch):
    monkeypatch.setenv("CHECK_RULES", str(table(tmp_path, severity="fatal")))
    catalogue.rules.cache_clear()
    try:
        with pytest.raises(SystemCheckError, match=r"importers\.E001.*第 2 行 severity 列"):
            call_command("check")
        with pytest.raises(ImproperlyConfigured, match="line 2, column severity"):
            refuse_faults()
    finally:
        catalogue.rules.cache_clear()


@pytest.mark.parametrize(
    ("geometry", "codes"),
    [
        ("Polygon", {"vertex-duplicate", "spike", "ring-orientation", "geometry-duplicate"}),
        ("LineString", {"vertex-duplicate", "geometry-duplicate"}),
        ("Point", {"geometry-duplicate"}),
        ("", set()),
    ],
)
def test_a_layer_without_rows_is_held_to_the_general_rules_of_its_geometry(geometry, codes):
    found = rules_for("nowhere", geometry=geometry)
    assert set(found) == codes | {"stale-parent"}
    assert {rule.severity for rule in found.values()} == {Severity.WARNING}
    assert not has_own_rules("nowhere")


def test_a_layer_with_a_row_of_its_own_is_held_to_no_general_rule():
    assert has_own_rules("storeys")
    assert set(rules_for("storeys", geometry="Polygon")) == {"stale-parent"}
    assert rules_for("storeys")["stale-parent"].is_error


def test_rules_of_another_file_are_added_once(tmp_path):
    path = table(tmp_path, layer="playgrounds")
    try:
        catalogue.add_rules(path)
        catalogue.add_rules(path)
        assert catalogue._added == [path]
        assert set(rules_for("playgrounds")) == {"vertex-duplicate"}
    finally:
        catalogue._added.clear()
        catalogue.rules.cache_clear()
