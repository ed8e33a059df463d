"""The pipes register."""

from django.apps import AppConfig

from spatial.pipes.roles import PipeRole


class PipesConfig(AppConfig):
    """Django's entry for this register."""

    name = "spatial.pipes"
    label = "pipes"
    verbose_name = "地下管线"
    roles = PipeRole
