"""What a register accepts, as plain values: the phases know no model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from spatial.sealed.rules.formats import Kind

CODE = "code"
GEOMETRY = "geom"


@dataclass(frozen=True)
class Column:
    """One attribute of a register.

    ``kind`` is text, integer, number, boolean, date or datetime. A required column
    must have a value; ``default`` is what an empty cell of one that need not becomes. A
    ``personal`` one, of that kind, is sealed before it is staged, and no finding holds its value.
    """

    name: str
    title: str
    kind: str = "text"
    max_length: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    required: bool = False
    nullable: bool = False
    default: Any = None
    choices: Mapping[str, str] = field(default_factory=dict)
    scheme: str = ""
    known: frozenset[str] = frozenset()
    personal: Kind | None = None


@dataclass(frozen=True)
class Register:
    """A register as an import sees it; ``kinds`` are the geometry types it accepts.

    Features of one that ``reaches_out`` need only touch the city, as map sheets do.
    """

    layer: str
    title: str
    columns: tuple[Column, ...]
    kinds: tuple[str, ...] = ()
    needs_geometry: bool = False
    reaches_out: bool = False
    in_cadastre: bool = False

    @property
    def geometry(self) -> str:
        """The OGC geometry type, or '' for a register without geometry."""
        return self.kinds[0] if self.kinds else ""

    @property
    def personal(self) -> dict[str, Kind]:
        """The columns of personal values, and of which kind these are."""
        return {c.name: c.personal for c in self.columns if c.personal}

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError if there is none."""
        return next(c for c in self.columns if c.name == name)


CODE_COLUMN = Column(CODE, "编码", max_length=40, required=True)
