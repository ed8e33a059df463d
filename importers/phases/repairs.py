"""Repairs that keep the ground covered: proposals only, the survey itself stays as it is."""

from collections.abc import Iterable

import numpy as np
import shapely

from importers.phases.vertices import Vertices, spike_tips


def without_repeats(shape: shapely.Geometry, tolerance: float) -> shapely.Geometry | None:
    """The figure without vertices nearer than ``tolerance`` metres to the one before.

    None where that leaves nothing valid.
    """
    mended = shapely.remove_repeated_points(shape, tolerance)
    return mended if mended.is_valid and not mended.is_empty else None


def without_spikes(
    shape: shapely.Geometry, angle_deg: float, leg_m: float
) -> shapely.Geometry | None:
    """The figure without its spike tips (see ``spike_tips``), or None if nothing valid is left."""
    parts = []
    for part in shapely.get_parts(shape):
        rings = [
            _blunt(shapely.get_coordinates(ring), angle_deg, leg_m)
            for ring in (part.exterior, *part.interiors)
        ]
        if rings[0] is None:
            return None
        parts.append(shapely.Polygon(rings[0], [hole for hole in rings[1:] if hole is not None]))
    mended = parts[0] if shape.geom_type == "Polygon" else shapely.MultiPolygon(parts)
    return mended if mended.is_valid else None


def made_valid(shape: shapely.Geometry, kinds: Iterable[str]) -> shapely.Geometry | None:
    """A valid figure of an accepted type that covers the same ground, or None."""
    mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    if mended.is_empty or not mended.is_valid or mended.geom_type not in tuple(kinds):
        return None
    return mended


def why_unreadable(raw: bytes) -> str:
    """Why WKB is no geometry for GEOS: an open ring, too few points, or anything else."""
    try:
        mended = shapely.from_wkb(raw, on_invalid="fix")
        shapely.get_coordinates(mended)
    except (NotImplementedError, shapely.errors.GEOSException):
        return "图形类型不受支持，或数据已损坏"
    if mended is None or shapely.get_dimensions(mended) != 2:
        return "数据已损坏"
    return "环未闭合，首尾两点不同" if mended.area > 0 else "环的顶点不足三个"


def _blunt(ring: np.ndarray, angle_deg: float, leg_m: float) -> np.ndarray | None:
    """A closed ring without spike tips; each removal may lay a new tip bare."""
    while len(ring) >= 4:
        every = Vertices(ring, np.zeros(len(ring), int), np.zeros(len(ring), int), True)
        step = ring[1:] - ring[:-1]
        square = (step**2).sum(axis=1)
        tips = spike_tips(every, step, square, angle_deg, leg_m)
        if not len(tips):
            return ring
        open_ring = np.delete(ring[:-1], tips[0], axis=0)
        again = np.append(True, (np.diff(open_ring, axis=0) != 0).any(axis=1))
        open_ring = open_ring[again]
        if len(open_ring) > 1 and (open_ring[0] == open_ring[-1]).all():
            open_ring = open_ring[:-1]
        ring = np.vstack([open_ring, open_ring[:1]])
    return None
