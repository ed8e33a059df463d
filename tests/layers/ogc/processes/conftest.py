"""Executions hold their slots in a file of the test's own."""

import pytest


@pytest.fixture(autouse=True)
def _slots(settings, tmp_path):
    settings.DOWNLOADS = tmp_path / "downloads"
