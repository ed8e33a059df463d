"""The unit table of a building and the rights on a unit, as the pages show them."""

from dataclasses import dataclass
from typing import Any

from layers.access.access import Caller, may_see_personal
from layers.declarations.registry import layer_of
from layers.reading.features import features
from layers.reading.offices import page_share
from layers.reading.personal import Texts, full_values, masked_values
from layers.reading.queries import add_changes, stands
from layers.reading.shares import Share
from spatial.housing.queries import right_history, rights_on, storeys_of, units_of
from spatial.housing.rules.matrix import Cell, Matrix, Place, unit_matrix
from spatial.housing.rules.status import State, states_in_order, unit_state
from spatial.languages import shown_scheme
from spatial.periods import AsOf


@dataclass(frozen=True)
class UnitCell:
    """One cell of the table: a unit with its state, or an empty place."""

    unit: Any
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

    right: Any
    title: str
    colour: str
    holder: str
    certificate: str
    stands: bool


@dataclass(frozen=True)
class HousingShares:
    """What a caller is shown of units, and of what only their office reads: storeys, rights."""

    units: Share
    storeys: Share
    rights: Share


def housing_shares(caller: Caller) -> HousingShares | None:
    """What the unit table is made from; None for who is not shown all of it."""
    shares = [page_share(caller, layer_of(name)) for name in ("units", "storeys", "rights")]
    found = [share for share in shares if share]
    return HousingShares(*found) if len(found) == len(shares) else None


def unit_table(shares: HousingShares, building_code: str, as_of: AsOf) -> UnitTable:
    """The unit table of a building at a moment."""
    standing = features(shares.units).as_of(as_of)
    units = {unit.code: unit for unit in units_of(standing, building_code)}
    storeys = storeys_of(features(shares.storeys).as_of(as_of), building_code)
    rights = rights_on(features(shares.rights).as_of(as_of), units)
    states = {code: unit_state(r.kind for r in rights.get(code, ())) for code in units}
    matrix: Matrix = unit_matrix((_place(u) for u in units.values()), (s.number for s in storeys))
    labels = {s.number: s.label for s in storeys if s.label}
    names = shown_scheme("right_kinds")

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
    unit_code: str, as_of: AsOf, caller: Caller, *, reason: str | None = None
) -> dict[str, Any]:
    """The rights on a unit, standing ones first; holders masked unless read with a ``reason``.

    Reading them in full is logged first.

    Raises:
        PersonalDenied: they are read in full by who may not have them.
        ReasonMissing: the reason is empty.
    """
    layer = layer_of("rights")
    share = page_share(caller, layer)
    rights = right_history(features(share), unit_code) if share else []
    add_changes(rights)
    texts: dict[int, Texts] = {}
    if share and reason is not None:
        texts = full_values(caller, share, rights, unit_code, reason)
    elif share:
        texts = masked_values(share, rights)
    history = [_right_view(right, texts.get(right.pk, {}), as_of) for right in rights]
    return {
        "unit_code": unit_code,
        "at": str(as_of),
        "is_shown": share is not None,
        "standing": [r for r in history if r.stands],
        "former": [r for r in history if not r.stands and r.right.valid.upper],
        "state": unit_state(r.right.kind for r in history if r.stands),
        "may_reveal": may_see_personal(caller, layer),
        "revealed": reason is not None,
    }


def _right_view(right: Any, texts: Texts, as_of: AsOf) -> RightView:
    names = shown_scheme("right_kinds")
    return RightView(
        right,
        names.name(right.kind),
        names.colour(right.kind),
        texts.get("holder", ""),
        texts.get("certificate", ""),
        stands(right, as_of),
    )


def _place(unit: Any) -> Place:
    return Place(unit.code, unit.entrance, unit.floor_from, unit.floor_to, unit.position)
