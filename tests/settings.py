"""The site's settings, with passwords hashed fast, on the tests' own database cluster."""

import os
import subprocess
from pathlib import Path


def _start_cluster() -> dict[str, str]:
    """Start the tests' cluster, unless it runs; returns the addresses of its site and owner."""
    script = Path(__file__).resolve().parents[1] / "script" / "database"
    subprocess.run([script, "--tests", "start"], check=True)
    return {
        name: subprocess.check_output([script, "--tests", word], text=True).strip()
        for name, word in (("DATABASE_URL", "url"), ("OWNER_DATABASE_URL", "owner-url"))
    }


# Set by script/test, by whoever has a server of their own, and for the workers.
if not os.environ.get("DATABASE_URL"):
    os.environ |= _start_cluster()

from webmap.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
