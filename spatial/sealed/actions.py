"""Writes of the vault: values are sealed, and sealed anew where they are carried to another code."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connections
from django.db.models import Model

from spatial.sealed.fields import SealedColumn, ValueToken, column_of, sealed_fields
from spatial.sealed.keys import INDEX, TOKEN, Keyring, keyring
from spatial.sealed.queries import open_values
from spatial.sealed.rules.formats import mask
from spatial.sealed.rules.normalising import search_terms
from spatial.sealed.rules.sealing import bound_to, encrypt, search_digest, token_of

ROWS = 20_000  # in one statement
# What seals takes this lock together with others, what forgets takes it alone.
LOCK = 1_414_743_380

KEEP = """
INSERT INTO sealed_sealedvalue (token, register, "column", code, ciphertext, key_id, mask)
SELECT s.token, %s, %s, s.code, decode(s.ciphertext, 'hex'), %s, s.mask
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS s(token, code, ciphertext, mask)
ON CONFLICT DO NOTHING
"""
INDEX_THEM = """
INSERT INTO sealed_blindindex (token, digest)
SELECT s.token, decode(s.digest, 'hex') FROM unnest(%s::text[], %s::text[]) AS s(token, digest)
ON CONFLICT DO NOTHING
"""


def seal(
    column: SealedColumn, codes: Sequence[str], values: Sequence[str], using: str = "default"
) -> list[str]:
    """Seal values of one column, each of its code; returns the tokens, '' for ''.

    In the caller's transaction. What the vault holds already is not written again.

    Raises:
        KeyMissing, WrongKey: of a key.
    """
    tokens: list[str] = []
    for start in range(0, len(codes), ROWS):
        part = slice(start, start + ROWS)
        tokens += _seal_part(column, codes[part], values[part], using)
    return tokens


def seal_rows(
    model: type[Model], rows: Sequence[Mapping[str, Any]], using: str = "default"
) -> Sequence[Mapping[str, Any]]:
    """Rows of a register with their personal values sealed; each has its ``code``.

    A row may carry the token of another code, as the parts of a parcel do; its value is then
    sealed for the row's own.
    """
    for field in sealed_fields(model):
        column, name = column_of(model, field), str(field.column)
        valued = [row for row in rows if row.get(name)]
        if valued:
            values = [row[name] for row in valued]
            tokens = _tokens(column, [row["code"] for row in valued], values, using)
            changed = {id(row): token for row, token in zip(valued, tokens, strict=True)}
            rows = [{**row, name: changed[id(row)]} if id(row) in changed else row for row in rows]
    return rows


def _tokens(
    column: SealedColumn, codes: Sequence[str], values: Sequence[str], using: str
) -> list[str]:
    """Tokens of values, some of which are tokens already."""
    found = list(values)
    homes = _homes({value for value in values if isinstance(value, ValueToken)}, using)
    strange = [
        i
        for i, (code, value) in enumerate(zip(codes, values, strict=True))
        if isinstance(value, ValueToken)
        and homes.get(value) != (column.register, column.name, code)
    ]
    by_column: dict[SealedColumn, list[tuple[int, str]]] = defaultdict(list)
    for i in strange:
        register, name, code = homes.get(values[i], (column.register, column.name, codes[i]))
        by_column[SealedColumn(register, name, column.kind)].append((i, code))
    for home, places in by_column.items():  # a query for each column, however many rows
        opened = open_values(home, [(code, values[i]) for i, code in places], using)
        for (i, _), value in zip(places, opened, strict=True):
            found[i] = value
    fresh = [i for i, value in enumerate(found) if not isinstance(value, ValueToken)]
    sealed = seal(column, [codes[i] for i in fresh], [found[i] for i in fresh], using)
    for i, token in zip(fresh, sealed, strict=True):
        found[i] = token
    return [str(token) for token in found]


def _homes(tokens: set[str], using: str) -> dict[str, tuple[str, str, str]]:
    """Register, column and code of tokens, by the vault."""
    if not tokens:
        return {}
    with connections[using].cursor() as cursor:
        cursor.execute(
            'SELECT token, register, "column", code FROM sealed_sealedvalue WHERE token = ANY(%s)',
            [[str(token) for token in tokens]],
        )
        return {token: (register, name, code) for token, register, name, code in cursor.fetchall()}


def _seal_part(
    column: SealedColumn, codes: Sequence[str], values: Sequence[str], using: str
) -> list[str]:
    if not any(values):
        return [""] * len(values)
    ring = keyring(using)
    key = ring.key(TOKEN)
    tokens, places = [], {}
    for code, value in zip(codes, values, strict=True):
        token = ""
        if value:
            bound = bound_to(column.register, column.name, code)
            token = token_of(key, bound, value)
            places[token] = (bound, code, value)
        tokens.append(token)
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
        cursor.execute("SELECT token FROM sealed_sealedvalue WHERE token = ANY(%s)", [list(places)])
        for (token,) in cursor.fetchall():
            del places[token]
        if places:  # in the order of the index
            _keep(cursor, ring, column, dict(sorted(places.items())))
    return tokens


def _keep(
    cursor: Any,
    ring: Keyring,
    column: SealedColumn,
    places: Mapping[str, tuple[bytes, str, str]],
) -> None:
    """Encrypt values and write them with their masks and search digests, by token."""
    cipher, index, kind = ring.cipher(ring.newest), ring.key(INDEX), column.kind
    masks: dict[str, str] = {}
    terms: dict[str, list[str]] = defaultdict(list)
    for _, _, value in places.values():
        if value not in masks:  # one owner has many houses
            masks[value] = mask(kind, value)
            terms[value] = [search_digest(index, kind, t).hex() for t in search_terms(kind, value)]
    sealed = [encrypt(cipher, bound, value).hex() for bound, _, value in places.values()]
    listed = [
        list(places),
        [code for _, code, _ in places.values()],
        sealed,
        [masks[value] for _, _, value in places.values()],
    ]
    cursor.execute(KEEP, [column.register, column.name, ring.newest, *listed])
    found = sorted((d, token) for token, (_, _, value) in places.items() for d in terms[value])
    cursor.execute(INDEX_THEM, [[token for _, token in found], [d for d, _ in found]])
