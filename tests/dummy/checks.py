"""What a delivery of benches is held to beside the general rules."""

from collections.abc import Iterator

from importers.checks.catalogue import Rule
from importers.checks.findings import Finding
from importers.checks.scene import FRESH, Scene, table_of
from tests.dummy.models import Park


def outside_park(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Benches over ``tolerance`` metres from the park that they name."""
    sql = (
        f"SELECT s.file_number, s.row_number, s.park_code FROM {scene.stage} s"
        f" JOIN {table_of(Park)} p ON p.code = s.park_code AND upper_inf(p.valid)"
        f" WHERE {FRESH} AND NOT ST_DWithin(p.geom, s.geom, %s) ORDER BY 1, 2"
    )
    for file, row, code in scene.rows(sql, [rule.tolerance]):
        yield Finding((file, row), rule.code, f"不在所填公园 {code} 内", code, field="park_code")


RULES = {"bench-outside": outside_park}
