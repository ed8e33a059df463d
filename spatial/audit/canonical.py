"""The one text of a row that is hashed: PostgreSQL's own text of a record, settings pinned.

A digest must come out the same years later, whoever reads: time zone, date style and the
digits of floats are therefore set where digests are made (in functions) and compared.
"""

from collections.abc import Iterable

PINNED = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "extra_float_digits": "1",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
}
PINS = "SET search_path = pg_catalog, public, pg_temp " + " ".join(
    f"SET {name} = '{value}'" for name, value in PINNED.items()
)
SET_LOCAL = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in PINNED.items())
# What a seal's hash is over, ``{prev}`` being the hash of the seal before, ``s`` the seal.
LINKED = (
    "id",
    "sealed_at",
    "event_id",
    "event_at",
    "event_shape_id",
    "event_hash",
    "source",
    "source_id",
    "shape_id",
    "digest",
)


def digest_sql(columns: Iterable[str], alias: str) -> str:
    """The SHA-256, in hex, of these columns of a row.

    >>> digest_sql(["id", "who"], "r")
    'encode(sha256(convert_to(ROW(r."id", r."who")::text, \\'UTF8\\')), \\'hex\\')'
    """
    return _sha256(", ".join(f'{alias}."{column}"' for column in columns))


def link_sql(before: str, alias: str) -> str:
    """The hash of a seal, ``before`` being an expression for that of the seal before."""
    return _sha256(", ".join([before, *(f"{alias}.{column}" for column in LINKED)]))


def _sha256(values: str) -> str:
    return f"encode(sha256(convert_to(ROW({values})::text, 'UTF8')), 'hex')"
