"""Figures that should lie in another: a building in its parcel, a parcel in its village."""

from collections.abc import Iterator

import numpy as np
import shapely

from importers.checks.catalogue import Rule
from importers.checks.coverage import areal, intersection
from importers.checks.findings import Finding
from importers.checks.scene import FRESH, Scene, table_of
from spatial.base.models import District
from spatial.parcels.models import Parcel


def outside_parcel(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Buildings of which over ``tolerance`` (share) and ``tolerance2`` (m²) lie off their parcel."""
    if not scene.is_filled(Parcel):
        return
    sql = (
        "WITH placed AS MATERIALIZED (SELECT s.file_number, s.row_number, s.code, s.parcel_code,"
        " ST_Area(s.geom) AS whole, CASE WHEN NOT ST_CoveredBy(s.geom, p.geom)"
        f" THEN ST_Difference(s.geom, p.geom) END AS off FROM {scene.stage} s"
        f" JOIN {table_of(Parcel)} p ON p.code = s.parcel_code AND upper_inf(p.valid)"
        f" WHERE {FRESH}) SELECT file_number, row_number, parcel_code, whole, off::bytea"
        " FROM placed WHERE ST_Area(off) > greatest(%s * whole, %s) ORDER BY 1, 2"
    )
    for file, row, parcel, whole, raw in scene.rows(sql, [rule.tolerance, rule.tolerance2]):
        off = shapely.from_wkb(bytes(raw))
        text = f"有 {off.area:.1f} 平方米（{off.area / whole:.0%}）在宗地 {parcel} 之外"
        yield Finding((file, row), rule.code, text, parcel, off, field="parcel_code")


def outside_district(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Figures of which over ``tolerance`` (share) lie off the district that the row names."""
    title = "所填村（社区）"
    yield from _outside(scene, rule, "s.district_code", title, rule.tolerance2, "district_code")


def code_place(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Figures that lie off the district whose code theirs begins with (``tolerance2`` digits)."""
    key = f"left(s.code, {int(rule.tolerance2)})"
    yield from _outside(scene, rule, key, "编码所示的区", 0.0, "code")


def _outside(
    scene: Scene, rule: Rule, key: str, title: str, least_m2: float, field: str
) -> Iterator[Finding]:
    if not scene.is_filled(District):
        return
    areas: dict[str, shapely.Geometry | None] = {}
    for where, params in scene.stretches():
        rows = scene.rows(
            f"SELECT s.file_number, s.row_number, {key}, s.geom::bytea FROM {scene.stage} s"
            f" WHERE {where} AND {key} <> '' ORDER BY 1, 2",
            params,
        )
        if not rows:
            continue
        keys = np.array([row[2] for row in rows], object)
        shapes = shapely.from_wkb([bytes(row[3]) for row in rows])
        _fetch(scene, sorted(set(keys.tolist()) - areas.keys()), areas)
        for one in sorted(set(keys.tolist())):
            area = areas[one]
            if area is None:
                continue
            mine = np.flatnonzero(keys == one)
            for k, off in _off(shapes[mine], area, rule.tolerance, least_m2):
                file, row = rows[mine[k]][:2]
                share = off.area / shapes[mine[k]].area
                text = f"有 {share:.0%} 在{title} {one} 之外"
                yield Finding((file, row), rule.code, text, one, off, field=field)


def _fetch(scene: Scene, codes: list[str], areas: dict[str, shapely.Geometry | None]) -> None:
    """The districts of those codes; None where there is none."""
    areas.update(dict.fromkeys(codes))
    sql = (
        f"SELECT code, geom::bytea FROM {table_of(District)}"
        " WHERE upper_inf(valid) AND geom IS NOT NULL AND code = ANY(%s)"
    )
    for code, raw in scene.rows(sql, [codes]):
        areas[code] = shapely.from_wkb(bytes(raw))


def _off(
    shapes: np.ndarray, area: shapely.Geometry, share: float, least_m2: float
) -> Iterator[tuple[int, shapely.Geometry]]:
    """Which figures lie off an area by more than a share, and what of them does."""
    shapely.prepare(area)
    doubtful = np.flatnonzero(~shapely.covers(area, shapes))
    sizes = shapely.area(shapes[doubtful])
    inside = shapely.area(intersection(shapes[doubtful], np.full(len(doubtful), area)))
    bad = sizes - inside > np.maximum(share * sizes, least_m2)
    for k in doubtful[bad].tolist():
        yield k, areal(shapely.difference(shapes[k], area))
