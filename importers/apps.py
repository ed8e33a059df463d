"""Everything that enters: formats, stages, sources, runs."""

from django.apps import AppConfig


class ImportersConfig(AppConfig):
    """Django's entry for this floor."""

    name = "importers"
    label = "importers"
    verbose_name = "数据入库"

    def ready(self) -> None:
        """Saved sources count from the start."""
        import importers.saved_sources  # noqa: F401
