"""The housing register."""

from django.apps import AppConfig

from spatial.housing.roles import HousingRole


class HousingConfig(AppConfig):
    """Django's entry for this register."""

    name = "spatial.housing"
    label = "housing"
    verbose_name = "以图管房"
    roles = HousingRole
