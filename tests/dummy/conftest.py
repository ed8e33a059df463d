"""Tests of this folder belong to the run whose settings install its app."""

from django.conf import settings

if "tests.dummy" not in settings.INSTALLED_APPS:
    collect_ignore_glob = ["*.py"]
