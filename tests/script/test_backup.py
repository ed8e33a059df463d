"""script/backup and script/restore: what was there is there again, in an empty place."""

import json
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import ROOT, Run, a_checkout, runner_in

SITE = """
SET ROLE tujing_owner;
CREATE TABLE cases (id int PRIMARY KEY, told text);
INSERT INTO cases SELECT n, '井盖' FROM generate_series(1, 100) AS n;
CREATE TABLE "Odd" (place geometry(Point, 4326));
INSERT INTO "Odd" VALUES (ST_SetSRID(ST_Point(111.8, 27.7), 4326));
CREATE SCHEMA imports;
CREATE TABLE imports.stage_1 (code text);
GRANT USAGE, CREATE ON SCHEMA imports TO tujing_site;
ALTER TABLE imports.stage_1 OWNER TO tujing_site;
CREATE SCHEMA published;
CREATE VIEW published.cases AS SELECT id, told FROM cases;
ALTER ROLE tujing_reader PASSWORD 'not to be told';
ALTER ROLE tujing_reader SET jit = off;
CREATE ROLE tujing_cases_1 NOLOGIN;
CREATE ROLE tujing_of_another_site NOLOGIN;
GRANT USAGE ON SCHEMA published TO tujing_cases_1, tujing_reader;
GRANT SELECT (id) ON published.cases TO tujing_cases_1;
GRANT tujing_cases_1 TO tujing_reader;
"""
RIGHTS = """
SELECT has_column_privilege('tujing_cases_1', 'published.cases', 'id', 'SELECT'),
    has_column_privilege('tujing_cases_1', 'published.cases', 'told', 'SELECT'),
    pg_has_role('tujing_reader', 'tujing_cases_1', 'MEMBER'),
    (SELECT rolcanlogin AND NOT rolinherit AND rolconfig = '{jit=off}' FROM pg_roles
        WHERE rolname = 'tujing_reader'),
    (SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'tujing%'),
    (SELECT string_agg(DISTINCT tableowner, ' ') FROM pg_tables WHERE schemaname = 'public'
        AND tablename <> 'spatial_ref_sys'),
    has_schema_privilege('tujing_site', 'imports', 'CREATE'),
    (SELECT sum(id) FROM cases), (SELECT ST_AsText(place) FROM "Odd")
"""
ROLES = "tujing_cases_1 tujing_owner tujing_reader tujing_site"
RESTORED = f"t|f|t|t|{ROLES}|tujing_owner|t|5050|POINT(111.8 27.7)"


def sql(run: Run, text: str) -> str:
    done = run("database", "psql", "-XqAtv", "ON_ERROR_STOP=1", "-c", text)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def site() -> Iterator[Path]:
    """A small site with all that a backup must hold."""
    with a_checkout() as folder:
        fill(folder)
        yield folder


@pytest.fixture
def run(site: Path) -> Run:
    """Its scripts."""
    return runner_in(site)


def fill(folder: Path) -> None:
    run = runner_in(folder)
    assert run("database", "start").returncode == 0
    sql(run, SITE)
    for name, text in {
        "cases/2026/a.jpg": "a photo",
        "cases/2026/b c.jpg": "another",
        "imports/7/roads.shp": "an original",
        "terrain.tif": "heights",
        "secret_key": "the key",
        "keys/vault-1.key": "a sealing key",
        "exports/x.xlsx": "gone in a day",
    }.items():
        path = folder / "var" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.long
def test_there_and_back(site: Path, run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    done = run("backup", str(kept))
    assert done.returncode == 0, done.stdout + done.stderr
    check_what_is_kept(kept)

    again = run("backup", str(kept))
    assert again.returncode == 1
    assert "不覆盖" in again.stderr
    assert run("backup", "--verify", str(kept)).returncode == 0

    full = run("restore", str(kept))
    assert full.returncode == 1
    assert "没有改动任何内容" in full.stderr
    with a_checkout() as empty:
        check_restored(empty, kept)
    check_set_aside(site, run, kept)

    (kept / "files" / "cases" / "2026" / "a.jpg").write_text("a phot0")
    damaged = run("backup", "--verify", str(kept))
    assert damaged.returncode == 1
    assert "不完整或已损坏" in damaged.stderr


def check_what_is_kept(kept: Path) -> None:
    told = json.loads((kept / "manifest.json").read_text())
    assert told["rows"] == {"public.cases": 100, "public.Odd": 1, "imports.stage_1": 0}
    assert told["files"] == {"cases": 2, "imports": 1, "rasters": 0, "terrain.tif": 1}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert told["version"] == project["version"]
    assert told["postgis"].startswith("3.")
    assert not (kept / "files" / "exports").exists()
    assert (kept / "keys" / "secret_key").stat().st_mode & 0o777 == 0o600
    sealing = kept / "keys" / "sealing" / "vault-1.key"
    assert (sealing.read_text(), sealing.stat().st_mode & 0o777) == ("a sealing key", 0o600)
    assert kept.stat().st_mode & 0o777 == 0o700
    roles = (kept / "roles.sql").read_text()
    assert "PASSWORD" not in roles
    assert "another_site" not in roles
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=kept, check=True)


def check_restored(empty: Path, kept: Path) -> None:
    run = runner_in(empty)
    done = run("restore", str(kept))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "error" not in (empty / "var" / "log" / "restore.log").read_text().lower()
    assert sql(run, RIGHTS) == RESTORED
    assert (empty / "var" / "cases" / "2026" / "b c.jpg").read_text() == "another"
    assert (empty / "var" / "terrain.tif").read_text() == "heights"
    key = empty / "var" / "secret_key"
    assert (key.read_text(), key.stat().st_mode & 0o777) == ("the key", 0o600)
    key = empty / "var" / "keys" / "vault-1.key"
    assert (key.read_text(), key.stat().st_mode & 0o777) == ("a sealing key", 0o600)


def check_set_aside(site: Path, run: Run, kept: Path) -> None:
    """What was there before is kept under another name."""
    sql(run, "DELETE FROM cases WHERE id > 1")
    done = run("restore", "--replace", str(kept))
    assert done.returncode == 0, done.stdout + done.stderr
    assert sql(run, "SELECT count(*) FROM cases") == "100"
    assert sql(run, "SELECT count(*) FROM pg_database WHERE datname LIKE 'city_before_%'") == "1"
    assert len(list((site / "var").glob("cases.before-*/2026/a.jpg"))) == 1


@pytest.mark.slow(reason="a database saved several times")
def test_the_last_ones_are_kept(site: Path, run: Run, tmp_path: Path) -> None:
    for day in ("20260101T000000Z", "20260102T000000Z"):
        (tmp_path / f"tujing-{day}").mkdir()
        (tmp_path / f"tujing-{day}" / "manifest.json").touch()
    (tmp_path / "tujing-of-others").mkdir()
    done = run("backup", "--into", str(tmp_path), "--keep", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names[0] == "tujing-20260102T000000Z"
    assert names[-1] == "tujing-of-others"
    assert len(names) == 3
    assert not list(tmp_path.glob("*.part"))


def test_what_fails_leaves_nothing(site: Path, run: Run, tmp_path: Path) -> None:
    key = site / "var" / "secret_key"
    key.unlink()
    key.mkdir()  # which cannot be copied like one
    done = run("backup", str(tmp_path / "kept"))
    assert done.returncode != 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["backup"], ["backup", "--keep"], ["restore"]])
def test_usage(run: Run, command: list[str]) -> None:
    done = run(*command)
    assert done.returncode == 1
    assert "用法" in done.stderr
