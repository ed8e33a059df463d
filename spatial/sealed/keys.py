"""The keys of sealed values: files outside the database, each 32 bytes in base64, mode 0600.

``token-1.key`` makes tokens, ``index-1.key`` search digests; both stand for ever, since the
registers hold what they made. ``vault-N.key`` encrypt: several live at once, the newest
encrypts. The database keeps a check value of each, so that a wrong key is named before
anything is written with it.
"""

import hmac
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connections

from spatial.sealed.errors import KeyMissing, WrongKey
from spatial.sealed.rules.sealing import KEY_BYTES

TOKEN, INDEX = "token-1", "index-1"  # noqa: S105  (names of keys)
_VAULT = re.compile(r"vault-([1-9]\d*)")
_checked: set[tuple[str, "Keyring"]] = set()


@dataclass(frozen=True)
class Keyring:
    """The keys that are there, by name."""

    folder: Path
    keys: tuple[tuple[str, bytes], ...]

    @cached_property
    def _by_name(self) -> Mapping[str, bytes]:
        return dict(self.keys)

    @cached_property
    def _ciphers(self) -> Mapping[int, AESGCM]:
        return {
            int(found[1]): AESGCM(key)
            for name, key in self.keys
            if (found := _VAULT.fullmatch(name))
        }

    def key(self, name: str) -> bytes:
        """A key by its name.

        Raises:
            KeyMissing: it is not there.
        """
        if name not in self._by_name:
            raise KeyMissing(f"{name}.key", self.folder)
        return self._by_name[name]

    @property
    def newest(self) -> int:
        """The number of the key that encrypts.

        Raises:
            KeyMissing: there is none.
        """
        if not self._ciphers:
            raise KeyMissing("vault-1.key", self.folder)
        return max(self._ciphers)

    def cipher(self, number: int) -> AESGCM:
        """The cipher of a key of the vault.

        Raises:
            KeyMissing: it is not there.
        """
        if number not in self._ciphers:
            raise KeyMissing(f"vault-{number}.key", self.folder)
        return self._ciphers[number]


def folder() -> Path:
    """Where the keys lie."""
    return Path(settings.SEALING_KEYS)


def keyring(using: str = "default") -> Keyring:
    """The keys, held against the check values of the database.

    Files that come or go are seen by the next call.

    Raises:
        KeyMissing: one that the database knows is not there.
        WrongKey: one is another than the database knows, or no key at all.
    """
    place = folder()
    found = _read(place, _listing(place))
    known = (connections[using].settings_dict["NAME"], found)
    if known not in _checked and not _note(found, using):
        _checked.add(known)
    return found


def make_key(name: str) -> Path:
    """Make a key that is not there yet; whole or not at all.

    Raises:
        FileExistsError: it is there.
    """
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, part = place / f"{name}.key", place / f".{name}.{os.getpid()}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(b64encode(os.urandom(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)  # which refuses what is there
    finally:
        part.unlink()
    return path


def check_value(key: bytes) -> str:
    """What tells a key from others and nothing of it."""
    return hmac.digest(key, b"tujing sealing key", "sha256").hex()[:32]


def _listing(place: Path) -> tuple[tuple[str, int, int], ...]:
    if not place.is_dir():
        return ()
    with os.scandir(place) as entries:
        found = [(e.name, e.stat().st_mtime_ns, e.stat().st_size) for e in entries]
    return tuple(sorted(row for row in found if row[0].endswith(".key")))


@lru_cache(maxsize=8)
def _read(place: Path, listing: tuple[tuple[str, int, int], ...]) -> Keyring:
    return Keyring(place, tuple((name[:-4], _key_in(place / name)) for name, *_ in listing))


def _key_in(path: Path) -> bytes:
    try:
        key = b64decode(path.read_text().strip(), validate=True)
    except (OSError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise WrongKey(path.name, path.parent)
    return key


def note_keys(using: str = "default", **_: Any) -> None:
    """After a migrate: hold the keys that are there against the database's, or note them.

    Raises:
        KeyMissing, WrongKey: of a key.
    """
    if _listing(folder()):
        keyring(using)


def _note(ring: Keyring, using: str) -> bool:
    """Hold the keys against the database's check values, and note those that it has not seen.

    A key of the vault that is not there is missed only by the values that it sealed. Returns
    whether any was noted, which the transaction may yet take back.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT name, check_value FROM sealed_sealingkey")
        known = dict(cursor.fetchall())
        for name in (TOKEN, INDEX):
            ring.key(name)
        for name, key in ring.keys:
            if known.get(name, check_value(key)) != check_value(key):
                raise WrongKey(f"{name}.key", ring.folder)
        if fresh := [(name, check_value(key)) for name, key in ring.keys if name not in known]:
            cursor.execute(
                "INSERT INTO sealed_sealingkey (name, check_value)"
                " SELECT name, value FROM unnest(%s::text[], %s::text[]) AS k(name, value)"
                " ON CONFLICT DO NOTHING",
                [[name for name, _ in fresh], [value for _, value in fresh]],
            )
    return bool(fresh)
