"""Which classes of a layer are in use today, so that legends name no others."""

from functools import lru_cache

from django.db import connection

from layers.declarations.declarations import Layer
from layers.declarations.registry import layer_of
from layers.reading.revisions import register_revision
from spatial.versions.figures import tallied

MOST = 60


def values_in_use(layer: Layer) -> tuple[str, ...]:
    """The values of the field that a layer's colours follow, if it has a coding scheme."""
    declared = layer.field(layer.paint.by) if layer.paint and layer.paint.by else None
    if not declared or not declared.scheme:
        return ()
    return _values(layer.id, declared.name, register_revision(layer))


@lru_cache(maxsize=256)
def _values(layer_id: str, name: str, revision: int) -> tuple[str, ...]:
    """From the register's tally, else read once per revision of the register."""
    layer = layer_of(layer_id)
    known = tallied(layer.model, name)
    if known is not None:
        return tuple(sorted({one.values[0] for one in known if one.values[0]})[:MOST])
    column = layer.column(name).column
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT DISTINCT "{column}" FROM {layer.view} WHERE stands LIMIT {MOST}')
        return tuple(sorted(value for (value,) in cursor.fetchall() if value))
