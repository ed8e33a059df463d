"""Personal values of deliveries that were not taken in are removed from the vault."""

from django.db import connection

from importers.staging.staging import SCHEMA
from layers.declarations.registry import all_layers
from spatial.sealed.fields import sealed_fields
from spatial.sealed.forgetting import forget_unused

STAGES = """
SELECT format('%%I.%%I', %s::text, c.relname) FROM pg_class c
WHERE c.relnamespace = to_regnamespace(%s) AND c.relkind = 'r' AND c.relname LIKE 'stage%%'
AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = ANY(%s)) = %s
"""


def forget_unused_values() -> int:
    """Remove the values that neither a version nor a standing stage holds; returns how many."""
    total = 0
    for model in {layer.model: None for layer in all_layers()}:
        if columns := [str(field.column) for field in sealed_fields(model)]:
            with connection.cursor() as cursor:
                cursor.execute(STAGES, [SCHEMA, SCHEMA, columns, len(columns)])
                stages = [name for (name,) in cursor.fetchall()]
            total += forget_unused(model, stages)
    return total
