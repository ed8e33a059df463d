"""Tables whose rows are only ever added: one declaration, held by the database itself.

A model says so by its base, and names the columns that may be set once, later:

    class Entry(AppendOnly):
        set_once: ClassVar = ("closed_by_id",)

From that are made the rights of the site's login (``grants``: no UPDATE, DELETE or TRUNCATE;
UPDATE of the columns that are set once; INSERT without the columns that the database fills, the
number of a row and when it was recorded) and triggers, which refuse the owner as well. A model
that says how it is ``audited`` has each row in the audit (``spatial.audit``) besides.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar

from django.apps import apps
from django.db import models, transaction
from django.db.models.expressions import DatabaseDefault
from django.db.models.functions import Now


@dataclass(frozen=True)
class Audited:
    """How the audit names a row: its kind (or the column of it), and the columns of the rest.

    ``subject`` is a column, or "" for the table itself; ``details`` are columns without
    personal data.
    """

    kind: str = ""
    kind_column: str = ""
    who: str = "who"
    subject: str = ""
    code: str = "id"
    address: str = ""
    details: tuple[str, ...] = ()


class RecordedAt(models.DateTimeField):
    """When a row was added, by the clock of the database; the site cannot choose it."""

    db_returning = True  # known after the insert, as the number of the row is

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"db_default": Now(), "editable": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple:
        """Leave out what every such field has."""
        name, path, args, kwargs = super().deconstruct()
        for each in ("db_default", "editable"):
            kwargs.pop(each, None)
        return name, path, args, kwargs


class AppendOnly(models.Model):
    """Rows that are only ever added.

    ``set_once``: columns (not names of fields) that are NULL at first and may be set once.
    ``expires``: rows that are past their time are deleted; none is edited all the same.
    ``by_owner``: rows are added by functions of the owner's; the site reads them.
    """

    set_once: ClassVar[tuple[str, ...]] = ()
    expires: ClassVar[bool] = False
    by_owner: ClassVar[bool] = False
    audited: ClassVar[Audited | None] = None

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add, never edit."""
        if self.pk and not self._state.adding:
            raise TypeError(f"{type(self).__name__} is only ever added")
        with transaction.atomic(savepoint=False):  # in which the audit learns of the request
            super().save(*args, **kwargs)

    def _do_insert(
        self, manager: Any, using: str, fields: Any, returning_fields: Any, raw: bool
    ) -> Any:
        """Name no column that is left to the database: even its DEFAULT takes the right to it."""
        fields = [field for field in fields if not self._is_left(field)]
        return super()._do_insert(manager, using, fields, returning_fields, raw)  # type: ignore[misc]

    def _is_left(self, field: Any) -> bool:
        value = getattr(self, field.attname)
        return isinstance(field, RecordedAt) and isinstance(value, DatabaseDefault)


def append_only_models() -> list[type[AppendOnly]]:
    """Every concrete model whose rows are only added, in a stable order."""
    found = [model for model in apps.get_models() if issubclass(model, AppendOnly)]
    return sorted(found, key=lambda model: model._meta.label_lower)


FUNCTION = """
CREATE OR REPLACE FUNCTION append_only_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = '23514';
END $body$;
"""

EDIT = """
CREATE OR REPLACE TRIGGER append_only_edit BEFORE UPDATE OF {columns} ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION append_only_refuse();
CREATE OR REPLACE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION append_only_refuse();
"""

DELETE = """
CREATE OR REPLACE TRIGGER append_only_delete BEFORE DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION append_only_refuse();
"""

ONCE = """
CREATE OR REPLACE TRIGGER append_only_once BEFORE UPDATE OF {columns} ON {table}
    FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION append_only_refuse();
"""


def append_only_sql(model: type[AppendOnly], present: Collection[str]) -> str:
    """The triggers of one table; ``present`` are the columns that it has now."""
    table = f'"{model._meta.db_table}"'
    fixed = sorted(set(present) - set(model.set_once))
    once = sorted(set(present) & set(model.set_once))
    sql = EDIT.format(table=table, columns=", ".join(f'"{name}"' for name in fixed))
    if not model.expires:
        sql += DELETE.format(table=table)
    if once:
        changed = " OR ".join(
            f'OLD."{name}" IS NOT NULL AND NEW."{name}" IS DISTINCT FROM OLD."{name}"'
            for name in once
        )
        columns = ", ".join(f'"{name}"' for name in once)
        sql += ONCE.format(table=table, columns=columns, changed=changed)
    return sql
