"""Shared fixtures: the database is a real PostGIS, made once per worker."""

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings as laws

from tests.caches import forget_everything
from tests.rules import let_codes_be_short

# Playwright's own loop runs in this thread; Django would take it for an async context.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = ["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--lang=zh-CN"]

let_codes_be_short()
# Laws are held against the code, not against how busy the machine is.
laws.register_profile("untimed", deadline=None)
laws.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest module first, so that one process does not end long after the other."""
    items.sort(key=lambda item: "test_schemathesis" not in item.nodeid)


@pytest.fixture(autouse=True)
def fresh_caches():
    """Revisions taken back by a rollback come again; what was cached under them must not."""
    forget_everything()


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
