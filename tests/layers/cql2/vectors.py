"""OGC's test data for CQL2 in temporary tables, and filters over it."""

import json
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

import pyogrio
from django.db import connection

from layers.cql2.compiling import Filter, FilterCrs, Queryable, compile_filter

DATA = Path(__file__).resolve().parents[2] / "data" / "cql2"
SOURCE = DATA / "ne110m4cql2.gpkg"
TYPES = {
    "object": ("string", "text"),
    "float64": ("number", "float8"),
    "int64": ("integer", "integer"),
    "bool": ("boolean", "boolean"),
    "datetime64[D]": ("date", "date"),
    "datetime64[ms]": ("date-time", "timestamptz"),
}


@dataclass(frozen=True)
class Predicate:
    """One of the standard's predicates and how many features it matches."""

    collection: str
    filter: str
    matched: int


PREDICATES = [
    Predicate(row["collection"], row["filter"], row["matched"])
    for row in json.loads((DATA / "predicates.json").read_text(encoding="utf-8"))
]
COLLECTIONS = sorted({predicate.collection for predicate in PREDICATES})


@cache
def queryables(collection: str) -> dict[str, Queryable]:
    """What filters over a collection may name."""
    info = pyogrio.read_info(SOURCE, layer=collection)
    fields = {
        name: Queryable(name, TYPES[str(kind)][0], f'"{name}"')
        for name, kind in zip(info["fields"], info["dtypes"], strict=True)
    }
    return {**fields, "geom": Queryable("geom", "geometry", '"geom"', 4326)}


def load(collection: str) -> None:
    """The collection as a temporary table of its name."""
    frame = pyogrio.read_dataframe(SOURCE, layer=collection, fid_as_index=True)
    info = pyogrio.read_info(SOURCE, layer=collection)
    types = {
        name: TYPES[str(dtype)] for name, dtype in zip(info["fields"], info["dtypes"], strict=True)
    }
    columns = ", ".join(f'"{name}" {sql}' for name, (_, sql) in types.items())
    slots = ", ".join(["%s"] * (len(types) + 1))
    rows = [
        [fid, *(_plain(row[name], kind) for name, (kind, _) in types.items()), row.geometry.wkb_hex]
        for fid, row in frame.iterrows()
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f'CREATE TEMP TABLE "{collection}" (fid integer, {columns}, geom geometry) ON COMMIT DROP'
        )
        cursor.executemany(f'INSERT INTO "{collection}" VALUES ({slots}, %s)', rows)
        cursor.execute(f'UPDATE "{collection}" SET geom = ST_SetSRID(geom, 4326)')


def compiled(predicate: Predicate, language: str = "cql2-text", text: str = "") -> Filter:
    """A predicate, or another text over its collection, compiled."""
    return compile_filter(
        text or predicate.filter, language, queryables(predicate.collection), FilterCrs()
    )


def counts(collection: str, filters: list[Filter]) -> list[int]:
    """How many rows each filter matches, asked in one query."""
    columns = ", ".join(f"count(*) FILTER (WHERE {f.sql})" for f in filters)
    params = [value for f in filters for value in f.params]
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {columns} FROM "{collection}"', params)
        return list(cursor.fetchone())


def _plain(value: Any, kind: str) -> Any:
    """A value of a frame as the database takes it; its instants are in UTC."""
    if value is None or value != value:
        return None
    if kind == "date-time":
        return value.to_pydatetime().replace(tzinfo=UTC)
    if kind == "date":
        return value.date()
    return bool(value) if kind == "boolean" else value
