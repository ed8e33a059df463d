"""The engine of office work."""

from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    """Django's entry; every declared procedure is looked at when the site starts."""

    name = "spatial.casework"
    label = "casework"
    verbose_name = "业务办理"

    def ready(self) -> None:
        """Refuse a procedure in which work can get stuck; have clocks follow the calendar; seed limits."""
        from spatial.calendars.actions import changed
        from spatial.casework.clocks import recompute
        from spatial.casework.limits import seed
        from spatial.casework.notices import TOPICS
        from spatial.casework.procedures import check_procedures
        from spatial.casework.queries import held_by
        from spatial.outbox.topics import declare_topic
        from spatial.parties.handovers import count_open_work

        register(check_procedures)
        for topic in TOPICS:
            declare_topic(topic)
        count_open_work("matters", _("名下事项"), lambda name: sum(held_by(name).values()))
        changed.connect(recompute, dispatch_uid="casework-clocks")
        post_migrate.connect(seed, sender=self, dispatch_uid="casework-limits")
