"""The migration that turns a column of plain personal texts into one of tokens.

In batches, each a transaction: ended half-way it goes on with the rows that are plain. The way
back opens what was sealed, as long as the keys are there.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models, transaction
from django.db.migrations.operations.base import Operation

from spatial.sealed.actions import seal
from spatial.sealed.fields import SealedColumn, SealedField
from spatial.sealed.queries import open_values
from spatial.sealed.rules.sealing import MARK, TOKEN_LENGTH, is_token

BATCH = 5_000  # rows
# The guard names its columns and would forbid changing one; it is back after the migrate.
UNGUARD = "DROP TRIGGER IF EXISTS versions_no_edit ON {table}"
IS_TOKEN = "length({0}) = " + str(TOKEN_LENGTH) + " AND starts_with({0}, '" + MARK + "')"
Change = Callable[[SealedColumn, list[str], list[str]], list[str]]


class SealColumns(Operation):
    """Seal columns of one register: ``fields`` are the sealed fields by name.

    For a migration that is not ``atomic``. Until its end the column may hold both; then the
    database refuses all but tokens.
    """

    reduces_to_sql = False

    def __init__(self, model_name: str, fields: Mapping[str, SealedField]) -> None:
        self.model_name, self.fields = model_name, dict(fields)

    def deconstruct(self) -> tuple:
        """As it is written in a migration."""
        return type(self).__name__, [], {"model_name": self.model_name, "fields": self.fields}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The fields are sealed ones from here on."""
        for name, field in self.fields.items():
            state.alter_field(app_label, self.model_name.lower(), name, field, True)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Seal what is plain, and have the database refuse plain texts."""
        using = schema_editor.connection.alias
        model = to_state.apps.get_model(app_label, self.model_name)
        table = _Table(model, [model._meta.get_field(name) for name in self.fields], using)
        table.unguard()
        table.alter("TYPE text")
        table.change(
            "NOT ({is_token})", lambda column, codes, texts: seal(column, codes, texts, using)
        )
        table.refuse_plain_texts()

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Open what is sealed, and forget it."""
        using = schema_editor.connection.alias
        sealed = from_state.apps.get_model(app_label, self.model_name)
        plain = to_state.apps.get_model(app_label, self.model_name)
        table = _Table(sealed, [sealed._meta.get_field(name) for name in self.fields], using)
        table.unguard()
        table.accept_plain_texts()
        table.change(
            "{is_token}",
            lambda column, codes, tokens: open_values(
                column, list(zip(codes, tokens, strict=True)), using
            ),
        )
        for name in self.fields:
            table.alter(
                f"TYPE {plain._meta.get_field(name).db_type(schema_editor.connection)}", name
            )
        table.forget()

    def describe(self) -> str:
        """For who watches the migrate."""
        return f"Seal {', '.join(self.fields)} of {self.model_name}"


class _Table:
    """The table of a register while its columns are sealed or opened."""

    def __init__(self, model: type[models.Model], fields: list[Any], using: str) -> None:
        self.register, self.name = model._meta.label_lower, f'"{model._meta.db_table}"'
        self.fields, self.using = fields, using
        self.connection = transaction.get_connection(using)

    def run(self, sql: str, params: Any = None) -> list[tuple]:
        """Run a statement; returns its rows."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall() if cursor.description else []

    def unguard(self) -> None:
        """Drop the guard against edits until the end of the migrate."""
        self.run(UNGUARD.format(table=self.name))

    def alter(self, what: str, name: str = "") -> None:
        """Alter every column or one."""
        columns = [f.column for f in self.fields if name in ("", f.name)]
        self.run(
            f"ALTER TABLE {self.name} " + ", ".join(f'ALTER COLUMN "{c}" {what}' for c in columns)
        )

    def change(self, pending: str, change: Change) -> None:
        """Change the rows of which a column is ``pending``, batch by batch."""
        columns = [f'"{field.column}"' for field in self.fields]
        tests = [f"{c} <> '' AND {pending.format(is_token=IS_TOKEN.format(c))}" for c in columns]
        select = (
            f"SELECT id, code, {', '.join(columns)} FROM {self.name}"
            f" WHERE id > %s AND ({' OR '.join(f'({test})' for test in tests)})"
            f" ORDER BY id LIMIT {BATCH}"
        )
        last = 0
        while True:
            with transaction.atomic(self.using):
                rows = self.run(select, [last])
                if rows:
                    self._write(rows, change, pending.startswith("NOT"))
            if len(rows) < BATCH:
                break
            last = rows[-1][0]
        if not self.connection.in_atomic_block:
            self.run(f"VACUUM {self.name}")  # of the rows as they were

    def _write(self, rows: list[tuple], change: Change, is_sealing: bool) -> None:
        codes, changed = [row[1] for row in rows], []
        for position, field in enumerate(self.fields, 2):
            column = SealedColumn(self.register, field.column, field.kind)
            old = [row[position] for row in rows]
            wanted = [i for i, text in enumerate(old) if text and is_token(text) != is_sealing]
            new = change(column, [codes[i] for i in wanted], [old[i] for i in wanted])
            for i, text in zip(wanted, new, strict=True):
                old[i] = text
            changed.append(old)
        names = [f'"{field.column}"' for field in self.fields]
        texts = ", ".join(["%s::text[]"] * len(names))
        self.run(
            f"UPDATE {self.name} v SET {', '.join(f'{n} = s.{n}' for n in names)}"
            f" FROM unnest(%s::bigint[], {texts}) AS s(id, {', '.join(names)}) WHERE v.id = s.id",
            [[row[0] for row in rows], *changed],
        )

    def refuse_plain_texts(self) -> None:
        """A constraint for each column; looked through without keeping writers out."""
        self.accept_plain_texts()
        for field in self.fields:
            self.run(
                f'ALTER TABLE {self.name} ADD CONSTRAINT "{self._constraint(field)}"'
                f" CHECK ({field.db_check(self.connection)}) NOT VALID"
            )
            self.run(f'ALTER TABLE {self.name} VALIDATE CONSTRAINT "{self._constraint(field)}"')

    def accept_plain_texts(self) -> None:
        """The columns without their constraints."""
        for field in self.fields:
            self.run(
                f'ALTER TABLE {self.name} DROP CONSTRAINT IF EXISTS "{self._constraint(field)}"'
            )

    def forget(self) -> None:
        """Remove what the vault holds of the columns."""
        params = [self.register, [field.column for field in self.fields]]
        of_these = 'SELECT token FROM sealed_sealedvalue WHERE register = %s AND "column" = ANY(%s)'
        self.run(f"DELETE FROM sealed_blindindex WHERE token IN ({of_these})", params)
        self.run(f"DELETE FROM sealed_sealedvalue WHERE token IN ({of_these})", params)

    def _constraint(self, field: Any) -> str:
        return f"{self.name.strip(chr(34))}_{field.column}_sealed"
