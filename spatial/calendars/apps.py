"""Working days and holidays."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CalendarsConfig(AppConfig):
    """Django's entry for this register; an empty table is filled from ``data/calendar``."""

    name = "spatial.calendars"
    label = "calendars"
    verbose_name = "工作日历"

    def ready(self) -> None:
        """Fill the calendar after a migrate, if it holds nothing."""
        from spatial.calendars.actions import seed

        post_migrate.connect(seed, sender=self)
