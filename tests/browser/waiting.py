"""Waiting for a page under its own content policy.

Playwright's own ``wait_for_function`` evaluates a text within the page, which the policy
refuses; ``evaluate`` asks the browser from outside.
"""

import time
from collections.abc import Callable

from playwright.sync_api import Error, Page
from playwright.sync_api import TimeoutError as TooLong

EVERY_MS = 30


def until(page: Page, holds: Callable[[], object], *, seconds: float = 15) -> None:
    """Wait until something holds outside of the page, while the page goes on."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError("it never came")
        page.wait_for_timeout(EVERY_MS)


def wait_for_function(page: Page, expression: str, *, arg=None, timeout: float = 40_000) -> None:
    """Wait until an expression holds in the page; as Playwright's, also across navigations."""
    until = time.monotonic() + timeout / 1000
    while time.monotonic() < until:
        try:
            if page.evaluate(expression, arg):
                return
        except Error as error:
            if "Execution context was destroyed" not in str(error):
                raise
        page.wait_for_timeout(EVERY_MS)
    raise TooLong(f"not within {timeout / 1000:g} s: {expression}")
