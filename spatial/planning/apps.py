"""The planning register."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """Django's entry for this register."""

    name = "spatial.planning"
    label = "planning"
    verbose_name = "规划"
