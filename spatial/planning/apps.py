"""The planning register."""

from django.apps import AppConfig

from spatial.planning.roles import PlanningRole


class PlanningConfig(AppConfig):
    """Django's entry for this register."""

    name = "spatial.planning"
    label = "planning"
    verbose_name = "规划"
    roles = PlanningRole
