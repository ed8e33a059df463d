"""Which cell a component lies in, written when components or cells are taken in."""

from typing import Any

from django.db import connection

from grid.layout import assign_components
from grid.models import Component, GridCell
from importers.staging import Stage
from layers.declarations import Layer
from spatial.versions.models import Change

CELLS = f'"{GridCell._meta.db_table}"'
COLUMN = "cell_code"


def fill_cells(cursor: Any, stage: Stage, layer: Layer, carried: set[str]) -> None:
    """Give staged components without a cell the one they lie in; on an edge the smallest code.

    Once before the comparison, so that a blank is no change of what stands. A delivery that
    says nothing of cells has them written anew after it: a component may have moved.
    """
    if layer.model is not Component:
        return
    blank = f"coalesce(s.{COLUMN}, '') = ''"
    which = blank if COLUMN in carried else f"({blank} OR s.action = 'replace')"
    cursor.execute(
        f"UPDATE {stage.table} s SET {COLUMN} = found.code FROM ("
        "SELECT s.file_number AS f, s.row_number AS r, min(g.code) AS code"
        f" FROM {stage.table} s JOIN {CELLS} g ON upper_inf(g.valid) AND ST_Intersects(g.geom, s.geom)"
        f" WHERE {which} GROUP BY 1, 2) found"
        " WHERE (s.file_number, s.row_number) = (found.f, found.r)"
    )


def reassign_components(change: Change, layer: Layer) -> int:
    """After cells were taken in: components of their communities are written their cell.

    In the same change, so that undoing it undoes both. Returns how many have another cell.
    """
    if layer.model is not GridCell:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT community_code FROM {CELLS} WHERE opened_by_id = %s ORDER BY 1",
            [change.pk],
        )
        communities = [code for (code,) in cursor.fetchall() if code]
    return sum(assign_components(change, community) for community in communities)
