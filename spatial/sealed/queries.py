"""Reads of the vault: masks, values in full, and where a value stands.

Whoever opens a value answers for its reason and its log: ``layers.reading.personal`` for all
pages (``tests/architecture/test_walls.py`` names the modules that may).
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import connections

from spatial.sealed.errors import BrokenSeal
from spatial.sealed.fields import SealedColumn
from spatial.sealed.keys import INDEX, TOKEN, keyring
from spatial.sealed.rules.formats import Kind, may_name_person
from spatial.sealed.rules.normalising import normalised
from spatial.sealed.rules.sealing import bound_to, decrypt, search_digest, token_of

MOST_FOUND = 200
# In a running text: names have two to four characters, numbers seven digits or more.
NAME_LENGTHS = range(2, 5)
_HAN, _NUMBER = re.compile(r"[㐀-䶿一-鿿𠀀-𲎯·]+"), re.compile(r"\d[\d\s-]{5,40}[\dXx]")


@dataclass(frozen=True)
class SealedPlace:
    """Where a value stands or stood, and how it is masked."""

    register: str
    column: str
    code: str
    token: str
    mask: str


def masks_of(tokens: Iterable[str], using: str = "default") -> dict[str, str]:
    """The masks of tokens; no key is needed.

    A token that the vault does not know has the mask of a value of which nothing is known.
    """
    wanted = sorted({str(token) for token in tokens if token})
    if not wanted:
        return {}
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT token, mask FROM sealed_sealedvalue WHERE token = ANY(%s)", [wanted])
        return dict.fromkeys(wanted, "**") | dict(cursor.fetchall())


def open_values(
    column: SealedColumn, pairs: Sequence[tuple[str, str]], using: str = "default"
) -> list[str]:
    """The values of (code, token) pairs of one column, in order; '' for no token.

    Raises:
        KeyMissing, WrongKey: of a key.
        BrokenSeal: a ciphertext is gone, changed, or another's.
    """
    wanted = [token for _, token in pairs if token]
    if not wanted:
        return [""] * len(pairs)
    ring = keyring(using)
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT token, key_id, ciphertext FROM sealed_sealedvalue WHERE token = ANY(%s)",
            [wanted],
        )
        kept = {token: (key_id, ciphertext) for token, key_id, ciphertext in cursor.fetchall()}
    opened = []
    for code, token in pairs:
        value: str | None = ""
        if token:
            bound = bound_to(column.register, column.name, code)
            key_id, ciphertext = kept.get(token, (0, b""))
            value = decrypt(ring.cipher(key_id), bound, ciphertext) if key_id else None
            if value is None or token_of(ring.key(TOKEN), bound, value) != token:
                raise BrokenSeal(column.register, column.name, code)
        opened.append(value or "")
    return opened


def places_of(
    text: str, columns: Sequence[SealedColumn], most: int = MOST_FOUND, using: str = "default"
) -> list[SealedPlace]:
    """Where a value stands or stood in these columns, by its normalised form; at most so many.

    Raises:
        KeyMissing, WrongKey: of the key of the index.
    """
    kinds = {column.kind for column in columns}
    terms = [(kind, term) for kind in sorted(kinds) if (term := normalised(kind, text))]
    if not terms:
        return []
    key = keyring(using).key(INDEX)
    of_kind = {kind: search_digest(key, kind, term) for kind, term in terms}
    named = [(c.register, c.name, of_kind[c.kind]) for c in columns if c.kind in of_kind]
    registers, names, digests = (list(one) for one in zip(*named, strict=True))
    with connections[using].cursor() as cursor:
        cursor.execute(
            'SELECT v.register, v."column", v.code, v.token, v.mask'
            " FROM unnest(%s::text[], %s::text[], %s::bytea[]) AS s(register, name, digest)"
            " JOIN sealed_blindindex b ON b.digest = s.digest"
            " JOIN sealed_sealedvalue v ON v.token = b.token"
            ' AND (v.register, v."column") = (s.register, s.name)'
            ' ORDER BY v.register, v.code, v."column" LIMIT %s',
            [registers, names, digests, most],
        )
        return [SealedPlace(*row) for row in cursor.fetchall()]


def codes_named_in(
    texts: Collection[str], columns: Sequence[SealedColumn], using: str = "default"
) -> list[tuple[str, str]]:
    """(register, code) pairs of values that stand, in full, within running texts.

    Certificates are left out: a document's number belongs into a reason.
    """
    terms = {term for text in texts for term in _terms_within(text)}
    kinds = {column.kind for column in columns} - {Kind.CERTIFICATE}
    if not terms or not kinds:
        return []
    key = keyring(using).key(INDEX)
    digests = [search_digest(key, kind, term) for kind, term in sorted(terms) if kind in kinds]
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT v.register, v.code FROM sealed_blindindex b"
            " JOIN sealed_sealedvalue v ON v.token = b.token"
            " WHERE b.digest = ANY(%s) AND v.register = ANY(%s)",
            [digests, sorted({column.register for column in columns})],
        )
        return cursor.fetchall()


def _terms_within(text: str) -> Iterable[tuple[Kind, str]]:
    """What of a running text may be a name or a number, normalised."""
    for run in _HAN.findall(text):
        for length in NAME_LENGTHS:
            for start in range(len(run) - length + 1):
                if may_name_person(word := run[start : start + length]):
                    yield Kind.NAME, normalised(Kind.NAME, word)
    for found in _NUMBER.findall(text):
        for kind in (Kind.TELEPHONE, Kind.ID_NUMBER, Kind.ACCOUNT):
            yield kind, normalised(kind, found)
