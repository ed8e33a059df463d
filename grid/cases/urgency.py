"""When a clock is about to run out, in Python and in SQL; the one place that says so.

A case is *soon* due in the last share of the time it has been given for its state
(``soon_share`` in the city profile, a fifth), of short limits in the last quarter of an hour, but never before
half of the time is over. That is 7½ minutes of 15, 48 minutes of 4 hours, four days of three
weeks. Times are those of the wall: whoever looks at a clock counts nights too.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Value
from django.db.models.functions import Coalesce, Greatest, Least

from spatial.city import city

LEAST = timedelta(minutes=15)
MOST_SHARE = 0.5


def soon_from(since: datetime, due: datetime) -> datetime:
    """From when on a clock that runs from ``since`` to ``due`` is about to run out."""
    whole = due - since
    return due - max(whole * city().deadlines.soon_share, min(LEAST, whole * MOST_SHARE))


def soon_from_sql() -> ExpressionWrapper:
    """The same of the state that a case is in, for a query of cases."""
    whole = F("step_due_at") - Coalesce(F("entered_at"), F("reported_at"))
    short = Least(Value(LEAST), _part(whole, MOST_SHARE))
    last = Greatest(_part(whole, city().deadlines.soon_share), short)
    return ExpressionWrapper(F("step_due_at") - last, output_field=DateTimeField())


def _part(length: Any, share: float) -> ExpressionWrapper:
    product = ExpressionWrapper(length, output_field=DurationField()) * Value(share)
    return ExpressionWrapper(product, output_field=DurationField())
