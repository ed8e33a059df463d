"""The site's settings, with passwords hashed fast, on the tests' own database cluster."""

import os
import subprocess
from pathlib import Path


def _start_cluster() -> str:
    """Start the tests' cluster, unless it runs; returns its address."""
    script = Path(__file__).resolve().parents[1] / "script" / "database"
    subprocess.run([script, "--tests", "start"], check=True)
    return subprocess.check_output([script, "--tests", "url"], text=True).strip()


# Set by script/test, by whoever has a server of their own, and for the workers.
if not os.environ.get("DATABASE_URL"):
    os.environ["DATABASE_URL"] = _start_cluster()

from webmap.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
