"""Grid city management."""

from django.apps import AppConfig


class GridConfig(AppConfig):
    """Django's entry for this floor."""

    name = "grid"
    label = "grid"
    verbose_name = "网格化管理"
