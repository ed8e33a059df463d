"""What is done for systems that read is written down in the audit: one form for all of it."""

from datetime import datetime
from typing import Any

from layers.access.access import Caller
from layers.models import Consumer
from spatial.audit.actions import record_event
from spatial.audit.models import Kind


def record_act(
    kind: Kind, by: Caller, consumer: Consumer, layer: str = "", **details: object
) -> None:
    """Write down what ``by`` did for a system, about a layer or not, in the same transaction."""
    about: dict[str, Any] = {"consumer": consumer.name}
    for name, value in details.items():
        about[name] = value.isoformat() if isinstance(value, datetime) else value
    record_event(kind, by.name, subject=layer or "consumer", code=consumer.pk, details=about)
