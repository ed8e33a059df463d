"""Levels of risk from rain, as an app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RiskLevelsConfig(AppConfig):
    """Django's entry for this room; rule tables that hold nothing are filled."""

    name = "spatial.risk_levels"
    label = "risk_levels"
    verbose_name = "地质灾害风险等级"

    def ready(self) -> None:
        """Have empty rule tables filled."""
        from spatial.risk_levels.rulebook import seed

        post_migrate.connect(seed, sender=self, dispatch_uid="risk-level-rules")
