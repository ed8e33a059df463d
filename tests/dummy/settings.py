"""The settings of the tests, with the app of this folder installed; a database of its own."""

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.dummy"]
DATABASES["default"].setdefault("TEST", {})["NAME"] = "test_city_dummy"
