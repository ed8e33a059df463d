"""The columns of a table of features: which ones a query wants, and what each holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from layers.ogc.common.requests import MOMENTS, ItemsQuery
from layers.reading.shares import Share

CODE_LENGTH = 40
TITLES = {"code": "编码", "valid_from": "生效时间", "valid_to": "终止时间"}


@dataclass(frozen=True)
class PropertyColumn:
    """One property as a column: ``kind`` is its JSON type, ``sql`` its value in the database."""

    name: str
    kind: str
    title: str
    sql: str
    length: int = 0


def columns_of(share: Share, query: ItemsQuery) -> tuple[PropertyColumn, ...]:
    """The properties that a query wants, named and ordered as in its features."""
    every = ("code", *(field.name for field in share.fields), *MOMENTS)
    return tuple(_column(share, name) for name in (every if query.names is None else query.names))


def has_geometry(share: Share, query: ItemsQuery) -> bool:
    """Whether the answer has a place for shapes."""
    return bool(share.layer.geometry) and query.with_geometry


def text_sql(column: PropertyColumn, *, guard: bool = False) -> str:
    """The expression that writes a value as a cell of CSV: empty if there is none.

    ``guard``: a text that a spreadsheet would take for a formula gets an apostrophe
    before it. Texts are always in quotes, so that an empty one differs from none.
    """
    if column.kind == "date-time":
        return f"coalesce(to_json({column.sql})#>>'{{}}','')"
    if column.kind == "number":
        plain = f"nullif(nullif(nullif({column.sql},'NaN'),'Infinity'),'-Infinity')"
        return f"coalesce({plain}::text,'')"
    if column.kind != "string":
        return f"coalesce(({column.sql})::text,'')"
    value = column.sql
    if guard:
        risky = "'=', '+', '-', '@', E'\\t', E'\\r'"
        value = f"CASE WHEN left({value},1) IN ({risky}) THEN ''''||{value} ELSE {value} END"
    return f"coalesce('\"'||replace({value},'\"','\"\"')||'\"','')"


def row_sql(cells: Iterable[str], end: str) -> str:
    """The expression that joins cells to a line."""
    return "||','||".join(cells) + f"||E'{end}'"


def _column(share: Share, name: str) -> PropertyColumn:
    if name == "code":
        return PropertyColumn(name, "string", TITLES[name], "code", CODE_LENGTH)
    if name in MOMENTS:
        return PropertyColumn(name, "date-time", TITLES[name], MOMENTS[name])
    layer = share.layer
    declared = layer.column(name)
    length = getattr(declared, "max_length", None) or 0
    sql = f'"{declared.column}"'
    return PropertyColumn(name, layer.json_type(name), layer.title_of(name), sql, length)
