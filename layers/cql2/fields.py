"""What a filter may name, and the CRS in which it writes coordinates."""

from collections.abc import Callable
from dataclasses import dataclass

KINDS = frozenset(
    {"string", "integer", "number", "boolean", "date", "date-time", "geometry", "interval"}
)


@dataclass(frozen=True)
class Queryable:
    """One field that filters may name.

    ``sql`` is a quoted column or an expression in the types of PostgreSQL: text, any
    number, boolean, date, timestamptz, geometry, and for ``interval`` a tstzrange that
    is closed at its start and open at its end. ``implied`` names a condition that each text
    like a pattern meets and that an index answers, if there is one, and its parameter.
    """

    name: str
    kind: str
    sql: str
    srid: int = 0
    implied: Callable[[str], tuple[str, str] | None] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind {self.kind!r} of {self.name}")
        if (self.kind == "geometry") != bool(self.srid):
            raise ValueError(f"{self.name}: a geometry, and nothing else, has a srid")


@dataclass(frozen=True)
class FilterCrs:
    """The CRS of a filter's coordinates; ``flipped`` when its authority puts north first."""

    epsg: int = 4326
    flipped: bool = False
