"""Values that nothing refers to any more are removed: of deliveries that were not taken in.

Versions are for ever, so what was committed once is never removed.
"""

from collections.abc import Sequence

from django.db import connections, transaction
from django.db.models import Model

from spatial.sealed.actions import LOCK
from spatial.sealed.fields import sealed_fields

FORGET = """
WITH gone AS (DELETE FROM sealed_sealedvalue v WHERE register = %s AND {unused} RETURNING token),
digests AS (DELETE FROM sealed_blindindex b USING gone WHERE b.token = gone.token)
SELECT count(*) FROM gone
"""


def forget_unused(model: type[Model], stages: Sequence[str], using: str = "default") -> int:
    """Remove the values of a register that no version holds; returns how many.

    ``stages`` are quoted SQL names of tables with the columns of the register that may still
    be taken in. Nothing is removed while somebody else is sealing: a token that is not held
    now may be in a moment.
    """
    columns = [f'"{field.column}"' for field in sealed_fields(model)]
    if not columns:
        return 0
    held = " OR ".join(f"r.{column} = v.token" for column in columns)
    unused = " AND ".join(
        f"NOT EXISTS (SELECT FROM {table} r WHERE r.code = v.code AND ({held}))"
        for table in (f'"{model._meta.db_table}"', *stages)
    )
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(FORGET.format(unused=unused), [model._meta.label_lower])
        return cursor.fetchone()[0]
