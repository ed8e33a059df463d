"""Rows as a delivery would stage them, and what the rules find in them."""

import numpy as np
import pandas as pd
import shapely

from importers.checks.rows import check_rows
from importers.checks.run_checks import check_stage
from importers.phases.check_geometry import check_geometry
from importers.reading.encoding import encode
from importers.reading.registers import register_of
from importers.staging.staging import Stage
from importers.values.batch import Batch
from layers.declarations.registry import layer_of
from spatial.versions.queries import attribute_fields

RUN = 999_999_999


def staged_register(cursor, layer: str) -> pd.DataFrame:
    """The current versions of a register as rows of a file: code, attributes, geom."""
    model = layer_of(layer).model
    names = [str(field.column) for field in attribute_fields(model)]
    listed = ", ".join(f'"{n}"::bytea' if n == "geom" else f'"{n}"' for n in names)
    cursor.execute(
        f'SELECT code, {listed} FROM "{model._meta.db_table}" WHERE upper_inf(valid) ORDER BY id'
    )
    rows = pd.DataFrame(cursor.fetchall(), columns=["code", *names], dtype=object)
    if "geom" in names:
        rows["geom"] = shapely.from_wkb([None if g is None else bytes(g) for g in rows["geom"]])
    return rows


def examine(cursor, layer: str, rows: pd.DataFrame) -> set[tuple[str, str]]:
    """(rule, code) of all that the row rules and the stage rules find in those rows."""
    batch = _batch(layer, rows)
    codes = rows["code"].to_numpy()
    found = {(issue.code, codes[issue.row - 1]) for issue in batch.issues}
    checked = examine_stage(cursor, layer, batch)
    return found | {
        (issue.code, codes[row - 1])
        for issue, (_, row) in zip(checked.issues, checked.rows, strict=True)
    }


def examine_stage(cursor, layer: str, batch: Batch):
    """Stage a batch as a run would and apply the rules between features."""
    stage = Stage(RUN)
    stage.create(cursor, layer_of(layer).model)
    stage.copy(cursor, encode(batch, 0))
    checked = check_stage(cursor, stage.table, layer, [batch.file])
    stage.drop(cursor)
    return checked


def _batch(layer: str, rows: pd.DataFrame) -> Batch:
    register = register_of(layer_of(layer))
    columns = {name: rows[name].to_numpy(object) for name in rows.columns if name != "geom"}
    shapes = rows["geom"].to_numpy(object) if "geom" in rows else None
    batch = Batch("f", np.arange(1, len(rows) + 1), columns, shapes)
    if shapes is not None:
        check_geometry(batch, register, ~np.equal(shapes, None))
    return check_rows(batch, register)
