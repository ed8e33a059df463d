"""Everything that enters: formats, stages, sources, runs."""

from django.apps import AppConfig


class ImportersConfig(AppConfig):
    """Django's entry for this floor."""

    name = "importers"
    label = "importers"
    verbose_name = "数据入库"

    def ready(self) -> None:
        """Saved sources count from the start; runs that nobody works on are settled."""
        from grid.cases.clock_tasks import add_duty
        from importers.sources.registry import add_saved
        from importers.sources.saved_sources import saved_of

        add_saved(saved_of)
        add_duty("imports", _settle)


def _settle() -> None:
    from importers.runs import recovery

    recovery.settle_abandoned()
    recovery.expire()
