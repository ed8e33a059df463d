"""The layout of cells of communities: planned from the registers, compared, written.

A cell that is laid as it stands keeps its code; what is new gets codes after all that the
community ever used; what is no more is ended, and its code stays with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction

from grid.cells.laying import TARGET_M2, Ground, lay
from grid.cells.numbering import new_codes
from grid.cells.responsibility import group_codes
from grid.cells.validation import Breach, breaches
from grid.components.assigning import assign_components
from grid.models import Case, Component, GridCell
from spatial.base.models import District, Road, Water
from spatial.casework.errors import InvalidInput
from spatial.city import city
from spatial.parcels.models import Building
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit
from spatial.versions.models import Change, VersionedFeature
from spatial.versions.queries import attribute_fields

SAME_M2 = 0.05


@dataclass(frozen=True)
class Plan:
    """A community's cells as they would be: their codes, which stand already, what ends."""

    community: str
    ground: Ground
    codes: list[str]
    cells: np.ndarray
    groups: list[str]
    standing: frozenset[str]
    ended: list[str]
    breaches: list[Breach] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether nothing forbids it."""
        return all(breach.is_remark for breach in self.breaches)

    def component_counts(self) -> np.ndarray:
        """How many components lie in each cell; one on an edge counts in the smaller code."""
        order = np.argsort(self.codes)
        places = shapely.points(self.ground.loads)
        cell, place = shapely.STRtree(places).query(self.cells[order], predicate="intersects")
        _, first = np.unique(place, return_index=True)
        counts = np.zeros(len(self.cells), int)
        np.add.at(counts, order[cell[first]], 1)
        return counts


def plan(community: str, target_m2: float = TARGET_M2) -> Plan:
    """Lay a community's cells, and say what is wrong with them.

    Raises:
        InvalidInput: there is no such community, or it has no shape.
        NoCodesLeft: its sequence numbers are used up.
    """
    ground = ground_of(community)
    cells = lay(ground, target_m2)
    standing = {
        code: shapely.from_wkb(bytes(shape))
        for code, shape in _read(
            GridCell, "code, ST_AsBinary(geom)", "community_code = %s", community
        )
    }
    same = _unchanged(cells, standing)
    fresh = [index for index in range(len(cells)) if index not in same]
    given = iter(new_codes(community, len(fresh), _ever_used(community)))
    codes = [same[index] if index in same else next(given) for index in range(len(cells))]
    groups = group_codes(community, codes, cells, *_groups_of(community))
    found = breaches(codes, cells, community, ground.community, ground.buildings, ground.loads)
    kept = frozenset(same.values())
    ended = sorted(set(standing) - kept)
    return Plan(community, ground, codes, cells, groups, kept, ended, found)


@transaction.atomic
def lay_cells(plans: Sequence[Plan], *, who: str, why: str, at: datetime | None = None) -> Change:
    """Write plans as one change, and have components know their cells.

    Raises:
        InvalidInput: a plan is not sound.
        VersionConflict: the cells have changed meanwhile.
    """
    for one in plans:
        if not one.is_sound:
            first = next(breach for breach in one.breaches if not breach.is_remark)
            raise InvalidInput(f"{one.community} 的网格未通过校验：{first.code} {first.message}")
    change = record_change(who=who, why=why, at=at)
    for one in plans:
        apply(change, GridCell, _edits(one))
    assign_components(change)
    return change


def ground_of(community: str) -> Ground:
    """What the registers hold of a community's ground.

    Raises:
        InvalidInput: there is no such community, or it has no shape.
    """
    rows = _read(District, "ST_AsBinary(geom)", "code = %s AND geom IS NOT NULL", community)
    if not rows:
        raise InvalidInput(f"没有社区（村）{community}，或它没有边界图形")
    shape = shapely.from_wkb(bytes(rows[0][0]))
    near = f"ST_Intersects(geom, ST_GeomFromWKB(%s, {city().projected}))"
    raw = shapely.to_wkb(shape)
    roads, shores, buildings, components, cases = (
        _shapes(_read(model, column, near, raw))
        for model, column in (
            (Road, "ST_AsBinary(geom)"),
            (Water, "ST_AsBinary(ST_Boundary(geom))"),
            (Building, "ST_AsBinary(geom)"),
            (Component, "ST_AsBinary(geom)"),
            (Case, "ST_AsBinary(geom)"),
        )
    )
    loads = shapely.get_coordinates(np.concatenate([components, cases]))
    return Ground(shape, np.concatenate([roads, shores]), buildings, loads)


def busiest_communities(number: int) -> list[str]:
    """The communities with most components."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT left(cell_code, 12) FROM "{Component._meta.db_table}" WHERE upper_inf(valid)'
            " AND cell_code <> '' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT %s",
            [number],
        )
        return [code for (code,) in cursor.fetchall()]


def _edits(plan_of: Plan) -> list[Edit]:
    """A standing cell whose edge moved by a hair is a new version under its code: its
    neighbours' edges have moved too."""
    standing = {
        cell.code: cell for cell in GridCell.objects.current().filter(code__in=plan_of.standing)
    }
    names = [field.name for field in attribute_fields(GridCell)]
    edits = [Edit(Action.END, code) for code in plan_of.ended]
    for code, cell, group in zip(plan_of.codes, plan_of.cells, plan_of.groups, strict=True):
        values = {
            "community_code": plan_of.community,
            "area_m2": round(float(shapely.area(cell)), 1),
            "responsibility_code": group,
            "geom": GEOSGeometry(memoryview(shapely.to_wkb(cell)), srid=city().projected),
        }
        before = standing.get(code)
        if before is None:
            edits.append(Edit(Action.OPEN, code, values))
        elif (before.geom, before.responsibility_code) != (values["geom"], group):
            kept = {name: getattr(before, name) for name in names}
            edits.append(Edit(Action.REPLACE, code, kept | values, before.pk))
    return edits


def _unchanged(cells: np.ndarray, standing: dict[str, shapely.Geometry]) -> dict[int, str]:
    """By index, the code of the standing cell that is the same."""
    if not standing:
        return {}
    codes = sorted(standing)
    shapes = np.array([standing[code] for code in codes], object)
    tree, found = shapely.STRtree(shapes), {}
    for index, cell in enumerate(cells):
        for other in tree.query(cell, predicate="intersects"):
            if shapely.area(shapely.symmetric_difference(cell, shapes[other])) < SAME_M2:
                found[index] = codes[int(other)]
    return found


def _groups_of(community: str) -> tuple[dict[str, str], list[str]]:
    """The responsibility grid of each standing cell, and all that were ever used."""
    ever = GridCell.objects.filter(community_code=community)
    standing = dict(ever.current().values_list("code", "responsibility_code"))
    return standing, list(ever.values_list("responsibility_code", flat=True).distinct())


def _ever_used(community: str) -> list[str]:
    rows = GridCell.objects.filter(code__startswith=community).values_list("code", flat=True)
    return list(rows.distinct())


def _read(
    model: type[VersionedFeature], columns: str, condition: str, value: str | bytes
) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {columns} FROM "{model._meta.db_table}" WHERE upper_inf(valid)'
            f" AND {condition} ORDER BY code",
            [value],
        )
        return cursor.fetchall()


def _shapes(rows: list[tuple]) -> np.ndarray:
    found = np.empty(len(rows), object)
    found[:] = [shapely.from_wkb(bytes(raw)) for (raw,) in rows]
    return found
