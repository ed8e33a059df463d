"""Where a change touched a register: what a cache of its map empties, and nothing else.

Recorded in the writing transaction, one row per revision: the boxes of every version
that the change opened, closed or voided, so both where a thing was and where it is. A few
hundred features have a box each. Of more, those whose corners share the cells of a grid
share the box around them: a load of 200,000 costs 0.2 s and stays a few thousand boxes.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from spatial.versions.models import Touched, VersionedFeature

EACH = 500  # so many features have a box of their own
CELL_M = 500.0  # a z16 tile, about
OWN_M = 0.001
KEPT = "1 day"  # who looks less often than that empties all
TABLE = f'"{Touched._meta.db_table}"'
_FORGOTTEN = (
    f"forgotten AS (DELETE FROM {TABLE} WHERE register = %(name)s"
    f" AND recorded_at < statement_timestamp() - interval '{KEPT}')"
)


def record_touched(
    model: type[VersionedFeature],
    name: str,
    number: int,
    versions: str,
    params: Mapping[str, Any],
) -> None:
    """Record the boxes that a revision of a register touched, or of what an audience sees of it.

    ``name`` is that under which it is counted; ``versions`` a SELECT of the geometries, old and
    new, as ``geom``.
    """
    shapes = versions if _has_geometry(model) else "SELECT NULL::geometry AS geom WHERE false"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {_FORGOTTEN}, shapes AS MATERIALIZED ("
            " SELECT ST_XMin(b) AS w, ST_YMin(b) AS s, ST_XMax(b) AS e, ST_YMax(b) AS n"
            f" FROM (SELECT geom::box3d AS b FROM ({shapes}) AS v OFFSET 0) AS boxed),"
            f" cell AS (SELECT CASE WHEN count(*) > {EACH} THEN {CELL_M} ELSE {OWN_M} END::float8"
            " AS m FROM shapes),"
            " boxes AS (SELECT min(w) AS w, min(s) AS s, max(e) AS e, max(n) AS n"
            " FROM shapes, cell WHERE w IS NOT NULL"
            " GROUP BY floor(w / m), floor(s / m), floor(e / m), floor(n / m))"
            f" INSERT INTO {TABLE} (register, number, recorded_at, boxes)"
            " SELECT %(name)s, %(number)s, statement_timestamp(), coalesce(array_agg(ARRAY[w, s, e, n]), '{}')"
            " FROM boxes",
            {**params, "name": name, "number": number},
        )


def copy_touched(name: str, number: int, other: str, its_number: int) -> None:
    """Record for another name the boxes that a revision has touched."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {_FORGOTTEN} INSERT INTO {TABLE} (register, number, recorded_at, boxes)"
            f" SELECT %(name)s, %(number)s, recorded_at, boxes FROM {TABLE}"
            " WHERE register = %(other)s AND number = %(its_number)s",
            {"name": other, "number": its_number, "other": name, "its_number": number},
        )


def _has_geometry(model: type[VersionedFeature]) -> bool:
    return any(field.name == "geom" for field in model._meta.concrete_fields)
