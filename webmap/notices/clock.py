"""What the clock does with notices: send, escalate, forget."""

from datetime import timedelta

from django.utils import timezone

from spatial.city import city
from spatial.outbox.actions import forget_before
from spatial.outbox.delivering import deliver_due
from spatial.outbox.escalating import escalate_due
from webmap.notices.channels import keep_days, send, sweep_files


def deliver() -> int:
    """Send what is due; returns how many were delivered."""
    return deliver_due(send)


def escalate() -> int:
    """Pass on what stayed unread; returns how many orders."""
    return escalate_due(timezone.now())


def forget() -> int:
    """Remove old notices and files; returns how many notices."""
    kept = city().notices
    sweep_files(keep_days(kept.files_days))
    return forget_before(timezone.now() - timedelta(days=kept.kept_days))
