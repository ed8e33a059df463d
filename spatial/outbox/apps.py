"""Notices: ordered within the act that they tell of, delivered after it, each once."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OutboxConfig(AppConfig):
    """Django's entry for the outbox; the city's quiet hours are filled in once."""

    name = "spatial.outbox"
    label = "outbox"
    verbose_name = "消息"

    def ready(self) -> None:
        """Fill in quiet hours after a migrate; set escalations anew when the calendar changes."""
        from spatial.calendars.actions import changed
        from spatial.outbox.actions import seed
        from spatial.outbox.escalating import reschedule

        post_migrate.connect(seed, sender=self, dispatch_uid="outbox-quiet-hours")
        changed.connect(reschedule, dispatch_uid="outbox-escalations")
