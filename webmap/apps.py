"""The site."""

from django.apps import AppConfig


class WebmapConfig(AppConfig):
    """Django's entry for this floor."""

    name = "webmap"
    label = "webmap"
    verbose_name = "图经"
