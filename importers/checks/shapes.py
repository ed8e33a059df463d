"""What can be wrong with one figure, over all vertices of a batch at once.

Metres in the city's projected CRS. The surveyed geometry is never altered: a safe
repair of the whole figure goes to ``Issue.proposal``.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from importers.checks.catalogue import Rule
from importers.phases.repairs import without_repeats, without_spikes
from importers.phases.vertices import Vertices, spike_tips, vertices
from importers.values.batch import Batch
from importers.values.columns import GEOMETRY

Proposal = Callable[[shapely.Geometry], shapely.Geometry | None]


def check_shapes(batch: Batch, rules: dict[str, Rule]) -> Batch:
    """Flag duplicate vertices, spikes, holes that run with their shell, and several parts."""
    shapes = batch.shapes
    wanted = rules.keys() & {"vertex-duplicate", "spike", "ring-orientation", "multipart"}
    if shapes is None or not len(batch) or not wanted:
        return batch
    usable = shapes.copy()
    usable[batch.rejected] = None
    if rules.keys() & {"vertex-duplicate", "spike"}:
        _check_vertices(batch, usable, rules)
    if rule := rules.get("ring-orientation"):
        _check_orientation(batch, usable, rule)
    if rule := rules.get("multipart"):
        _check_parts(batch, usable, rule)
    return batch


def _check_vertices(batch: Batch, shapes: np.ndarray, rules: dict[str, Rule]) -> None:
    every = vertices(shapes)
    if not len(every.xy):
        return
    step = every.xy[1:] - every.xy[:-1]
    inner = ~every.last[:-1]
    square = step[:, 0] ** 2
    square += step[:, 1] ** 2
    if rule := rules.get("vertex-duplicate"):
        near = rule.tolerance
        same = np.flatnonzero((square < near**2) & inner)
        _report(batch, rule, every, same + 1, lambda g: without_repeats(g, near))
    if (rule := rules.get("spike")) and every.closed:
        angle, leg = rule.tolerance, rule.tolerance2
        tips = spike_tips(every, step, square, angle, leg)
        _report(batch, rule, every, tips, lambda g: without_spikes(g, angle, leg))


def _report(
    batch: Batch, rule: Rule, every: Vertices, where: np.ndarray, propose: Proposal
) -> None:
    """One issue for each figure, at its first such vertex."""
    rows, first, counts = np.unique(every.row[where], return_index=True, return_counts=True)
    for row, at, count in zip(rows.tolist(), where[first].tolist(), counts.tolist(), strict=True):
        mended = propose(batch.shapes[row])  # type: ignore[index]
        spots = f"，共 {count} 处" if count > 1 else ""
        x, y = every.xy[at].tolist()
        message = f"图形{rule.title}：({x:.3f}, {y:.3f}){spots}"
        flag(batch, row, rule, message, shapely.Point(x, y), mended)


def flag(
    batch: Batch,
    row: int,
    rule: Rule,
    message: str,
    place: shapely.Geometry | None = None,
    proposal: shapely.Geometry | None = None,
    field: str = GEOMETRY,
) -> None:
    """One issue by a rule on one position of the batch."""
    batch.flag([row], rule.code, message, field=field, hint=rule.hint, severity=rule.severity)
    set_place(batch.issues[-1], place)
    batch.issues[-1].proposal = proposal


def set_place(issue: Any, place: shapely.Geometry | None) -> None:
    """Show an issue at a geometry, and its point at the geometry's middle."""
    issue.place = place
    if place is not None and not place.is_empty:
        point = shapely.point_on_surface(place)
        issue.x, issue.y = point.x, point.y


def _check_orientation(batch: Batch, shapes: np.ndarray, rule: Rule) -> None:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    holed = np.flatnonzero(shapely.get_num_interior_rings(parts) > 0)
    for position in holed.tolist():
        shell = shapely.is_ccw(parts[position].exterior)
        for hole in parts[position].interiors:
            if shapely.is_ccw(hole) == shell:
                row = int(owner[position])
                mended = shapely.orient_polygons(batch.shapes[row], exterior_cw=not shell)  # type: ignore[index]
                flag(batch, row, rule, f"图形{rule.title}", hole, mended)
                break


def _check_parts(batch: Batch, shapes: np.ndarray, rule: Rule) -> None:
    number = shapely.get_num_geometries(shapes)
    for row in np.flatnonzero(number > 1).tolist():
        part = shapely.get_geometry(batch.shapes[row], 1)  # type: ignore[index]
        flag(batch, row, rule, f"图形有 {number[row]} 块，{rule.title}", part)
