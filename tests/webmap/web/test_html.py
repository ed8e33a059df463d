"""Every page is HTML as the standard has it, and derives from the one base."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from tests.pages import all_pages

ROOT = Path(settings.BASE_DIR)
PATHS = os.pathsep.join([os.environ["PATH"], str(ROOT / "var" / "tools" / "bin")])
VALIDATE = ROOT / "node_modules" / ".bin" / "html-validate"
NODE = shutil.which("node", path=PATHS)
OWN = ("error.html",)  # stands without its style sheet, for when something is broken


@pytest.fixture
def pages(town):
    found = all_pages()
    assert len(found) > 25
    assert {"/", "/grid/", "/sharing/", "/accounts/login/"} <= {page.path for page in found}
    assert any(page.path.startswith("/sharing/districts") for page in found), "by a link"
    return found


@pytest.mark.skipif(not (NODE and VALIDATE.exists()), reason="no html-validate")
@pytest.mark.slow(reason="opens every page as whoever may")
def test_every_page_is_valid_and_begins_alike(pages, tmp_path):
    for page in pages:
        assert "base/tokens" in page.html, page.path
        name = page.path.strip("/").replace("/", "_") or "map"
        (tmp_path / f"{name.split('?')[0]}.html").write_text(page.html, encoding="utf-8")
    done = subprocess.run(  # noqa: S603  (a pinned package, our own pages)
        [VALIDATE, "--config", ROOT / ".htmlvalidate.mjs", "--formatter", "text", tmp_path],
        capture_output=True, text=True, timeout=120, env={**os.environ, "PATH": PATHS},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[:6000] + done.stderr


def test_every_template_of_a_whole_page_derives_from_the_base():
    folder = ROOT / "webmap" / "templates"
    alone = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.html")
        if "<html" in path.read_text(encoding="utf-8")
    ]
    assert sorted(alone) == sorted(["base.html", *OWN])
