"""Coding schemes as data: one CSV per scheme and edition under ``data/codes``.

``data/codes/schemes.csv`` lists them with title, version and source, so that a city
can correct a list or add an edition without touching code. Each entry has an English name
and where it is from: ``[M]`` marks one that was translated here, for want of an official one.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

CODES = Path(__file__).resolve().parent.parent / "data" / "codes"
_COLUMNS = ("code", "name", "parent", "colour", "name_en", "name_en_source")


@dataclass(frozen=True)
class Code:
    """One entry: its code, its name, its parent's code, and its colour (#rrggbb) if any."""

    code: str
    name: str
    parent: str = ""
    colour: str = ""
    name_en: str = ""
    name_en_source: str = ""


@dataclass(frozen=True)
class Scheme:
    """One code list in one edition."""

    id: str
    title: str
    version: str
    source: str
    codes: Mapping[str, Code]
    title_en: str = ""
    source_en: str = ""

    @cached_property
    def english(self) -> "Scheme":
        """The same list with its English title and names; what has none keeps the Chinese."""
        codes = {
            key: replace(entry, name=entry.name_en or entry.name)
            for key, entry in self.codes.items()
        }
        title, source = self.title_en or self.title, self.source_en or self.source
        return replace(self, title=title, source=source, codes=codes)

    def name(self, code: str) -> str:
        """The entry's name, or the code itself when the scheme does not know it."""
        return self.codes[code].name if code in self.codes else code

    def colour(self, code: str) -> str:
        """The colour of the entry or of its nearest ancestor that has one, else ''."""
        entry = self.codes.get(code)
        while entry:
            if entry.colour:
                return entry.colour
            entry = self.codes.get(entry.parent)
        return ""


@cache
def schemes() -> Mapping[str, Scheme]:
    """Every scheme, by id. Raises FileNotFoundError if a listed file is missing."""
    found = {}
    for row in _rows(CODES / "schemes.csv"):
        codes = {
            entry["code"]: Code(**{name: entry.get(name) or "" for name in _COLUMNS})
            for entry in _rows(CODES / f"{row['id']}.csv")
        }
        titles = (row["title"], row["version"], row["source"])
        english = (row.get("title_en") or "", row.get("source_en") or "")
        found[row["id"]] = Scheme(row["id"], *titles, codes, *english)
    return found


def scheme(scheme_id: str) -> Scheme:
    """One scheme by id. Raises KeyError if there is none."""
    return schemes()[scheme_id]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
