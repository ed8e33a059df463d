"""What a row says about others: the parent it names, the area it was registered with."""

from collections.abc import Iterator

from importers.checks.catalogue import Rule
from importers.checks.findings import Found
from importers.checks.scene import FRESH, Scene, table_of

# layer → (column, layer that it refers to)
PARENTS = {
    "parcels": (("district_code", "districts"),),
    "buildings": (("parcel_code", "parcels"), ("district_code", "districts")),
    "units": (("building_code", "buildings"),),
    "storeys": (("building_code", "buildings"),),
    "rights": (("unit_code", "units"),),
    "addresses": (("building_code", "buildings"),),
    "districts": (("parent_code", "districts"),),
    "grid-cells": (("community_code", "districts"),),
    "components": (("cell_code", "grid-cells"),),
    "pipe-lines": (("start_code", "pipe-points"), ("end_code", "pipe-points")),
}
AREAS = {
    "parcels": "registered_area_m2",
    "landcover": "area_m2",
    "grid-cells": "area_m2",
}


def stale_parent(scene: Scene, rule: Rule) -> Iterator[Found]:
    """Rows that name a parent which was ended or never was; an empty register is not asked."""
    for column, parent in PARENTS.get(scene.layer, ()):
        own = parent == scene.layer
        if own or scene.is_filled(parent):
            yield from _orphans(scene, rule, column, parent, own)


def _orphans(scene: Scene, rule: Rule, column: str, parent: str, own: bool) -> Iterator[Found]:
    table = table_of(parent)
    staged = f" AND NOT EXISTS (SELECT FROM {scene.stage} o WHERE o.code = s.{column} AND o.action <> 'end' AND o.accepted)"
    current = scene.standing("t") if own else "upper_inf(t.valid)"
    found = scene.rows(
        f"SELECT s.file_number, s.row_number, s.{column} FROM {scene.stage} s WHERE {FRESH}"
        f" AND s.{column} <> '' AND NOT EXISTS (SELECT FROM {table} t"
        f" WHERE t.code = s.{column} AND {current}){staged if own else ''} ORDER BY 1, 2"
    )
    named = sorted({code for *_, code in found})
    ended = {
        code
        for (code,) in scene.rows(
            f"SELECT DISTINCT code FROM {table} WHERE code = ANY(%s)", [named]
        )
    }
    for file, row, code in found:
        state = "已经终止" if code in ended else "不在登记簿中"
        text = f"所填编码 {code} {state}"
        yield Found((file, row), rule.code, text, code, field=column)


def registered_area(scene: Scene, rule: Rule) -> Iterator[Found]:
    """Figures that differ from their registered area by over ``tolerance`` m² and
    ``tolerance2`` (share of the registered area); plane area in the projected CRS."""  # fmt: skip
    column = AREAS[scene.layer]
    sql = (
        f"SELECT s.file_number, s.row_number, ST_Area(s.geom), s.{column} FROM {scene.stage} s"
        f" WHERE {FRESH} AND s.geom IS NOT NULL AND s.{column} IS NOT NULL"
        f" AND abs(ST_Area(s.geom) - s.{column}) > greatest(%s, %s * abs(s.{column}))"
        " ORDER BY 1, 2"
    )
    for file, row, drawn, said in scene.rows(sql, [rule.tolerance, rule.tolerance2]):
        text = f"图形面积 {drawn:.2f} 平方米，记载 {said:.2f} 平方米，相差 {drawn - said:+.2f}"
        yield Found((file, row), rule.code, text, field=column)
