"""Tokens, ciphertexts and search digests of personal values. Pure: keys are parameters.

A token stands in the register for a value: the same for the same value of one column of one
code, so that the database compares versions by it; it tells nothing of the value. A ciphertext
is bound to register, column and code, never to a version. Texts are joined by NUL, which no
text of the database holds.
"""

import hmac
import os
from base64 import urlsafe_b64encode
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK = "seal:"
TOKEN_LENGTH = len(MARK) + 43
KEY_BYTES, NONCE_BYTES = 32, 12
BLOCK = 16  # bytes: a ciphertext tells the length of its value only by so much


def bound_to(register: str, column: str, code: str) -> bytes:
    r"""What a ciphertext is bound to.

    >>> bound_to("parcels.parcel", "right_holder", "P1")
    b'parcels.parcel\x00right_holder\x00P1'
    """
    return f"{register}\0{column}\0{code}".encode()


def token_of(key: bytes, bound: bytes, value: str) -> str:
    """The token of a value: 48 characters."""
    found = hmac.digest(key, bound + b"\0" + value.encode(), "sha256")
    return MARK + urlsafe_b64encode(found)[:-1].decode()


def is_token(text: str) -> bool:
    """Whether a text has the form of a token."""
    return len(text) == TOKEN_LENGTH and text.startswith(MARK)


def encrypt(cipher: AESGCM, bound: bytes, value: str) -> bytes:
    """Nonce and ciphertext of a value."""
    text = value.encode()
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, text + b"\0" * (-len(text) % BLOCK), bound)


def decrypt(cipher: AESGCM, bound: bytes, sealed: Any) -> str | None:
    """The value of nonce and ciphertext; None where they are not of this key and binding."""
    sealed = bytes(sealed)
    try:
        return (
            cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound).rstrip(b"\0").decode()
        )
    except (InvalidTag, ValueError):
        return None


def search_digest(key: bytes, kind: str, term: str) -> bytes:
    r"""The digest under which a normalised term of a kind is found.

    >>> search_digest(bytes(range(32)), "id_number", "11010519491231002X").hex()
    '474b6407d98e39ed36d44dad79508c1a6c074320af99574bb210f02769e6bca8'
    """
    return hmac.digest(key, f"{kind}\0{term}".encode(), "sha256")
