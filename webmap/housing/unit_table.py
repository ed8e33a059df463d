"""The unit table of a building and the rights on a unit, as the pages show them."""

from dataclasses import dataclass
from typing import Any

from layers.access.access import Caller, may_see_personal
from layers.access.masking import masked
from layers.declarations.registry import layer_of
from spatial.codes import scheme
from spatial.housing.models import Right, Unit
from spatial.housing.queries import right_history, rights_on, storeys_of, units_of
from spatial.housing.rules.matrix import Cell, Matrix, Place, unit_matrix
from spatial.housing.rules.status import State, states_in_order, unit_state
from spatial.periods import AsOf


@dataclass(frozen=True)
class UnitCell:
    """One cell of the table: a unit with its state, or an empty place."""

    unit: Unit | None
    state: State | None
    rows: int = 1
    rights: str = ""


@dataclass(frozen=True)
class FloorRow:
    """One floor of the table."""

    number: int
    label: str
    cells: list[UnitCell]


@dataclass(frozen=True)
class UnitTable:
    """A building's table, and how many units are in each state."""

    entrances: tuple[tuple[str, int], ...]
    floors: list[FloorRow]
    counts: list[tuple[State, int]]
    total: int


@dataclass(frozen=True)
class RightView:
    """A right in words."""

    right: Right
    title: str
    colour: str
    holder: str
    certificate: str
    stands: bool


def unit_table(building_code: str, as_of: AsOf) -> UnitTable:
    """The unit table of a building at a moment."""
    units = {unit.code: unit for unit in units_of(building_code, as_of)}
    storeys = storeys_of(building_code, as_of)
    rights = rights_on(units, as_of)
    states = {code: unit_state(r.kind for r in rights.get(code, ())) for code in units}
    matrix: Matrix = unit_matrix((_place(u) for u in units.values()), (s.number for s in storeys))
    labels = {s.number: s.label for s in storeys if s.label}
    names = scheme("right_kinds")

    def cell(found: Cell) -> UnitCell:
        unit = units.get(found.code)
        kinds = dict.fromkeys(r.kind for r in rights.get(found.code, ()))
        told = "、".join(names.name(kind) for kind in kinds)
        return UnitCell(unit, states.get(found.code), found.rows, told)

    return UnitTable(
        entrances=matrix.entrances,
        floors=[
            FloorRow(f.number, labels.get(f.number) or str(f.number), [cell(c) for c in f.cells])
            for f in matrix.floors
        ],
        counts=[(s, n) for s in states_in_order() if (n := list(states.values()).count(s))],
        total=len(units),
    )


def rights_view(
    unit_code: str, as_of: AsOf, caller: Caller, *, full: bool = False
) -> dict[str, Any]:
    """The rights on a unit, standing ones first; holders masked unless asked for in full."""
    standing = {right.pk for right in rights_on([unit_code], as_of).get(unit_code, ())}
    names = scheme("right_kinds")
    in_full = full and may_see_personal(caller, layer_of("rights"))

    def view(right: Right) -> RightView:
        texts = [right.holder, right.certificate]
        holder, certificate = texts if in_full else [masked(text) for text in texts]
        title, colour = names.name(right.kind), names.colour(right.kind)
        return RightView(right, title, colour, holder, certificate, right.pk in standing)

    history = [view(right) for right in right_history(unit_code)]
    return {
        "unit_code": unit_code,
        "at": str(as_of),
        "standing": [r for r in history if r.stands],
        "former": [r for r in history if not r.stands and r.right.valid.upper],
        "state": unit_state(r.right.kind for r in history if r.stands),
        "may_reveal": may_see_personal(caller, layer_of("rights")),
        "revealed": in_full,
    }


def _place(unit: Unit) -> Place:
    return Place(unit.code, unit.entrance, unit.floor_from, unit.floor_to, unit.position)
