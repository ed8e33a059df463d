"""The staging table of an import: filled by COPY, read by ``versions.apply_table``."""

from io import BytesIO
from typing import Any

import numpy as np
import shapely
from django.db import connection
from django.db.models import Field

from importers.encoding import Encoded
from importers.phases.batch import Batch
from importers.phases.columns import CODE
from spatial.city import city
from spatial.versions.models import VersionedFeature
from spatial.versions.queries import attribute_fields

STAGE = '"import_stage"'
HELD = '"import_held"'


def create_stage(cursor: Any, model: type[VersionedFeature]) -> None:
    """Make the staging table, and that of what a rejected row still says exists.

    Temporary tables live in the session's own memory and write no log. A column that
    the files do not carry has the register's default, for what is opened.
    """
    columns = ", ".join(_definition(cursor, field) for field in attribute_fields(model))
    cursor.execute("SET LOCAL work_mem = '256MB'")
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{STAGE}, pg_temp.{HELD}")
    cursor.execute(
        f"CREATE TEMP TABLE {STAGE} (action text NOT NULL DEFAULT 'open', code text,"
        f" expected bigint, file_number int, row_number int, {columns}) ON COMMIT DROP"
    )
    cursor.execute(f"CREATE TEMP TABLE {HELD} (code text, area geometry) ON COMMIT DROP")


def _definition(cursor: Any, field: Field) -> str:
    default = field.get_default()
    clause = cursor.mogrify(" DEFAULT %s", [default]).decode() if default is not None else ""
    return f'"{field.column}" {field.db_type(connection)}{clause}'


def expect_many(cursor: Any) -> None:
    """Plan for many rows until the end of the transaction.

    An autovacuum that meets the register while a load into it is under way records it
    as empty; nested loops planned on that would run for hours.
    """
    cursor.execute("SET LOCAL enable_nestloop = off")


def copy_rows(cursor: Any, encoded: Encoded) -> None:
    """Append a batch's good rows; what its bad rows name is held."""
    _hold(cursor, encoded.batch)
    if encoded.data:
        quoted = ", ".join(f'"{name}"' for name in encoded.columns)
        cursor.copy_expert(f"COPY {STAGE} ({quoted}) FROM STDIN", BytesIO(encoded.data), 1 << 20)


def _hold(cursor: Any, batch: Batch) -> None:
    """A rejected row is no proof that its feature is gone: keep its code, or its place."""
    bad = np.flatnonzero(batch.rejected)
    if not len(bad):
        return
    codes = [code or None for code in batch.columns[CODE][bad].tolist()]
    boxes = np.full((len(bad), 4), np.nan)
    if batch.shapes is not None:
        boxes = shapely.bounds(batch.shapes[bad])
    held = [
        (code, *(box if np.isfinite(box).all() else [None] * 4))
        for code, box in zip(codes, boxes.tolist(), strict=True)
    ]
    cursor.execute(
        f"INSERT INTO {HELD} SELECT code, ST_MakeEnvelope(x1, y1, x2, y2, %s)"
        " FROM unnest(%s::text[], %s::float8[], %s::float8[], %s::float8[], %s::float8[])"
        " AS h(code, x1, y1, x2, y2)",
        [city().projected, *(list(column) for column in zip(*held, strict=True))],
    )
