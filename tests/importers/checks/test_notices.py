"""A layer that no rule names says so: in the report, and in the list of checks."""

from dataclasses import replace

import geopandas as gpd
import pytest
import shapely
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils.translation import override

from importers.checks.notices import notice_of
from importers.management.commands import layer_checks
from importers.runs import report
from importers.runs.outcome import Terms
from importers.runs.run import start
from layers.declarations.registry import layer_of
from spatial.city import city
from tests.importers.files import gpkg, origin, plots

pytestmark = pytest.mark.django_db
GENERAL = "这个图层没有登记检查规则，只做通用检查"


def sites(folder, *offsets):
    x, y = origin()
    points = [shapely.Point(x + dx, y) for dx in offsets]
    table = {"code": [f"H{i}" for i in range(len(points))], "name": "滑坡", "kind": "landslide"}
    path = folder / "sites.gpkg"
    gpd.GeoDataFrame(table, geometry=points, crs=city().projected).to_file(path)
    return path


def test_a_layer_says_that_no_rule_names_it_and_why():
    assert notice_of(layer_of("parcels")) == ""
    assert notice_of(layer_of("hazard-sites")).startswith(f"{GENERAL}（")
    assert notice_of(replace(layer_of("hazard-sites"), unchecked_because="")) == GENERAL
    with override("en"):
        assert "only the general checks" in notice_of(layer_of("hazard-sites"))


def test_the_report_says_it_and_finds_doubled_points_all_the_same(tmp_path):
    outcome = start([sites(tmp_path, 0, 0, 50)], "hazard-sites", None, Terms(), commit=False)
    said = "\n".join(report.lines(outcome, 9))
    assert f"提示 notice: {GENERAL}" in said
    assert "[warning] geometry-duplicate" in said
    assert report.as_json(outcome, 9)["issue_counts"]["warning"]["geometry-duplicate"] == 1
    assert report.as_json(outcome, 9)["notice"].startswith(GENERAL)


def test_the_report_on_a_layer_with_rules_says_nothing_of_them(tmp_path):
    outcome = start([gpkg(tmp_path, plots())], "parcels", None, Terms(), commit=False)
    assert not outcome.notice
    assert "notice" not in "\n".join(report.lines(outcome, 9))


def test_the_list_of_checks_fails_for_a_layer_that_says_nothing(monkeypatch, capsys):
    call_command("layer_checks", check=True)
    call_command("layer_checks")
    assert "hazard-sites: 通用 general 2" in capsys.readouterr().out
    silent = replace(layer_of("warnings"), unchecked_because="")
    monkeypatch.setattr(layer_checks, "all_layers", lambda: (layer_of("roads"), silent))
    with pytest.raises(CommandError, match=r"warnings$"):
        call_command("layer_checks", check=True)
