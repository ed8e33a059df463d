"""Rows as PostgreSQL's COPY reads them: text, geometry as EWKB in hexadecimal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import shapely

from importers.values.batch import Batch
from importers.values.columns import CODE, GEOMETRY
from importers.values.personal import mask_findings
from spatial.city import city
from spatial.sealed.rules.formats import Kind


@dataclass(frozen=True)
class Encoded:
    """A batch, and its rows ready for COPY: the good, and those that can be repaired.

    ``file`` is the number of the file in the delivery. Personal values are no part of ``data``:
    they stand in ``personal``, by column, for the same rows as ``codes``, and are sealed by
    whoever has the keys.
    """

    batch: Batch
    columns: tuple[str, ...]
    data: bytes
    file: int
    codes: tuple[str, ...] = ()
    personal: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def encode(batch: Batch, file_number: int, kinds: Mapping[str, Kind] | None = None) -> Encoded:
    """Encode the rows of a batch that were not rejected, or that a proposal would mend.

    ``kinds`` are the personal columns of the register.
    """
    good, actions = _staged(batch)
    personal = sorted(batch.columns.keys() & (kinds or {}).keys())
    mask_findings(batch, {name: (kinds or {})[name] for name in personal})
    names = sorted(batch.columns.keys() - set(personal))
    rows = [str(row) for row in batch.rows[good].tolist()]
    listed = ["file_number", "row_number", *names]
    parts = [[str(file_number)] * len(rows), rows]
    if actions:
        listed = ["action", "accepted", *listed]
        parts = [actions, ["f" if action == "repair" else "t" for action in actions], *parts]
    parts += [_cells(batch.columns[name][good]) for name in names]
    if batch.shapes is not None:
        listed.append(GEOMETRY)
        parts.append(ewkb_hex(batch.shapes[good], city().projected))
    text = "\n".join(map("\t".join, zip(*parts, strict=True)))
    return Encoded(
        batch,
        tuple(listed),
        f"{text}\n".encode() if text else b"",
        file_number,
        tuple(batch.columns[CODE][good].tolist()) if personal else (),
        {name: tuple(t or "" for t in batch.columns[name][good].tolist()) for name in personal},
    )


def _staged(batch: Batch) -> tuple[slice | np.ndarray, list[str]]:
    """Which rows go to the stage, and what they do there, unless all are simply opened."""
    if not batch.rejected.any():
        return slice(None), []
    repairs = batch.repairable()
    if not repairs:
        return ~batch.rejected, []
    chosen = ~batch.rejected
    chosen[repairs] = True
    actions = np.full(len(batch), "open", object)
    actions[repairs] = "repair"
    return chosen, actions[chosen].tolist()


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
