"""A register of its own app, as another office would add it: parks and their benches."""

from django.apps import AppConfig

from tests.dummy.roles import ParkRole


class DummyConfig(AppConfig):
    """Django's entry for this register."""

    name = "tests.dummy"
    label = "dummy"
    verbose_name = "公园绿地"
    roles = ParkRole
