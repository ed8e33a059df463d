"""Which cell a component lies in, written when components or cells are taken in."""

from typing import Any

from grid.components.assigning import CELLS, assign_components, cell_at
from grid.models import Component, GridCell
from importers.errors import DeliveryRefused
from importers.models import ImportRun
from importers.staging.staging import Stage
from layers.declarations.declarations import Layer
from spatial.versions.models import Change, Revision
from spatial.versions.queries import revision_of

COLUMN = "cell_code"
SEEN = "cells_revision"


def fill_cells(cursor: Any, stage: Stage, layer: Layer, carried: set[str]) -> None:
    """Give staged components without a cell the one they lie in; on an edge the smallest code.

    Once before the comparison, so that a blank is no change of what stands. A delivery that
    says nothing of cells has them written anew after it: a component may have moved, and
    out of every cell. Where there are no cells, nothing is known against what was said.
    """
    if layer.model is not Component:
        return
    blank = f"coalesce(s.{COLUMN}, '') = ''"
    which = blank if COLUMN in carried else f"({blank} OR s.action = 'replace')"
    cursor.execute(
        f"UPDATE {stage.table} s SET {COLUMN} = {cell_at('s.geom')}"
        f" WHERE {which} AND s.action <> 'end' AND s.geom IS NOT NULL"
        f" AND EXISTS (SELECT FROM {CELLS} WHERE upper_inf(valid))"
    )


def reassign_components(change: Change, layer: Layer) -> int:
    """After cells were taken in or ended: components about them are written their cell.

    With the change, so that undoing it undoes both. Returns how many have another cell.
    """
    return assign_components(change) if layer.model is GridCell else 0


def assign_cells(layer: Layer) -> None:
    """Have cells, and what is written by them, change in turn until the transaction ends."""
    if layer.model in (Component, GridCell):
        register = GridCell._meta.label_lower
        list(Revision.objects.select_for_update().filter(register=register))


def note_cells(run: ImportRun, layer: Layer) -> None:
    """Remember by which cells a stage of components was filled."""
    if layer.model is Component:
        run.options[SEEN] = revision_of(GridCell)


def check_cells(run: ImportRun, layer: Layer) -> None:
    """Whether components were staged by the cells that stand.

    Raises:
        DeliveryRefused: cells have changed since.
    """
    if layer.model is Component and run.options.get(SEEN) != revision_of(GridCell):
        raise DeliveryRefused("单元网格在试运行之后有了变动，部件所在网格可能不同", "请重新试运行")
