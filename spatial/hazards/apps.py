"""The hazards register."""

from django.apps import AppConfig


class HazardsConfig(AppConfig):
    """Django's entry for this register."""

    name = "spatial.hazards"
    label = "hazards"
    verbose_name = "地质灾害"
