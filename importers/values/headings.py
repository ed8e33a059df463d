"""Headers become register fields: by field name, Chinese title, or a source's synonyms."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from importers.values.columns import CODE, CODE_COLUMN, Column

DBF_NAME_BYTES = 10  # a shapefile cuts its column names here, through Chinese characters too
_REMARK = re.compile(r"[(（【\[].*?[)）】\]]")


def match_columns(
    headers: Sequence[str],
    columns: Iterable[Column],
    synonyms: Mapping[str, str] | None = None,
    code_field: str = "",
) -> dict[str, str]:
    """Which header carries which field: field name → header.

    The first rule that fits wins: ``code_field`` for the code, a synonym (header →
    field), the field's name, its title with or without the unit, and last a header
    that a shapefile has cut, if only one field can be meant.

    >>> match_columns(["编码", "高度"], [Column("height_m", "高度（米）", "number")])
    {'code': '编码', 'height_m': '高度'}
    """
    wanted = [CODE_COLUMN, *columns]
    found: dict[str, str] = {CODE: code_field} if code_field else {}
    for rule in (_by_synonym(synonyms or {}), _by_name, _by_title, _by_cut_name(wanted)):
        for header in headers:
            if header in found.values():
                continue
            fits = [c.name for c in wanted if c.name not in found and rule(header, c)]
            if len(fits) == 1:
                found[fits[0]] = header
    return found


def plain(header: str) -> str:
    """A header without width, case, spaces and bracketed remarks."""
    text = unicodedata.normalize("NFKC", header)
    return _REMARK.sub("", text).replace(" ", "").strip().casefold()


def _by_synonym(synonyms: Mapping[str, str]):
    field_of = {plain(header): field for header, field in synonyms.items()}
    return lambda header, column: field_of.get(plain(header)) == column.name


def _by_name(header: str, column: Column) -> bool:
    return header.strip().casefold() == column.name


def _by_title(header: str, column: Column) -> bool:
    return header.strip() == column.title or plain(header) == plain(column.title)


def _by_cut_name(wanted: Sequence[Column]):
    def rule(header: str, column: Column) -> bool:
        return _may_be_cut(header, column) and sum(_may_be_cut(header, c) for c in wanted) == 1

    return rule


def _may_be_cut(header: str, column: Column) -> bool:
    for encoding in ("utf-8", "gb18030"):
        if len(header.encode(encoding)) not in (DBF_NAME_BYTES, DBF_NAME_BYTES - 1):
            continue
        if any(name.startswith(header) and name != header for name in (column.name, column.title)):
            return True
    return False
