"""Which cell components lie in, written after a change of cells.

Of all current cells that hold it a component is given the one with the smallest code; in
none, no code. Cases are left alone: a case keeps the cell of its report.
"""

from django.db import connection

from grid.models import Component, GridCell
from spatial.versions.actions import apply_table, follow_up
from spatial.versions.models import Change
from spatial.versions.queries import attribute_fields

CELLS = f'"{GridCell._meta.db_table}"'
COMPONENTS = f'"{Component._meta.db_table}"'
MOVES = "pg_temp.component_moves"


def cell_at(geom: str) -> str:
    """SQL of the code of the current cell at a geometry's SQL; '' where there is none."""
    return (
        f"coalesce((SELECT min(g.code) FROM {CELLS} g"
        f" WHERE upper_inf(g.valid) AND ST_Intersects(g.geom, {geom})), '')"
    )


def assign_components(change: Change) -> int:
    """Write the cell of every component that a change of cells put into another.

    Looked at are those that name, or lie in, a cell of a community of which cells were
    opened or closed. One that was itself changed after the change's own moment is written
    from now on, in a change that follows it: its past cannot be written over.
    Returns how many have another cell.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {MOVES}")
        names = [str(f.column) for f in attribute_fields(Component) if f.name != "cell_code"]
        kept = "".join(f', c."{name}"' for name in names)
        cursor.execute(
            "CREATE TEMP TABLE component_moves ON COMMIT DROP AS"
            f" WITH touched AS MATERIALIZED (SELECT DISTINCT community_code FROM {CELLS}"
            " WHERE %(change)s IN (opened_by_id, closed_by_id)),"
            " concerned AS MATERIALIZED (SELECT g.code, g.geom, upper_inf(g.valid)"
            f" OR g.closed_by_id = %(change)s AS is_near FROM {CELLS} g JOIN touched USING (community_code)),"
            " near AS MATERIALIZED ("
            f"SELECT c.id FROM {COMPONENTS} c JOIN concerned g ON g.is_near"
            " AND ST_Intersects(g.geom, c.geom) WHERE upper_inf(c.valid)"
            f" UNION SELECT c.id FROM {COMPONENTS} c JOIN concerned g ON g.code = c.cell_code"
            " WHERE upper_inf(c.valid)),"
            f" placed AS MATERIALIZED (SELECT c.*, {cell_at('c.geom')} AS found"
            f" FROM {COMPONENTS} c JOIN near USING (id))"
            " SELECT 'replace' AS action, c.code, c.id AS expected,"
            f" lower(c.valid) > %(at)s AS is_younger, c.found AS cell_code{kept}"
            " FROM placed c WHERE c.found <> c.cell_code",
            {"change": change.pk, "at": change.at},
        )
        cursor.execute(f"SELECT DISTINCT is_younger FROM {MOVES}")
        groups = [is_younger for (is_younger,) in cursor.fetchall()]
    for is_younger in groups:
        moves = f"(SELECT * FROM {MOVES} WHERE is_younger = {is_younger})"
        apply_table(follow_up(change) if is_younger else change, Component, moves)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {MOVES}")
        return cursor.fetchone()[0]
