"""Variables are typed, refused by name, read from the process before ``.env``."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from dotenv import dotenv_values

from spatial.city import DEFAULT_PROFILE
from webmap.startup.environment import GROUPS, MOVED, SECRET, Environment
from webmap.startup.reading import check_env_file, read_environment

ROOT = DEFAULT_PROFILE.parent.parent
READ = [sys.executable, "-m", "webmap.startup.reading"]
DATABASE = "postgresql://city:p%40ss@db.example:5432/city"


def test_without_any_there_are_the_defaults():
    read = read_environment({})
    assert read == Environment()
    assert (read.TILE_CACHE_MB, read.PORT, read.DEBUG) == (256, 8000, False)
    assert read.CORS_ORIGINS == ("*",)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("TILE_CACHE_MB", " 0 ", 0),
        ("DEBUG", "1", True),
        ("PREPARED_STATEMENTS", "0", False),
        ("DATABASE_URL", DATABASE, DATABASE),
        ("REPLICA_DATABASE_URLS", f"{DATABASE} {DATABASE}", (DATABASE, DATABASE)),
        ("SITE_URL", "https://city.example/", "https://city.example"),
        ("ALLOWED_HOSTS", "a.example,b.example", ("a.example", "b.example")),
        ("ALLOWED_HOSTS", "* .a.example 10.0.0.1 [::1]", ("*", ".a.example", "10.0.0.1", "[::1]")),
        ("OIDC_ISSUER", "https://a.example/realm/", "https://a.example/realm/"),
        (
            "DATABASE_URL",
            "postgresql:///c?host=/run&port=54329",
            "postgresql:///c?host=/run&port=54329",
        ),
        ("FORWARDED_ALLOW_IPS", "10.0.0.5, fd00::5", ("10.0.0.5", "fd00::5")),
        ("CORS_ORIGINS", "", ()),
        (
            "CORS_ORIGINS",
            "https://a.example https://b.example",
            ("https://a.example", "https://b.example"),
        ),
        ("WEBHOOK_NETWORKS", "10.20.0.0/16", ("10.20.0.0/16",)),
        ("CASE_FILES", "/srv/photos", Path("/srv/photos")),
        ("TUJING_WAITS", "1 1", (1, 1)),
        ("HSTS_SECONDS", "", 31_536_000),
        ("CITY_PROFILE", "", None),
    ],
)
def test_a_value_has_its_type_and_an_empty_one_is_none(name, text, value):
    assert getattr(read_environment({name: text}), name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("TILE_CACHE_MB", "much"),
        ("TILE_CACHE_MB", "-1"),
        ("TILE_CACHE_MB", "2.5"),
        ("JOB_DAYS", "0"),
        ("PORT", "65536"),
        ("DEBUG", "perhaps"),
        ("DATABASE_URL", "mysql://city:geheim@db/city"),
        ("DATABASE_URL", "postgresql://city:geheim@db"),
        ("OUTSIDE_DATABASE_URL", "geheim"),
        ("REPLICA_DATABASE_URLS", f"{DATABASE} geheim"),
        ("SITE_URL", "city.example"),
        ("FORWARDED_ALLOW_IPS", "proxy"),
        ("CORS_ORIGINS", "a.example"),
        ("WEBHOOK_NETWORKS", "10.20.0.1/16"),
        ("TUJING_SAMPLE", "huge"),
        ("TUJING_WAITS", "1 soon"),
        ("DATABASE_URL", "postgresql://city:geheim@db:54x2/city"),
        ("DATABASE_URL", "postgresql://city:geheim@db:0/city"),
        ("DATABASE_URL", "postgresql://city:geheim@[db/city"),
        ("DATABASE_URL", "postgresql:///city?host=/run&port=99999"),
        ("SITE_URL", "https://city.example:80x"),
        ("ALLOWED_HOSTS", "https://city.example"),
        ("ALLOWED_HOSTS", "city.example,city.example:8000"),
        ("OIDC_ISSUER", "login.city.example"),
        ("OIDC_ISSUER", "https://login.city.example:x/realm"),
        ("CHECK_RULES", "/nowhere/checks.csv"),
    ],
)
def test_a_wrong_value_is_refused_by_name_in_both_languages(name, text):
    with pytest.raises(ImproperlyConfigured) as refused:
        read_environment({name: text})
    said = str(refused.value)
    assert said.count(name) == 2
    assert "应" in said
    assert "should" in said
    assert "geheim" not in said
    assert "\n" not in said


def test_all_wrong_values_are_named_at_once():
    with pytest.raises(
        ImproperlyConfigured, match="TILE_CACHE_MB.*JOB_DAYS|JOB_DAYS.*TILE_CACHE_MB"
    ):
        read_environment({"TILE_CACHE_MB": "x", "JOB_DAYS": "x"})


@pytest.mark.parametrize("name", MOVED)
def test_a_rule_of_the_city_is_no_variable_any_more(name):
    with pytest.raises(ImproperlyConfigured) as refused:
        read_environment({name: "5"})
    section, key = MOVED[name].split(".")
    assert MOVED[name] in str(refused.value)
    assert f"[{section}]" in DEFAULT_PROFILE.read_text(encoding="utf-8")
    assert f"\n{key} = " in DEFAULT_PROFILE.read_text(encoding="utf-8")


def test_each_variable_stands_in_one_group_and_secrets_are_variables():
    names = [name for group in GROUPS for name in group.__annotations__]
    assert sorted(names) == sorted(Environment.model_fields)
    assert set(Environment.model_fields) >= SECRET


def refused_at_start(**variables):
    done = subprocess.run(
        READ,
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@pytest.mark.slow(reason="scripts of their own")
def test_the_scripts_are_told_in_one_line(tmp_path):
    assert refused_at_start() == (0, "")
    code, said = refused_at_start(WRITE_MAX_BYTES="1 MB")
    assert code == 1
    assert said.startswith("✗ 环境变量 / environment：WRITE_MAX_BYTES 应为整数")
    profile = tmp_path / "city.toml"
    profile.write_text("name = 'x'")
    code, said = refused_at_start(CITY_PROFILE=str(profile))
    assert code == 1
    assert said.startswith(f"✗ 城市配置文件 / city profile {profile}：缺少")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("SITE_URL=https://a.example\nOIDC_NAME=认证\n".encode("gbk"), "不是 UTF-8"),
        (b"# ours\nDEBUG\n", "第 2 行不是"),
        (b"DEBUG=0\nnot a setting\n", "第 2 行不是"),
        (b"export SECRET_KEY\n", "第 1 行不是"),
    ],
)
def test_an_env_file_that_cannot_be_read_is_refused_by_its_line(tmp_path, content, said):
    path = tmp_path / ".env"
    path.write_bytes(content)
    with pytest.raises(ImproperlyConfigured, match=said) as refused:
        check_env_file(path)
    assert str(refused.value).count(str(path)) == 2
    assert "\n" not in str(refused.value)


def test_an_env_file_that_fits_or_is_not_there_passes(tmp_path):
    check_env_file(tmp_path / ".env")
    (tmp_path / ".env").write_text('# ours\n\nexport DEBUG=1\nOIDC_NAME="认证"\nSECRET_KEY=\n')
    check_env_file(tmp_path / ".env")


TEXT = """\
# a comment
TILE_CACHE_MB=64
export JOB_DAYS = 3
 OIDC_NAME='湘政通 # 认证'
SITE_URL="https://city.example"   # ours
ALLOWED_HOSTS=a.example,b.example # both
SECRET_KEY=a#b$c
CORS_ORIGINS=
not a setting
"""


def test_the_scripts_and_python_read_the_same_file(tmp_path):
    (tmp_path / "script").mkdir()
    (tmp_path / "script" / "lib.sh").symlink_to(ROOT / "script" / "lib.sh")
    (tmp_path / ".env").write_text(TEXT, encoding="utf-8")
    expected = dotenv_values(tmp_path / ".env", interpolate=False)
    names = [name for name, value in expected.items() if value is not None]
    assert len(names) == 7
    printed = "; ".join(f'printf "%s\\n" "${name}"' for name in names)
    command = f". script/lib.sh; {printed}"
    kept = {name: value for name, value in os.environ.items() if name not in names}
    for own, port in ((kept, "64"), ({**kept, "TILE_CACHE_MB": "9"}, "9")):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=own,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        wanted = [port if name == "TILE_CACHE_MB" else expected[name] for name in names]
        assert done.stdout.splitlines() == wanted
