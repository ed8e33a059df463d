"""The parcels register."""

from django.apps import AppConfig


class ParcelsConfig(AppConfig):
    """Django's entry for this register."""

    name = "spatial.parcels"
    label = "parcels"
    verbose_name = "地籍"
