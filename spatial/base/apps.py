"""The base register."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    """Django's entry for this register."""

    name = "spatial.base"
    label = "base"
    verbose_name = "基础地理"
