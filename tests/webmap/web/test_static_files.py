"""Static files as the real settings serve them: names that change with the content, compressed."""

import gzip
import posixpath
import re

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.test import Client

from webmap import settings as real
from webmap.web.static_files import HashedFiles

HASHED = re.compile(r"\.[0-9a-f]{12}\.[a-z]+$")
PAGES = ("/", "/planning", "/accounts/login/", "/report/", "/inspector/", "/ogc/", "/admin/login/")


@pytest.fixture
def collected(settings, tmp_path):
    """A client of the site after a real collectstatic."""
    settings.STORAGES = real.STORAGES
    settings.STATIC_ROOT = tmp_path / "static"
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = False
    call_command("collectstatic", interactive=False, verbosity=0)
    return Client()


def fetched(client, url):
    """The answer for a static file and its plain text."""
    answer = client.get(url, headers={"accept-encoding": "gzip, br"})
    assert answer.status_code == 200, url
    body = b"".join(answer)
    return answer, gzip.decompress(body) if answer.get("Content-Encoding") == "gzip" else body


def led_to(url, body):
    """The addresses that a module or a style names."""
    text = body.decode() if url.endswith((".css", ".js")) else ""
    if url.endswith(".css"):
        found = re.findall(r"""url\(['"]?([^'")]+)['"]?\)""", text)
    else:
        found = re.findall(r"""(?m)^(?:import|export)\b[^;'"]*['"](\.{1,2}/[^'"]+)['"]""", text)
        found += re.findall(r"""new URL\("([^"]+)", import\.meta""", text)
    own = [each for each in found if not re.match("[a-z]+:|#|/", each)]
    return [posixpath.normpath(posixpath.join(posixpath.dirname(url), each)) for each in own]


@pytest.mark.django_db
def test_whatever_a_page_leads_to_is_hashed_compressed_and_kept_for_good(collected):
    """One collectstatic for all that is looked at: it takes a few seconds."""
    waiting = [
        url
        for page in PAGES
        for url in re.findall(r"""["'](/static/[^"']+)["']""", collected.get(page).text)
    ]
    waiting += re.findall(r'"(/static/[^"]+)"', collected.get("/inspector/sw.js").text)
    seen = set()
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        answer, body = fetched(collected, url)
        seen.add(url)
        if len(body) > 1000 and not url.endswith((".png", ".woff2")):
            assert answer.get("Content-Encoding") == "gzip", url
        if url.startswith("/static/ogc/"):  # pygeoapi's own templates name it plainly
            assert "max-age=60" in answer["Cache-Control"]
            continue
        assert HASHED.search(url), url
        assert "immutable" in answer["Cache-Control"]
        assert "max-age=31" in answer["Cache-Control"]
        waiting += led_to(url, body)
    names = {HASHED.sub("", url) for url in seen}
    assert {"/static/map/search", "/static/maplibre-gl/maplibre-gl-worker"} <= names
    assert len(names) > 30
    plain, _ = fetched(collected, "/static/maplibre-gl/maplibre-gl-worker.mjs")
    assert "max-age=60" in plain["Cache-Control"]
    assert plain["Content-Encoding"] == "gzip"
    assert collected.get("/static/proj4/proj4-src.js").status_code == 404


@pytest.fixture
def storage(settings, tmp_path):
    """Three modules, two of them in a circle, and a style with a picture."""
    settings.STATIC_URL = "/static/"
    texts = {
        "a/one.js": 'import { x } from "../b/two.js";\nimport "./three.js";\n',
        "b/two.js": 'import {\n  y,\n} from "../a/one.js";\nconst w = new URL("./w.mjs", import.meta.url);\n',
        "a/three.js": 'const said = "import from elsewhere";\n',
        "b/w.mjs": "1",
        "a/look.css": 'i { background: url("dot.svg") } b { background: url(data:image/png;base64,AA) }',
        "a/dot.svg": "<svg/>",
    }

    def made(**changed):
        written = texts | changed
        for name, text in written.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        source = FileSystemStorage(tmp_path)
        found = HashedFiles(location=tmp_path, base_url="/static/")
        problems = [p for *_, p in found.post_process({n: (source, n) for n in texts})]
        assert not [p for p in problems if isinstance(p, Exception)]
        return found

    return made


def test_modules_in_a_circle_find_each_other_by_their_hashed_names(storage, tmp_path):
    names = storage().hashed_files
    one, two = (tmp_path / names[f"{n}.js"] for n in ("a/one", "b/two"))
    assert f'from "../{names["b/two.js"]}"' in one.read_text()
    assert f'import "./{posixpath.basename(names["a/three.js"])}"' in one.read_text()
    assert f'from "../{names["a/one.js"]}"' in two.read_text()
    assert (
        f'new URL("./{posixpath.basename(names["b/w.mjs"])}", import.meta.url)' in two.read_text()
    )
    look = (tmp_path / names["a/look.css"]).read_text()
    assert posixpath.basename(names["a/dot.svg"]) in look
    assert "data:image/png;base64,AA" in look


@pytest.mark.parametrize(
    ("name", "text", "changed"),
    [
        ("a/three.js", "2", {"a/one.js", "b/two.js", "a/three.js"}),
        ("b/w.mjs", "2", {"a/one.js", "b/two.js", "b/w.mjs"}),
        ("a/dot.svg", "<svg> </svg>", {"a/look.css", "a/dot.svg"}),
    ],
)
def test_a_name_changes_with_what_the_file_leads_to_and_nothing_else(storage, name, text, changed):
    before = storage().hashed_files
    after = storage(**{name: text}).hashed_files
    assert {key for key in before if before[key] != after[key]} == changed


def test_what_was_not_collected_keeps_its_name(storage):
    found = storage()
    assert found.url("a/one.js") == f"/static/{found.hashed_files['a/one.js']}"
    assert found.url("a/never.js") == "/static/a/never.js"
