"""The procedure that these tests work, and browsers of those who have a part in it."""

import pytest
from django.contrib.auth.models import User

from tests.webmap.matters.permits import Desk, make_known, make_people


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """The site knows the procedure."""
    make_known(monkeypatch)


@pytest.fixture
def people(db):
    """A browser for each account, by name."""
    make_people()
    found = {}
    for user in User.objects.filter(is_superuser=False):
        found[user.username] = Desk()
        found[user.username].force_login(user)
    return found
