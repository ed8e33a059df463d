"""Where the templates of documents stand: the project's, and over them those of the city.

A file of the city's folder (``DOCUMENT_TEMPLATES``) takes the place of the file of the same
name in ``data/documents``; what the city has not changed stays as it is.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from webmap.documents.errors import TemplateFault

KINDS = "kinds.toml"


@dataclass(frozen=True)
class Kind:
    """A kind of document: its titles, the form of its number, its template, how long it is kept."""

    id: str
    title: str
    title_en: str
    number: str  # with {year} and {serial}
    template: str
    kept_days: int = 30

    def number_of(self, year: int, serial: int) -> str:
        """The number of one.

        >>> Kind("map", "地图", "Map", "涟图〔{year}〕{serial}号", "map.typ").number_of(2026, 7)
        '涟图〔2026〕7号'
        """
        return self.number.format(year=year, serial=serial)


def folders() -> list[Path]:
    """The folders of templates, the city's own first."""
    own = [Path(settings.BASE_DIR) / "data" / "documents"]
    return [settings.DOCUMENT_TEMPLATES, *own]


def template_files(over: Sequence[Path] | None = None) -> list[Path]:
    """Every template by name: those in force, or those of other folders, the first over the rest."""
    found: dict[str, Path] = {}
    for folder in reversed(over or folders()):
        found |= {path.name: path for path in sorted(folder.glob("*.typ"))}
    return [found[name] for name in sorted(found)]


def kinds(over: Sequence[Path] | None = None) -> dict[str, Kind]:
    """The kinds of documents by id: those in force, or by the table of other folders.

    Raises:
        TemplateFault: the city's table of kinds cannot be read.
    """
    paths = [folder / KINDS for folder in reversed(over or folders())]
    known = tuple((path, path.stat().st_mtime_ns) for path in paths if path.is_file())
    return dict(_kinds(known))


@lru_cache(maxsize=4)
def _kinds(tables: tuple[tuple[Path, int], ...]) -> dict[str, Kind]:
    """The kinds of these tables, the later over the earlier; read anew when a file has changed."""
    found: dict[str, Kind] = {}
    for path, _changed in tables:
        try:
            rows = tomllib.loads(path.read_text(encoding="utf-8"))
            found |= {name: _kind(name, row) for name, row in rows.items()}
        except (tomllib.TOMLDecodeError, TypeError, ValueError, KeyError, IndexError) as error:
            said = _("文档种类表 %(file)s 有误：%(message)s")
            raise TemplateFault(said % {"file": path.name, "message": str(error)}) from error
    return found


def _kind(name: str, row: Mapping[str, Any]) -> Kind:
    kind = Kind(name, **row)
    if not _tells_apart(kind):
        raise ValueError(_("“%(kind)s”的编号须含 {year} 与 {serial}") % {"kind": name})
    return kind


def _tells_apart(kind: Kind) -> bool:
    """Whether the numbers of two documents of a kind differ, whatever year they are of."""
    numbers = {kind.number_of(year, serial) for year in (2026, 2027) for serial in (1, 2)}
    return len(numbers) == 4
