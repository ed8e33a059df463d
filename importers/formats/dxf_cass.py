"""What CASS, the surveyors' drawing program, means by layers and extended data.

The lists are in ``data/cad/cass_layers.csv`` for a city to correct: kind ``layer`` gives a
layer's meaning; kind ``xdata`` a code (the first string under the application name SOUTH)
with its meaning, the geometry that bears it (点, 线, 面), and what the strings after the
code are, joined by ``|``. Status ``memory`` means: not yet seen in a published document.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LISTS = Path(__file__).resolve().parents[2] / "data" / "cad" / "cass_layers.csv"
APPID = "SOUTH"
CODE, ALL = "CASS编码", "扩展属性"
_APP, _BRACE, _BINARY, _TEXT = 1001, 1002, 1004, 1000  # Autodesk DXF Reference, extended data


@dataclass(frozen=True)
class CassKind:
    """Objects of one code: its name as a table, the geometry, the strings after the code."""

    code: str
    name: str
    family: str
    fields: tuple[str, ...]


@cache
def _rows() -> tuple[Mapping[str, str], ...]:
    with LISTS.open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


@cache
def kinds() -> Mapping[str, CassKind]:
    """What is known of codes in extended data, by code."""
    return {
        row["name"]: CassKind(
            row["name"],
            row["meaning"],
            row["family"],
            tuple(filter(None, row["fields"].split("|"))),
        )
        for row in _rows()
        if row["kind"] == "xdata"
    }


@cache
def _meanings() -> Mapping[str, str]:
    return {row["name"].casefold(): row["meaning"] for row in _rows() if row["kind"] == "layer"}


def meaning(layer: str) -> str:
    """What a layer holds, in Chinese; '' where it is not known.

    >>> meaning("jmd"), meaning("我的图层")
    ('居民地', '')
    """
    return _meanings().get(layer.casefold(), "")


def columns() -> tuple[str, ...]:
    """The columns that extended data fill, whatever the file."""
    named = dict.fromkeys(name for kind in kinds().values() for name in kind.fields)
    return (CODE, *named, ALL)


def code_of(entity: Any) -> str:
    """The CASS code of an ezdxf entity; '' without one."""
    return next(iter(_strings(entity)), "")


def values(entity: Any) -> dict[str, str | None]:
    """The extended data of an ezdxf entity by column: nothing is left out but braces.

    扩展属性 of two applications looks like ``SOUTH:300000|12; OTHER:1.5``.
    """
    if not entity.xdata:
        return {}
    strings = _strings(entity)
    found: dict[str, str | None] = {CODE: strings[0] or None} if strings else {}
    if strings and (kind := kinds().get(strings[0])):
        found.update({n: s or None for n, s in zip(kind.fields, strings[1:], strict=False)})
    parts = []
    for appid, tags in entity.xdata.data.items():
        inside = [_shown(tag) for tag in tags if tag.code not in (_APP, _BRACE)]
        parts.append(f"{appid}:{'|'.join(inside)}")
    return {**found, ALL: "; ".join(parts) or None}


def _strings(entity: Any) -> list[str]:
    if not entity.xdata or APPID not in entity.xdata.data:
        return []
    return [str(tag.value).strip() for tag in entity.xdata.data[APPID] if tag.code == _TEXT]


def _shown(tag: Any) -> str:
    if tag.code == _BINARY:
        return bytes(tag.value).hex()
    if isinstance(tag.value, str | int | float):
        return str(tag.value)
    return " ".join(str(ordinate) for ordinate in tag.value)  # a point
