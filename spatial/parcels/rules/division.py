"""Whether pieces make up a whole: what a subdivision or a merger must satisfy."""

from collections.abc import Sequence

import numpy as np
import shapely

# What survey noise may leave between neighbours that were digitised apart: 1 cm along
# a boundary of 100 m. A city may set its own.
TOLERANCE_M2 = 1.0


def division_faults(
    whole: shapely.Geometry, pieces: Sequence[shapely.Geometry], tolerance_m2: float = TOLERANCE_M2
) -> list[str]:
    """What is wrong with dividing ``whole`` into ``pieces``; empty when nothing is.

    All geometries are polygons in one projected CRS (metres). The pieces must be
    valid, must not overlap, and together must be the whole, each within
    ``tolerance_m2``.

    >>> square = shapely.box(0, 0, 10, 10)
    >>> division_faults(square, [shapely.box(0, 0, 4, 10), shapely.box(4, 0, 10, 10)])
    []
    >>> division_faults(square, [shapely.box(0, 0, 4, 10), shapely.box(3, 0, 10, 10)])
    ['各部分之间重叠 10.00 平方米']
    """
    shapes = np.array(pieces, dtype=object)
    if not shapely.is_valid(shapes).all() or shapely.is_empty(shapes).any():
        return ["有的部分图形无效或为空"]
    faults = []
    union = shapely.union_all(shapes)
    checks = (
        ("各部分之间重叠", float(shapely.area(shapes).sum()) - union.area),
        ("各部分未覆盖原宗地", whole.difference(union).area),
        ("各部分超出原宗地", union.difference(whole).area),
    )
    for what, area_m2 in checks:
        if area_m2 > tolerance_m2:
            faults.append(f"{what} {area_m2:.2f} 平方米")
    return faults


def shared_areas(
    parents: Sequence[shapely.Geometry], children: Sequence[shapely.Geometry]
) -> np.ndarray:
    """Area in m² that each parent shares with each child, as (parents, children).

    >>> shared_areas([shapely.box(0, 0, 2, 1)], [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    array([[1., 1.]])
    """
    rows = np.array(parents, dtype=object)[:, None]
    columns = np.array(children, dtype=object)[None, :]
    return shapely.area(shapely.intersection(rows, columns))
