"""Every test has its own slots and its own folder of files."""

import pytest


@pytest.fixture(autouse=True)
def _own_downloads(settings, tmp_path):
    settings.DOWNLOADS = tmp_path / "downloads"
