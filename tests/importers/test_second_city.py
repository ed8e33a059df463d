"""Another city is another profile: 407 real plots of Bubeneč, in a database of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import geopandas as gpd
import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from shapely.affinity import scale, translate

DATA = Path(__file__).resolve().parents[1] / "data"
NAME = f"test_second_city_{os.getpid()}"
SEEN = (
    "import django; django.setup(); from spatial.parcels.models import Parcel; import json;"
    "print(json.dumps({p.code: [p.location, p.district_code, p.geom.hexewkb.decode()]"
    " for p in Parcel.objects.current()}, sort_keys=True))"
)


def on_server(sql):
    given = connection.settings_dict
    server = psycopg2.connect(
        dbname="postgres", user=given["USER"], host=given["HOST"], port=given["PORT"] or None,
        password=given["PASSWORD"] or None,
    )  # fmt: skip
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(sql)
    server.close()


@pytest.fixture(scope="module")
def run():
    """A function that runs Python under the second profile and returns what it prints."""
    given = connection.settings_dict
    on_server(f"CREATE DATABASE {NAME}")
    place = {"host": given["HOST"], "port": given["PORT"]}
    url = f"postgresql://{given['USER']}@/{NAME}?" + urlencode(
        {k: v for k, v in place.items() if v}
    )
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "PGPASSWORD": given["PASSWORD"],
        "CITY_PROFILE": str(DATA / "bubenec.toml"),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }

    def call(*arguments, fails=False):
        done = subprocess.run(
            [sys.executable, *arguments], cwd=settings.BASE_DIR, env=env, capture_output=True,
            text=True, timeout=120,
        )  # fmt: skip
        assert (done.returncode != 0) == fails, done.stderr[-2000:]
        return done.stderr if fails else done.stdout

    try:
        extensions = "; ".join(
            f"c.execute('CREATE EXTENSION {e}')" for e in ("postgis", "pg_trgm", "btree_gist")
        )
        call(
            "-c",
            f"import django; django.setup(); from django.db import connection; c = connection.cursor(); {extensions}",
        )
        call("manage.py", "migrate", "--verbosity", "0")
        yield call
    finally:
        on_server(f"DROP DATABASE {NAME} WITH (FORCE)")


def counts(told):
    return [told[word] for word in ("added", "changed", "ended", "unchanged", "rejected")]


def test_real_plots_under_a_second_profile(run, tmp_path):
    def take(path, *more):
        return json.loads(
            run("manage.py", "import_survey", str(path), "--layer", "parcels", "--json", *more)
        )

    plots = DATA / "prague_bubenec.gpkg"
    assert counts(take(plots)) == [407, 0, 0, 0, 0]
    assert run("-c", SEEN).strip() == "{}"
    assert counts(take(plots, "--commit")) == [407, 0, 0, 0, 0]
    before = run("-c", SEEN)
    assert len(json.loads(before)) == 407
    assert counts(take(plots)) == [0, 0, 0, 407, 0]

    frame = gpd.read_file(plots, layer="plots")
    middle = frame.geometry.area.argsort()[200]
    frame.loc[5, "ID"] = "changed"
    frame.loc[9, "geometry"] = scale(frame.geometry[9], 0.9, 0.9)
    added = frame.iloc[[middle]].assign(
        ID_2="NEW", geometry=[translate(frame.geometry[middle], 0.5)]
    )
    again = gpd.pd.concat([frame.drop(index=[20, 21, 22]), added])
    path = tmp_path / "plots.gpkg"
    again.to_file(path, layer="plots", driver="GPKG")
    assert counts(take(path)) == [1, 2, 3, 402, 0]
    told = take(path, "--commit")
    assert counts(told) == [1, 2, 3, 402, 0]
    assert run("-c", SEEN) != before

    assert f"run {told['run']}" in run("manage.py", "undo_import", str(told["run"]))
    assert run("-c", SEEN) == before
    assert "已经撤销过" in run("manage.py", "undo_import", str(told["run"]), fails=True)


def test_lianyuan_is_not_in_prague(run):
    county = DATA / "loudi_counties_gbk_nocpg_epsg4525.zip"
    said = run("manage.py", "import_survey", str(county), "--layer", "districts", fails=True)
    assert "不接受" in said
