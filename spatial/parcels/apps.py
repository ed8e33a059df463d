"""The parcels register."""

from django.apps import AppConfig

from spatial.parcels.roles import LandRole


class ParcelsConfig(AppConfig):
    """Django's entry for this register."""

    name = "spatial.parcels"
    label = "parcels"
    verbose_name = "地籍"
    roles = LandRole
