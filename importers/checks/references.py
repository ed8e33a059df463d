"""What a row says about others: the parent it names, the area it was registered with."""

from collections.abc import Iterator

from importers.checks.catalogue import Rule
from importers.checks.findings import Finding
from importers.checks.scene import FRESH, Scene, table_of
from layers.declarations.registry import layer_of
from spatial.versions.models import VersionedFeature


def stale_parent(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Rows that name a parent which was ended or never was; an empty register is not asked."""
    for field in scene.layer.fields:
        if not field.refers_to:
            continue
        parent = layer_of(field.refers_to).model
        own = parent is scene.layer.model
        if own or scene.is_filled(parent):
            yield from _orphans(scene, rule, field.name, parent, own)


def _orphans(
    scene: Scene, rule: Rule, column: str, parent: type[VersionedFeature], own: bool
) -> Iterator[Finding]:
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
        yield Finding((file, row), rule.code, text, code, field=column)


def registered_area(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Figures that differ from their registered area by over ``tolerance`` m² and
    ``tolerance2`` (share of the registered area); plane area in the projected CRS."""  # fmt: skip
    column = scene.layer.area_field
    sql = (
        f"SELECT s.file_number, s.row_number, ST_Area(s.geom), s.{column} FROM {scene.stage} s"
        f" WHERE {FRESH} AND s.geom IS NOT NULL AND s.{column} IS NOT NULL"
        f" AND abs(ST_Area(s.geom) - s.{column}) > greatest(%s, %s * abs(s.{column}))"
        " ORDER BY 1, 2"
    )
    for file, row, drawn, said in scene.rows(sql, [rule.tolerance, rule.tolerance2]):
        text = f"图形面积 {drawn:.2f} 平方米，记载 {said:.2f} 平方米，相差 {drawn - said:+.2f}"
        yield Finding((file, row), rule.code, text, field=column)
