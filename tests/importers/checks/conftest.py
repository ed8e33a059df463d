"""Here the rules are those of the product, on codes too."""

import pytest

from importers.checks import catalogue


@pytest.fixture(autouse=True)
def shipped_rules(monkeypatch):
    monkeypatch.delenv("CHECK_RULES", raising=False)
    catalogue.rules.cache_clear()
    yield
    catalogue.rules.cache_clear()
