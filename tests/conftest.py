"""Shared fixtures: the database is a real PostGIS, made once per worker."""

import pytest

from tests.caches import forget_everything
from tests.rules import let_codes_be_short

let_codes_be_short()


@pytest.fixture(autouse=True)
def fresh_caches():
    """Revisions taken back by a rollback come again; what was cached under them must not."""
    forget_everything()
