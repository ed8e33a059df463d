"""The head of a VCT file, its feature codes and table structures.

GB/T 17798-2007 (version 3.0) and the 国土资源 exchange format before it (2.0).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from importers.formats.survey_text_head import DATUMS
from importers.formats.vct.cursor import Cursor
from spatial.texts import whole_number

KINDS = {"point": "point", "点": "point", "line": "line", "线": "line", "polygon": "polygon", "面": "polygon"}  # fmt: skip


@dataclass(frozen=True)
class VctHead:
    """The ``key:value`` pairs, keys in lower case."""

    pairs: Mapping[str, str]

    @cached_property
    def version(self) -> int:
        """2 or 3; without a version, what the keys look like."""
        found = re.search(r"\d", self.pairs.get("version", ""))
        if found:
            return 2 if found.group() in "12" else 3
        return 2 if "unit" in self.pairs or "topo" in self.pairs else 3

    @cached_property
    def separator(self) -> str:
        """What stands between values of a line."""
        return self.pairs.get("separator", "").strip() or ","

    @cached_property
    def is_geographic(self) -> bool:
        """Whether longitudes and latitudes are promised."""
        kind = self.pairs.get("coordinatesystemtype", "") or self.pairs.get("coordinate", "")
        return kind.strip().upper() in ("C", "G")

    @cached_property
    def is_north_first(self) -> bool:
        """Whether the first ordinate is the northing."""
        return self.pairs.get("xaxisdirection", "").strip().upper().startswith("N")

    @cached_property
    def offset(self) -> tuple[float, float]:
        """What is to be added to the ordinates as written."""
        text = self.pairs.get("offset", "") or ",".join(
            self.pairs.get(key, "0") for key in ("offsetx", "offsety")
        )
        found = [float(n) for n in re.findall(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?", text)]
        return (found[0], found[1]) if len(found) > 1 else (0.0, 0.0)

    @property
    def datum(self) -> str:
        """The datum as stated; '' if it is not named."""
        said = " ".join(self.pairs.get(key, "") for key in ("spheroid", "datum", "projection"))
        return next((datum for pattern, datum in DATUMS if pattern.search(said)), "")

    @property
    def degrees(self) -> int | None:
        """Zones of three or six degrees, as ``Parameters:CM,1,FE,FN,3,zone`` says."""
        parts = self.pairs.get("parameters", "").split(self.separator)
        stated = parts[4].strip() if len(parts) > 4 else ""
        return int(stated) if stated in ("3", "6") else None

    @property
    def meridian(self) -> float | None:
        """The central meridian as stated, in degrees."""
        first = self.pairs.get("parameters", "").split(self.separator)[0]
        text = self.pairs.get("meridinan", "") or self.pairs.get("meridian", "") or first
        try:
            return float(text)
        except ValueError:
            return None


@dataclass(frozen=True)
class Feature:
    """One line of FeatureCode: what a code means, its geometry, its attribute table."""

    code: str
    name: str
    kind: str
    table: str


@dataclass(frozen=True)
class Structure:
    """An attribute table: its fields as (name, type in lower case)."""

    table: str
    fields: tuple[tuple[str, str], ...]


def read_head(cursor: Cursor) -> VctHead:
    """The pairs up to HeadEnd. Raises DeliveryRefused."""
    pairs = {}
    for line in cursor.until("HeadEnd"):
        key, found, value = line.partition(":")
        if not found:
            key, _, value = line.partition("：")
        pairs[key.strip().lower()] = value.strip()
    return VctHead(pairs)


def read_features(cursor: Cursor, separator: str) -> list[Feature]:
    """``code,name,type,table`` up to FeatureCodeEnd; 2.0 has colours before the table."""
    found = []
    for line in cursor.until("FeatureCodeEnd"):
        cells = [cell.strip() for cell in line.split(separator)]
        if cells == ["0"]:
            continue
        if len(cells) < 4:
            raise cursor.wrong(f"不是“要素代码,名称,类型,属性表”：{line[:40]}")
        found.append(Feature(cells[0], cells[1], KINDS.get(cells[2].lower(), ""), cells[-1]))
    return found


def read_structures(cursor: Cursor, separator: str) -> dict[str, Structure]:
    """The tables up to TableStructureEnd, by name in lower case. Raises DeliveryRefused."""
    found = {}
    for line in cursor.until("TableStructureEnd"):
        cells = [cell.strip() for cell in line.split(separator)]
        if cells == ["0"]:
            continue
        number = whole_number(cells[1]) if len(cells) > 1 else None
        if number is None:
            raise cursor.wrong(f"不是“属性表名,字段数”：{line[:40]}")
        fields = []
        for _ in range(number):
            parts = [part.strip() for part in cursor.next().split(separator)]
            if len(parts) < 2:
                raise cursor.wrong("不是“字段名,类型,宽度”")
            fields.append((parts[0], parts[1].lower()))
        found[cells[0].lower()] = Structure(cells[0], tuple(fields))
    return found
