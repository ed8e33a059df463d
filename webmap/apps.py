"""The site."""

from django.apps import AppConfig


class WebmapConfig(AppConfig):
    """Django's entry for this floor."""

    name = "webmap"
    label = "webmap"
    verbose_name = "图经"

    def ready(self) -> None:
        """The catalogue learns from the floor above what deliveries showed."""
        from layers.records import quality_by
        from webmap.quality import quality_of

        quality_by(quality_of)
