"""The columns of registers that hold tokens in place of personal values."""

from dataclasses import dataclass
from typing import Any

from django.db import models

from spatial.sealed.rules.formats import Kind
from spatial.sealed.rules.sealing import MARK, TOKEN_LENGTH


class ValueToken(str):
    """A token as it was read from a register: it stands for a value that is sealed already."""

    __slots__ = ()


@dataclass(frozen=True)
class SealedColumn:
    """Where sealed values stand, and of which kind they are."""

    register: str
    name: str
    kind: Kind


class SealedField(models.CharField):
    """A personal text: written as a plain one, kept as its token, '' for none.

    ``versions.actions`` seals what is written. ``max_length`` is that of the value; the
    database itself refuses everything but tokens. ``kind`` says how it is masked and found.
    """

    def __init__(self, *args: Any, kind: str = Kind.NAME, **kwargs: Any) -> None:
        self.kind = Kind(kind)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple:
        """The kind is part of the declaration."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "kind": self.kind.value}

    def db_type(self, connection: Any) -> str:
        """Text: the length of a token is the same whatever that of the value may be."""
        return "text"

    def db_check(self, connection: Any) -> str:
        """Nothing but tokens."""
        column = connection.ops.quote_name(self.column)
        is_token = f"length({column}) = {TOKEN_LENGTH} AND starts_with({column}, '{MARK}')"
        return f"{column} = '' OR {is_token}"

    def get_internal_type(self) -> str:
        """A text to forms, imports and schemas."""
        return "CharField"

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        """A token, told from a plain text by its class."""
        return ValueToken(value) if value else value


def sealed_fields(model: type[models.Model]) -> list[SealedField]:
    """The sealed fields of a register."""
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedField)]


def column_of(model: type[models.Model], field: SealedField) -> SealedColumn:
    """Where the values of a sealed field stand."""
    return SealedColumn(model._meta.label_lower, str(field.column), field.kind)
