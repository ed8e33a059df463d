"""The staging table of an import: filled by COPY, read by ``versions.apply_table``."""

from datetime import date
from io import BytesIO
from typing import Any

import numpy as np
import shapely
from django.db import connection
from django.db.models import Field

from importers.phases.batch import Batch
from importers.phases.columns import CODE, GEOMETRY
from spatial.city import city
from spatial.versions.models import VersionedFeature
from spatial.versions.queries import attribute_fields

STAGE = '"import_stage"'
HELD = '"import_held"'


def create_stage(cursor: Any, model: type[VersionedFeature]) -> None:
    """Make the staging table, and that of what a rejected row still says exists.

    Temporary tables live in the session's own memory and write no log. A column that
    the files do not carry has the register's default, for what is opened.
    """
    columns = ", ".join(_definition(cursor, field) for field in attribute_fields(model))
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{STAGE}, pg_temp.{HELD}")
    cursor.execute(
        f"CREATE TEMP TABLE {STAGE} (action text NOT NULL DEFAULT 'open', code text,"
        f" expected bigint, file_number int, row_number int, {columns}) ON COMMIT DROP"
    )
    cursor.execute(f"CREATE TEMP TABLE {HELD} (code text, area geometry) ON COMMIT DROP")


def _definition(cursor: Any, field: Field) -> str:
    default = field.get_default()
    clause = cursor.mogrify(" DEFAULT %s", [default]).decode() if default is not None else ""
    return f'"{field.column}" {field.db_type(connection)}{clause}'


def copy_batch(cursor: Any, batch: Batch, file_number: int) -> int:
    """Append a batch's good rows; returns how many. What its bad rows name is held."""
    good = ~batch.rejected
    _hold(cursor, batch)
    names = sorted(batch.columns)
    shapes = batch.shapes
    columns = [_cells(batch.columns[name][good]) for name in names]
    rows = [str(row) for row in batch.rows[good].tolist()]
    listed = ["file_number", "row_number", *names]
    parts = [[str(file_number)] * len(rows), rows, *columns]
    if shapes is not None:
        listed.append(GEOMETRY)
        parts.append(ewkb_hex(shapes[good], city().projected))
    text = "\n".join(map("\t".join, zip(*parts, strict=True)))
    if text:
        quoted = ", ".join(f'"{name}"' for name in listed)
        cursor.copy_expert(
            f"COPY {STAGE} ({quoted}) FROM STDIN", BytesIO(text.encode() + b"\n"), 1 << 20
        )
    return len(rows)


def ewkb_hex(shapes: np.ndarray, srid: int) -> list[str]:
    r"""Plane geometries as EWKB in hex; NULL (\N) where there is none.

    The SRID is written into the header of plain WKB, which is ten times as fast as
    having GEOS write hexadecimal.
    """
    mark = srid.to_bytes(4, "little").hex()
    return [
        r"\N" if raw is None else f"{(text := raw.hex())[:8]}20{mark}{text[10:]}"
        for raw in shapely.to_wkb(shapes, byte_order=1).tolist()
    ]


def _hold(cursor: Any, batch: Batch) -> None:
    """A rejected row is no proof that its feature is gone: keep its code, or its place."""
    bad = np.flatnonzero(batch.rejected)
    if not len(bad):
        return
    codes = [code or None for code in batch.columns[CODE][bad].tolist()]
    boxes = np.full((len(bad), 4), np.nan)
    if batch.shapes is not None:
        boxes = shapely.bounds(batch.shapes[bad])
    held = [
        (code, *(box if np.isfinite(box).all() else [None] * 4))
        for code, box in zip(codes, boxes.tolist(), strict=True)
    ]
    cursor.execute(
        f"INSERT INTO {HELD} SELECT code, ST_MakeEnvelope(x1, y1, x2, y2, %s)"
        " FROM unnest(%s::text[], %s::float8[], %s::float8[], %s::float8[], %s::float8[])"
        " AS h(code, x1, y1, x2, y2)",
        [city().projected, *(list(column) for column in zip(*held, strict=True))],
    )


def _cells(values: np.ndarray) -> list[str]:
    kind = values.dtype.kind
    if kind == "b":
        return ["t" if v else "f" for v in values.tolist()]
    if kind in "iu":
        return list(map(str, values.tolist()))
    if kind == "f":
        return [repr(v) if v == v else r"\N" for v in values.tolist()]
    return _mixed(values.tolist())


def _mixed(cells: list[Any]) -> list[str]:
    try:
        joined = "".join(cells)
    except TypeError:
        return [_cell(cell) for cell in cells]
    if any(mark in joined for mark in "\\\t\n\r"):
        return [_escaped(cell) for cell in cells]
    return cells


def _cell(cell: Any) -> str:
    if cell is None:
        return r"\N"
    if isinstance(cell, bool):
        return "t" if cell else "f"
    if isinstance(cell, date):
        return cell.isoformat()
    return _escaped(cell) if isinstance(cell, str) else repr(cell)


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("\t", "\\t")
    return text.replace("\n", "\\n").replace("\r", "\\r")
