"""The staging table of a run: filled by COPY, compared, looked at, read by ``apply_table``.

Each run has a table of its own in the schema ``imports``, the only one in which the site's login
may make tables, and the only tables that it owns. It is UNLOGGED: it costs no
journal, and a crash of the server empties it, which only means that the files, which
are kept, must be read again. It lives until the run is committed or given up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import shapely
from django.db import connection, connections
from django.db.models import Field

from importers.reading.encoding import Encoded
from importers.values.columns import CODE
from spatial.city import city
from spatial.sealed.actions import seal
from spatial.sealed.fields import column_of, sealed_fields
from spatial.versions.logins import SITE, has_site
from spatial.versions.models import VersionedFeature
from spatial.versions.queries import attribute_fields

SCHEMA = "imports"
HELD = '"import_held"'


def open_schema(using: str = "default") -> None:
    """Make the schema of the stages and let the site work in it: after a migrate, as the owner.

    Stages that a restored backup holds are handed back to the site.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        if not has_site(cursor):
            return
        cursor.execute(f"GRANT USAGE, CREATE ON SCHEMA {SCHEMA} TO {SITE}")
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = %s::regnamespace"
            " AND relkind = 'r' AND pg_get_userbyid(relowner) = current_user",
            [SCHEMA],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} OWNER TO {SITE}")


@dataclass(frozen=True)
class Stage:
    """Where a run's rows stand between file and register.

    ``action`` is open, replace or end; a row with ``repair`` is in error, but has a
    proposal that a person may accept. Only ``accepted`` rows are committed.
    """

    run: int

    @property
    def table(self) -> str:
        """The quoted SQL name of the table."""
        return f'{SCHEMA}."stage_{self.run}"'

    @property
    def accepted(self) -> str:
        """What is to be committed, as a relation."""
        return f"(SELECT * FROM {self.table} WHERE accepted)"

    def exists(self, cursor: Any) -> bool:
        """Whether the table is still there."""
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [self.table])
        return cursor.fetchone()[0]

    def create(self, cursor: Any, model: type[VersionedFeature]) -> None:
        """Make the table, and that of the rejected rows: what each still says exists.

        A column that the files do not carry has the register's default, for what is
        opened.
        """
        columns = ", ".join(_definition(cursor, field) for field in attribute_fields(model))
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(f"DROP TABLE IF EXISTS {self.table}, pg_temp.{HELD}")
        cursor.execute(
            f"CREATE UNLOGGED TABLE {self.table} (action text NOT NULL DEFAULT 'open',"
            " accepted boolean NOT NULL DEFAULT true, code text, expected bigint,"
            f" file_number int, row_number int, {columns}) WITH (autovacuum_enabled = off)"
        )
        cursor.execute(
            f"CREATE TEMP TABLE {HELD} (code text, area geometry, file_number int, row_number int)"
            " ON COMMIT DROP"
        )

    def drop(self, cursor: Any) -> None:
        """Remove the table."""
        cursor.execute(f"DROP TABLE IF EXISTS {self.table}")

    def copy(
        self, cursor: Any, encoded: Encoded, model: type[VersionedFeature] | None = None
    ) -> None:
        """Append a batch's good rows; what its bad rows name is held.

        Personal values are sealed for the register of the ``model``.

        Raises:
            SealingError: a key is lost or wrong.
        """
        _hold(cursor, encoded)
        if encoded.data:
            names, data = _sealed(encoded, model)
            quoted = ", ".join(f'"{name}"' for name in names)
            source = BytesIO(data)
            with connection.wrap_database_errors:  # which Django does not do for COPY
                cursor.copy_expert(f"COPY {self.table} ({quoted}) FROM STDIN", source, 1 << 20)


def expect_many(cursor: Any) -> None:
    """Plan for many rows until the end of the transaction.

    An autovacuum that meets the register while a load into it is under way records it
    as empty; nested loops planned on that would run for hours.
    """
    cursor.execute("SET LOCAL enable_nestloop = off")


def _sealed(
    encoded: Encoded, model: type[VersionedFeature] | None
) -> tuple[tuple[str, ...], bytes]:
    """Columns and rows for COPY, with tokens at the end of each row."""
    if not encoded.personal or model is None:
        return encoded.columns, encoded.data
    parts: list[Sequence[str]] = []
    for field in sealed_fields(model):
        if field.name in encoded.personal:
            values = encoded.personal[field.name]
            parts.append(seal(column_of(model, field), encoded.codes, values))
    tokens = ["\t".join(each).encode() for each in zip(*parts, strict=True)]
    rows = encoded.data.split(b"\n")[:-1]
    joined = b"\n".join(map(b"\t".join, zip(rows, tokens, strict=True)))
    names = [field.name for field in sealed_fields(model) if field.name in encoded.personal]
    return (*encoded.columns, *names), joined + b"\n"


def _definition(cursor: Any, field: Field) -> str:
    default = field.get_default()
    clause = cursor.mogrify(" DEFAULT %s", [default]).decode() if default is not None else ""
    return f'"{field.column}" {field.db_type(connection)}{clause}'


def _hold(cursor: Any, encoded: Encoded) -> None:
    """A rejected row is no proof that its feature is gone: keep its code and its place."""
    batch = encoded.batch
    bad = np.flatnonzero(batch.rejected)
    if not len(bad):
        return
    codes = [code or None for code in batch.columns[CODE][bad].tolist()]
    areas: list[bytes | None] = [None] * len(bad)
    if batch.shapes is not None:
        shapes = batch.shapes[bad]
        shapes[np.isin(batch.rows[bad], list(batch.misplaced))] = None
        areas = _places(shapes)
    cursor.execute(
        f"INSERT INTO {HELD} SELECT code, ST_GeomFromWKB(area, %s), %s, number"
        " FROM unnest(%s::text[], %s::bytea[], %s::int[]) AS h(code, area, number)",
        [city().projected, encoded.file, codes, areas, batch.rows[bad].tolist()],
    )


def _places(shapes: np.ndarray) -> list[bytes | None]:
    """Shapes that a rejected row may have, however wrong, as valid ones or none."""
    found = shapes
    found[~np.isfinite(shapely.bounds(found)).all(axis=1)] = None  # none, empty, or nowhere
    crooked = ~shapely.is_valid(found) & ~np.equal(found, None)  # type: ignore[call-overload]
    found[crooked] = shapely.make_valid(found[crooked])
    return shapely.to_wkb(found, output_dimension=2).tolist()
