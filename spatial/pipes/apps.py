"""The pipes register."""

from django.apps import AppConfig


class PipesConfig(AppConfig):
    """Django's entry for this register."""

    name = "spatial.pipes"
    label = "pipes"
    verbose_name = "地下管线"
