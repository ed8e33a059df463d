"""Susceptibility to landslides, as an app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SusceptibilityConfig(AppConfig):
    """Django's entry for this room; settings that are not there yet are filled."""

    name = "spatial.susceptibility"
    label = "susceptibility"
    verbose_name = "地质灾害易发性"

    def ready(self) -> None:
        """Have an empty table of settings filled."""
        from spatial.susceptibility.rulebook import seed

        post_migrate.connect(seed, sender=self, dispatch_uid="susceptibility-settings")
