"""Warnings of geological hazards, as an app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from spatial.hazard_warnings.roles import WarningRole


class HazardWarningsConfig(AppConfig):
    """Django's entry for this room; rule tables that hold nothing are filled."""

    name = "spatial.hazard_warnings"
    label = "hazard_warnings"
    verbose_name = "地质灾害预警发布"
    roles = WarningRole

    def ready(self) -> None:
        """Make the procedure known, and have empty rule tables filled."""
        from spatial.casework.procedures import register_procedure
        from spatial.hazard_warnings.procedure import GEO_WARNING
        from spatial.hazard_warnings.rulebook import seed

        register_procedure(GEO_WARNING)
        post_migrate.connect(seed, sender=self, dispatch_uid="hazard-warning-rules")
