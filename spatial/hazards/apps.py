"""The hazards register."""

from django.apps import AppConfig

from spatial.hazards.roles import HazardRole


class HazardsConfig(AppConfig):
    """Django's entry for this register."""

    name = "spatial.hazards"
    label = "hazards"
    verbose_name = "地质灾害"
    roles = HazardRole
