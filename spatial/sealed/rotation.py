"""A new key for the vault: every ciphertext is written anew, no version and no token is.

In batches, each a transaction, while others read and write: the keys live side by side. Ended
half-way, the next call goes on.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connections, transaction

from spatial.sealed.errors import BrokenSeal
from spatial.sealed.keys import TOKEN, Keyring, keyring, make_key
from spatial.sealed.rules.sealing import bound_to, decrypt, encrypt, token_of

BATCH = 5_000  # values in one transaction
SELECT = f"""
SELECT token, register, "column", code, key_id, ciphertext FROM sealed_sealedvalue
WHERE key_id <> %s AND token > %s ORDER BY token LIMIT {BATCH} FOR UPDATE
"""
UPDATE = """
UPDATE sealed_sealedvalue v SET ciphertext = decode(s.ciphertext, 'hex'), key_id = %s
FROM unnest(%s::text[], %s::text[]) AS s(token, ciphertext) WHERE v.token = s.token
"""


def sealed_by(using: str = "default") -> dict[int, int]:
    """How many values each key of the vault has sealed, by its number."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT key_id, count(*) FROM sealed_sealedvalue GROUP BY key_id ORDER BY 1")
        return dict(cursor.fetchall())


def make_next_key(using: str = "default") -> int:
    """Make the next key of the vault, which encrypts from now on; returns its number."""
    number = keyring(using).newest + 1
    make_key(f"vault-{number}")
    keyring(using)  # its check value is noted
    return number


def is_rotating(using: str = "default") -> bool:
    """Whether values are still sealed by an older key than the newest."""
    return any(number != keyring(using).newest for number in sealed_by(using))


def rewrite(using: str = "default", progress: Callable[[int], Any] = int) -> int:
    """Write with the newest key what older ones have sealed; returns how many values.

    ``progress`` is called after each batch with the number so far.

    Raises:
        KeyMissing: an older key is not there any more.
        BrokenSeal: a ciphertext was changed, or is another's; those before it are rewritten.
    """
    newest, total, last = keyring(using).newest, 0, ""
    while True:
        with transaction.atomic(using), connections[using].cursor() as cursor:
            cursor.execute(SELECT, [newest, last])
            rows = cursor.fetchall()
            if rows:
                fresh = list(_encrypted_anew(keyring(using), newest, rows))
                cursor.execute(UPDATE, [newest, [row[0] for row in rows], fresh])
        if not rows:
            return total
        total, last = total + len(rows), rows[-1][0]
        progress(total)


def _encrypted_anew(ring: Keyring, newest: int, rows: list[tuple]) -> Iterator[str]:
    cipher, key = ring.cipher(newest), ring.key(TOKEN)
    for token, register, column, code, key_id, ciphertext in rows:
        bound = bound_to(register, column, code)
        value = decrypt(ring.cipher(key_id), bound, ciphertext)
        if value is None or token_of(key, bound, value) != token:
            raise BrokenSeal(register, column, code)
        yield encrypt(cipher, bound, value).hex()
