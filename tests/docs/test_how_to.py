"""Each guide of docs/how-to, followed in a copy of the tree with a database of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.guides import (
    FOLDER,
    ROOT,
    Astray,
    Block,
    Guide,
    follow,
    missing_imports,
    read_guide,
)
from tests.running.databases import connect, logins, url

GUIDES = [read_guide(path) for path in sorted(FOLDER.glob("add-a-*.md"))]
COPIED = ("spatial", "grid", "layers", "importers", "webmap", "tests", "data", "docs", "script")
MOST_LINES = 80
PROBE = """
import json, sys
from django.test import Client
shown = {}
for address in json.loads(sys.argv[1]):
    answer = Client().get(address)
    body = b"".join(answer) if answer.streaming else answer.content
    shown[address] = [answer.status_code, body.decode(errors="replace")]
print(json.dumps(shown))
"""


def by_name(guide: Guide) -> str:
    return guide.name


def test_the_six_guides_are_there():
    nouns = ("check", "format", "layer", "procedure", "profession", "register")
    assert [guide.name for guide in GUIDES] == [f"add-a-{noun}" for noun in nouns]


@pytest.mark.parametrize("guide", GUIDES, ids=by_name)
def test_a_guide_names_its_files_is_short_and_says_what_one_sees(guide: Guide):
    assert not [path for path in guide.files if f"`{path}`" not in guide.prose]
    assert len([line for line in guide.prose.splitlines() if line.strip()]) <= MOST_LINES
    assert "## What one sees" in guide.prose
    assert guide.seen or guide.blocks[-1].language == "text"


@pytest.mark.parametrize("guide", GUIDES, ids=by_name)
def test_what_a_guide_edits_reads_as_it_says(guide: Guide, tmp_path: Path):
    for path in guide.files:
        if (ROOT / path).exists():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, tmp_path / path)
    files = [block for block in guide.blocks if block.title]
    follow(Guide(guide.name, files, ""), tmp_path, {})


@pytest.mark.parametrize("guide", GUIDES, ids=by_name)
def test_what_a_guide_imports_is_there(guide: Guide):
    """The guides are followed by night; what was renamed shows at once."""
    assert missing_imports(guide) == []


def test_an_import_of_what_is_not_there_is_seen():
    text = "from webmap.map.overview import overview_page, count_of\nfrom webmap.nowhere import x\n"
    guide = Guide("g", [Block("python", "webmap/new.py", False, text)], "")
    assert missing_imports(guide) == ["webmap.map.overview.count_of", "webmap.nowhere.x"]


def test_a_guide_that_the_code_has_left_behind_is_found_out(tmp_path: Path):
    guide = read_guide(FOLDER / "add-a-format.md")
    files = [block for block in guide.blocks if block.title]
    opening = tmp_path / "importers/formats/opening.py"
    opening.parent.mkdir(parents=True)
    opening.write_text("FORMATS = {}\n", encoding="utf-8")
    with pytest.raises(Astray, match="has 0 places"):
        follow(Guide(guide.name, files, ""), tmp_path, {})


class Databases:
    """Empty cities in the cluster of the tests, each a copy of one that is migrated once."""

    def __init__(self) -> None:
        self.server = connect()
        self.made: list[str] = []

    def make(self, template: str = "template1") -> str:
        """A new database; returns its name."""
        name = f"how_to_{os.getpid()}_{len(self.made)}"
        self.server.ask(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self.made.append(name)
        return name

    def drop(self) -> None:
        """Drop all."""
        for name in self.made:
            self.server.drop(name)
        self.server.close()


def addresses(name: str) -> dict[str, str]:
    """A database of ours as the site and as the owner reach it."""
    site, owner = logins()
    return {"DATABASE_URL": url(name, site), "OWNER_DATABASE_URL": url(name, owner)}


def run(tree: Path, name: str, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=tree,
        env={"PATH": "/usr/bin:/bin", "ALLOWED_HOSTS": "testserver", **addresses(name)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    made = Databases()
    yield made
    made.drop()


@pytest.fixture(scope="module")
def empty(databases: Databases) -> str:
    """A migrated database to copy."""
    name = databases.make()
    run(ROOT, name, "migrate", "-v0")
    return name


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The tree as a fresh clone would be, with the packages that are installed here."""
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in COPIED:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy2(path, tmp_path)
    for folder in (".venv", "node_modules"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / "var").mkdir()
    return tmp_path


@pytest.mark.long
@pytest.mark.parametrize("guide", GUIDES, ids=by_name)
def test_who_follows_a_guide_sees_what_it_promises(
    guide: Guide, tree: Path, databases: Databases, empty: str, tmp_path_factory
):
    name = databases.make(empty)
    cache = tmp_path_factory.getbasetemp() / "mypy"
    follow(guide, tree, {**addresses(name), "MYPY_CACHE_DIR": str(cache)})
    seen = json.dumps([address for address, _ in guide.seen])
    probe = f"import sys; sys.argv = ['', {seen!r}]\n{PROBE}"
    answers = json.loads(run(tree, name, "shell", "-v0", "-c", probe).splitlines()[-1])
    missing = [
        (address, shows, answers[address][0], answers[address][1][:2000])
        for address, shows in guide.seen
        if answers[address][0] != 200 or shows not in answers[address][1]
    ]
    assert not missing
