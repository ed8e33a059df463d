"""The servers beside which ours is measured, each on the same 200,000 buildings."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import yaml

TABLE = "building"
WORKERS = "2"
MAPFILE = """MAP
  NAME "peer"
  EXTENT 111 27 113 29
  PROJECTION "epsg:4326" END
  WEB METADATA
    "oga_onlineresource" "http://127.0.0.1:{port}/ms"
    "oga_enable_request" "*"
  END END
  LAYER
    NAME "building"
    TYPE POLYGON
    STATUS ON
    CONNECTIONTYPE POSTGIS
    CONNECTION "{dsn}"
    DATA "geom from bench.building using unique id using srid=4326"
    PROCESSING "CLOSE_CONNECTION=DEFER"
    METADATA
      "ows_title" "building"
      "oga_featureid" "id"
      "gml_featureid" "id"
      "gml_include_items" "all"
      "oga_max_limit" "10000"
    END
    PROJECTION "epsg:4326" END
    TEMPLATE "x"
  END
END
"""
NGINX = """daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{ access_log off; client_body_temp_path {folder}/b; fastcgi_temp_path {folder}/f;
  proxy_temp_path {folder}/p; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; location / {{
    include /etc/nginx/fastcgi_params; fastcgi_keep_conn on; fastcgi_pass unix:{folder}/ms.sock;
    fastcgi_param MAPSERVER_CONFIG_FILE {folder}/mapserver.conf;
    fastcgi_param PATH_INFO $uri; fastcgi_param MS_MAPFILE {folder}/peer.map;
  }} }} }}
"""


@contextmanager
def running(command: list[str], log: Path, **env: str) -> Iterator[None]:
    """A server for as long as the block lasts."""
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **env},
            start_new_session=True,
        )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def peers(venv: Path | None, login: dict[str, str], folder: Path) -> Iterator[dict[str, str]]:
    """Name → address of the collection of each peer that is installed."""
    found: dict[str, str] = {}
    with ExitStack() as stack:
        if venv and (venv / "bin" / "tipg").exists() | (venv / "bin" / "uvicorn").exists():
            stack.enter_context(_tipg(venv, login, folder))
            found["tipg"] = f"http://127.0.0.1:8531/collections/bench.{TABLE}"
            stack.enter_context(_pygeoapi(venv, login, folder))
            found["pygeoapi"] = f"http://127.0.0.1:8532/collections/{TABLE}"
        if shutil.which("mapserv") or Path("/usr/lib/cgi-bin/mapserv").exists():
            stack.enter_context(_mapserver(login, folder))
            found["MapServer"] = f"http://127.0.0.1:8533/peer/ogcapi/collections/{TABLE}"
        yield found


def _tipg(venv: Path, login: dict[str, str], folder: Path):
    who = f"{login['user']}:{login.get('password') or 'x'}"
    place = f"{quote(login['host'], safe='')}:{login['port']}"
    env = {
        "DATABASE_URL": f"postgresql://{who}@{place}/{login['dbname']}",
        "TIPG_DB_SCHEMAS": '["bench"]',
        "TIPG_MAX_FEATURES_PER_QUERY": "10000",
    }
    command = [str(venv / "bin" / "uvicorn"), "tipg.main:app", "--port", "8531"]
    options = ["--workers", WORKERS, "--loop", "uvloop", "--http", "httptools"]
    quiet = ["--log-level", "warning", "--no-access-log"]
    return running([*command, *options, *quiet], folder / "tipg.log", **env)


def _pygeoapi(venv: Path, login: dict[str, str], folder: Path):
    provider = {
        "type": "feature",
        "name": "PostgreSQL",
        "data": {
            "host": login["host"],
            "port": int(login["port"]),
            "dbname": login["dbname"],
            "user": login["user"],
            "password": login.get("password") or "x",
            "search_path": ["bench", "public"],
        },
        "id_field": "id",
        "table": TABLE,
        "geom_field": "geom",
    }
    link = {"type": "text/html", "rel": "canonical", "title": "x", "href": "http://127.0.0.1"}
    config = {
        "server": {
            "bind": {"host": "127.0.0.1", "port": 8532},
            "url": "http://127.0.0.1:8532",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["en-US"],
            "limits": {"default_items": 100, "max_items": 10000},
            "map": {"url": "", "attribution": ""},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                "title": "peer",
                "description": "peer",
                "keywords": ["x"],
                "keywords_type": "theme",
                "terms_of_service": "x",
                "url": "http://127.0.0.1",
            },
            "license": {"name": "x", "url": "http://127.0.0.1"},
            "provider": {"name": "x", "url": "http://127.0.0.1"},
            "contact": {"name": "x", "email": "x@x"},
        },
        "resources": {
            TABLE: {
                "type": "collection",
                "title": TABLE,
                "description": TABLE,
                "keywords": ["x"],
                "links": [link],
                "extents": {"spatial": {"bbox": [111, 27, 113, 29]}},
                "providers": [provider],
            }
        },
    }
    path, document = folder / "pygeoapi.yml", folder / "openapi.yml"
    path.write_text(yaml.safe_dump(config))
    env = {"PYGEOAPI_CONFIG": str(path), "PYGEOAPI_OPENAPI": str(document)}
    generate = [str(venv / "bin" / "pygeoapi"), "openapi", "generate", str(path)]
    with document.open("w") as out:
        subprocess.run(generate, env={**os.environ, **env}, stdout=out, check=True)
    command = [str(venv / "bin" / "gunicorn"), "pygeoapi.flask_app:APP", "-w", WORKERS]
    options = ["-b", "127.0.0.1:8532", "--timeout", "120", "--no-control-socket"]
    return running([*command, *options], folder / "pygeoapi.log", **env)


@contextmanager
def _mapserver(login: dict[str, str], folder: Path) -> Iterator[None]:
    dsn = " ".join(f"{key}={value}" for key, value in login.items() if value)
    folder.chmod(0o755)  # nginx reaches the socket as another user
    (folder / "peer.map").write_text(MAPFILE.format(port=8533, dsn=dsn))
    templates = "/usr/share/mapserver/ogcapi/templates/html-bootstrap4"
    (folder / "mapserver.conf").write_text(
        f'CONFIG\n ENV\n  "OGCAPI_HTML_TEMPLATE_DIRECTORY" "{templates}/"\n END\n'
        f' MAPS\n  "peer" "{folder}/peer.map"\n END\nEND\n'
    )
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=8533))
    spawn = ["spawn-fcgi", "-n", "-s", str(folder / "ms.sock"), "-F", WORKERS, "-M", "0777"]
    env = {"MAPSERVER_CONFIG_FILE": str(folder / "mapserver.conf")}
    mapserv = shutil.which("mapserv") or "/usr/lib/cgi-bin/mapserv"
    with (
        running([*spawn, "--", mapserv], folder / "mapserver.log", **env),
        running(["nginx", "-c", str(folder / "nginx.conf")], folder / "nginx.out"),
    ):
        yield
