"""Where the register knows features to be: what offset coordinates are recognised by."""

from collections.abc import Sequence

from django.db import Error, connection

from layers.declarations.registry import layer_named
from spatial.city import city

MOST = 2_000


def centres_of(layer_id: str, codes: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Longitude and latitude of the middles of today's features with these codes."""
    layer = layer_named(layer_id)
    if not layer or not layer.geometry or not codes:
        return {}
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT code, ST_X(c), ST_Y(c) FROM (SELECT code, ST_Transform("
                "ST_Centroid(ST_Envelope(geom)), %s) AS c"
                f' FROM "{layer.model._meta.db_table}"'
                " WHERE upper_inf(valid) AND geom IS NOT NULL AND code = ANY(%s)) AS found",
                [city().geographic, list(codes[:MOST])],
            )
            return {code: (x, y) for code, x, y in cursor.fetchall()}
    except Error:
        return {}
