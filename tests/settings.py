"""The site's settings, with passwords hashed fast, on the tests' own database cluster."""

import os
import subprocess
from base64 import b64encode
from hashlib import sha256
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

# The same keys in every run: what is in a template was sealed with them.
SEALING_KEYS = VAR / "test_keys"  # noqa: F405


def _lay_keys() -> None:
    SEALING_KEYS.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("token-1", "index-1", "vault-1"):
        part, path = SEALING_KEYS / f".{name}.{os.getpid()}", SEALING_KEYS / f"{name}.key"
        part.write_bytes(b64encode(sha256(f"tests {name}".encode()).digest()))
        part.chmod(0o600)
        path.exists() or part.rename(path)
        part.unlink(missing_ok=True)


_lay_keys()
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
