"""A GIS file from portions of CSV, by way of Arrow: GDAL takes what comes, batch by batch."""

import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

import pyarrow as pa
import pyogrio.raw
from pyarrow import csv

from layers.ogc.formats.messages import FileTable

SHAPE = "geometry"
BY_ROW = {
    "XLSX": ("layers.ogc.formats.workbook", "write_workbook"),
    "DXF": ("layers.ogc.formats.drawing", "write_drawing"),
}
TYPES = {
    "string": pa.string(),
    "integer": pa.int32(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "date-time": pa.timestamp("us", tz="UTC"),
}


def write(table: FileTable, portions: Iterator[bytes]) -> int:
    """Write a file from portions of CSV; returns the number of rows."""
    schema = _schema(table)
    if table.driver in BY_ROW:
        return _by_row(table.driver)(table, _rows(table, schema, portions))
    number = 0
    wrong: list[Exception] = []  # GDAL would only say that something was

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal number
        try:
            for portion in portions:
                for batch in _parsed(table, schema, portion):
                    number += batch.num_rows
                    yield batch
        except Exception as error:
            wrong.append(error)
            raise

    shape = {"geometry_name": SHAPE, "geometry_type": table.geometry, "crs": table.crs}
    try:
        pyogrio.raw.write_arrow(
            pa.RecordBatchReader.from_batches(schema, batches()),
            table.path,
            layer=table.layer,
            driver=table.driver,
            dataset_options={"VERSION": "1.2"} if table.driver == "GPKG" else {},
            layer_options=_options(table),
            **(shape if table.geometry else {}),
        )
    except Exception as error:
        raise (wrong or [error])[0] from error
    return number


def _by_row(driver: str) -> Callable[[FileTable, Iterable[Mapping[str, Any]]], int]:
    """What writes a kind of file that GDAL does not write well; loaded when it is wanted."""
    module, name = BY_ROW[driver]
    write_file: Callable[[FileTable, Iterable[Mapping[str, Any]]], int]
    write_file = getattr(import_module(module), name)
    return write_file


def _rows(
    table: FileTable, schema: pa.Schema, portions: Iterable[bytes]
) -> Iterator[Mapping[str, Any]]:
    for portion in portions:
        for batch in _parsed(table, schema, portion):
            yield from batch.to_pylist()


def _schema(table: FileTable) -> pa.Schema:
    fields = [
        pa.field(name, TYPES[kind], metadata=_said(title, length))
        for name, kind, title, length in table.columns
    ]
    return pa.schema([*fields, *([pa.field(SHAPE, pa.binary())] if table.geometry else [])])


def _said(title: str, length: int) -> dict[str, str]:
    """What GDAL is told about a column beside its type."""
    width = {"GDAL:OGR:width": str(length)} if length else {}
    return {"GDAL:OGR:alternative_name": title, **width}


def _options(table: FileTable) -> dict[str, str]:
    if table.driver == "GPKG":
        return {"IDENTIFIER": table.title, "DESCRIPTION": table.description}
    return {
        "TITLE": table.title,
        "DESCRIPTION": table.description,
        "SPATIAL_INDEX": "NO" if table.in_order or not table.geometry else "YES",
        "TEMPORARY_DIR": os.path.dirname(table.path),
    }


def _parsed(table: FileTable, schema: pa.Schema, portion: bytes) -> list[pa.RecordBatch]:
    types = {name: TYPES[kind] for name, kind, _, _ in table.columns}
    if table.geometry:
        types[SHAPE] = pa.string()
    found = csv.read_csv(
        io.BytesIO(portion),
        csv.ReadOptions(use_threads=False, block_size=len(portion) + 1, column_names=list(types)),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            true_values=["true"],
            false_values=["false"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    if table.geometry:
        shapes = [None if v is None else bytes.fromhex(v) for v in found[SHAPE].to_pylist()]
        place = found.schema.get_field_index(SHAPE)
        found = found.set_column(place, SHAPE, pa.array(shapes, pa.binary()))
    return found.cast(schema).to_batches()
