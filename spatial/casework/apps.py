"""The engine of office work."""

from django.apps import AppConfig
from django.core.checks import register


class CaseworkConfig(AppConfig):
    """Django's entry; every declared procedure is looked at when the site starts."""

    name = "spatial.casework"
    label = "casework"
    verbose_name = "业务办理"

    def ready(self) -> None:
        """Refuse a procedure in which work can get stuck; have clocks follow the calendar."""
        from spatial.calendars.actions import changed
        from spatial.casework.clocks import recompute
        from spatial.casework.procedures import check_procedures

        register(check_procedures)
        changed.connect(recompute, dispatch_uid="casework-clocks")
