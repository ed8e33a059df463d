"""Ground to stand on, and a folder of the test's own for photos."""

import pytest

from tests.grid.people import make_ground


@pytest.fixture
def ground(db, settings, tmp_path):
    """A community and a cell."""
    settings.CASE_FILES = tmp_path / "cases"
    make_ground()
