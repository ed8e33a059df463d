"""Another city is another profile: 407 real plots of Bubeneč, in a database of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from django.conf import settings

from tests.running.databases import connect, url

DATA = Path(__file__).resolve().parents[2] / "data"
NAME = f"test_second_city_{os.getpid()}"
PLOTS = DATA / "prague_bubenec.gpkg"


def on_server(sql):
    server = connect()
    server.ask(sql)
    server.close()


def in_second_city(commands, folder):
    """Carry out commands under the second profile, in a fresh database that is dropped after."""
    env = {
        **os.environ,
        "DATABASE_URL": url(NAME),
        "CITY_PROFILE": str(DATA / "bubenec.toml"),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    on_server(f"CREATE DATABASE {NAME}")
    try:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.importers.second_city",
                json.dumps(commands),
                str(folder),
            ],
            cwd=settings.BASE_DIR,
            env=env,
            capture_output=True,
            text=True,
            timeout=300,
        )
    finally:
        on_server(f"DROP DATABASE {NAME} WITH (FORCE)")
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def revised(folder):
    """One plot renamed, one redrawn, three gone, one new."""
    frame = gpd.read_file(PLOTS, layer="plots")
    frame.loc[5, "ID"] = "changed"
    frame.loc[9, "geometry"] = frame.geometry[9].buffer(-0.5)
    added = frame.iloc[[20]].assign(ID_2="NEW", geometry=[frame.geometry[20].buffer(-0.5)])
    path = folder / "revised.gpkg"
    again = pd.concat([frame.drop(index=[20, 21, 22]), added])
    again.to_file(path, layer="plots", driver="GPKG")
    return path


def counts(done):
    told = json.loads(done["out"])
    return [told[word] for word in ("added", "changed", "ended", "unchanged", "rejected")]


@pytest.mark.long
@pytest.mark.django_db
def test_real_plots_under_a_second_profile(tmp_path):
    plots = ["import_survey", str(PLOTS), "--layer", "parcels", "--json"]
    again = ["import_survey", str(revised(tmp_path)), "--layer", "parcels", "--json"]
    county = str(DATA / "loudi_counties_gbk_nocpg_epsg4525.zip")
    dry, commit, same, seen, taken, undone, twice, elsewhere = in_second_city(
        [
            plots,
            [*plots, "--commit"],
            plots,
            again,
            [*again, "--commit"],
            ["undo_import", "5"],
            ["undo_import", "5"],
            ["import_survey", county, "--layer", "districts"],
        ],
        tmp_path / "var",
    )
    assert counts(dry) == [407, 0, 0, 0, 0]
    assert dry["standing"] == {}
    assert counts(commit) == [407, 0, 0, 0, 0]
    assert len(commit["standing"]) == 407
    assert counts(same) == [0, 0, 0, 407, 0]
    assert counts(seen) == counts(taken) == [1, 2, 3, 402, 0]
    assert seen["standing"] == commit["standing"]
    assert len(taken["standing"]) == 405
    assert "undone: run 5" in undone["out"]
    assert undone["standing"] == commit["standing"]
    assert "已经撤销过" in twice["error"]
    assert "不接受" in elsewhere["error"]
