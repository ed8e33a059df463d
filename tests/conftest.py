"""Shared fixtures: the database is a real PostGIS, a copy for each worker."""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests import laws
from tests.caches import forget_everything
from tests.rules import let_codes_be_short
from tests.running.copies import copies, django_db_setup, pytest_runtest_setup

__all__ = ["copies", "django_db_setup", "pytest_runtest_setup"]

# Playwright's own loop runs in this thread; Django would take it for an async context.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = ["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--lang=zh-CN"]

let_codes_be_short()
laws.load()


@pytest.fixture(autouse=True)
def fresh_caches():
    """Revisions taken back by a rollback come again; what was cached under them must not."""
    forget_everything()


@pytest.fixture
def town(db) -> None:
    """The town of ``tests/town.py``: it stands in the copy that this test works in."""


@pytest.fixture
def owner() -> None:
    """This test works as the owner of the database; all others work as the site."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """One browser for all tests of a process: Playwright cannot be started twice in one."""
    from playwright.sync_api import sync_playwright

    if not CHROMIUM:
        pytest.skip("no Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()
