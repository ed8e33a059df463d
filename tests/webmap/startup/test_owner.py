"""The owner's login is of the database that the site works in, or is refused."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured

from webmap import settings

OWNER = "postgresql://owner:geheim@db/city"


def test_an_owner_without_a_site_is_refused(monkeypatch):
    env = SimpleNamespace(OWNER_DATABASE_URL=OWNER, DATABASE_URL=None)
    monkeypatch.setattr(settings, "env", env)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL") as refused:
        settings.OWNER_DATABASE()
    assert "geheim" not in str(refused.value)


def test_one_login_for_both_has_no_owner_apart(monkeypatch):
    env = SimpleNamespace(OWNER_DATABASE_URL=None, DATABASE_URL=OWNER)
    monkeypatch.setattr(settings, "env", env)
    assert settings.OWNER_DATABASE() is None
