"""What a run would do, as vector tiles: before, after, and where something is wrong."""

from typing import Any

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from importers.models import ImportRun
from importers.staging.staging import Stage
from layers.declarations.declarations import Layer
from spatial.city import city
from webmap.imports.guards import for_importers
from webmap.imports.runs import run_for

MAX_ZOOM = 22
MOST = 20_000  # features per tile and kind; further in, all are drawn


@for_importers
@require_safe
def tile(request: HttpRequest, run_id: int, z: int, x: int, y: int) -> HttpResponse:
    """One tile with the layers ``after``, ``before``, ``places``, ``proposals`` and ``points``."""
    if z > MAX_ZOOM or x >= 2**z or y >= 2**z:
        raise Http404
    run, layer = run_for(request, run_id)
    with connection.cursor() as cursor:
        parts = [_issues(cursor, run, z, x, y)]
        if layer.geometry and Stage(run.pk).exists(cursor):
            parts.append(_rows(cursor, run, layer, z, x, y))
    answer = HttpResponse(b"".join(parts), content_type="application/vnd.mapbox-vector-tile")
    answer["Cache-Control"] = "no-store"
    return answer


def _rows(cursor: Any, run: ImportRun, layer: Layer, z: int, x: int, y: int) -> bytes:
    stage, table = Stage(run.pk).table, f'"{layer.model._meta.db_table}"'
    cursor.execute(
        f"""
        WITH tile AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS web),
        box AS (SELECT web, ST_Transform(web, %(srid)s) AS plane FROM tile),
        after AS (SELECT s.code, s.action, s.accepted,
                  ST_AsMVTGeom(ST_Transform(s.geom, 3857), web) AS geom
                  FROM {stage} s, box WHERE s.action <> 'end' AND s.geom && plane LIMIT %(most)s),
        before AS (SELECT s.code, s.action, s.accepted,
                   ST_AsMVTGeom(ST_Transform(v.geom, 3857), web) AS geom
                   FROM {stage} s JOIN {table} v ON v.id = s.expected, box
                   WHERE v.geom && plane LIMIT %(most)s)
        SELECT (SELECT ST_AsMVT(a, 'after') FROM after a) || (SELECT ST_AsMVT(b, 'before') FROM before b)
        """,
        {"z": z, "x": x, "y": y, "most": MOST, "srid": city().projected},
    )
    return bytes(cursor.fetchone()[0])


def _issues(cursor: Any, run: ImportRun, z: int, x: int, y: int) -> bytes:
    named = {"z": z, "x": x, "y": y, "run": run.pk, "most": MOST, "srid": city().projected}
    out = b""
    for column, name in (("place", "places"), ("proposal", "proposals"), ("position", "points")):
        cursor.execute(
            f"""
            WITH box AS (SELECT web, ST_Transform(web, %(srid)s) AS plane
                         FROM (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS web) AS t),
            found AS (SELECT i.id, i.severity, i.code, i.accepted_at IS NOT NULL AS accepted,
                      ST_AsMVTGeom(ST_Transform(i.{column}, 3857), web) AS geom
                      FROM importers_importissue i, box
                      WHERE i.run_id = %(run)s AND i.{column} && plane LIMIT %(most)s)
            SELECT ST_AsMVT(f, '{name}', 4096, 'geom', 'id') FROM found f
            """,
            named,
        )
        out += bytes(cursor.fetchone()[0])
    return out
