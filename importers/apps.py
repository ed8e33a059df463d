"""Everything that enters: formats, stages, sources, runs."""

from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.core.checks import Error
from django.db.models.signals import post_migrate


class ImportersConfig(AppConfig):
    """Django's entry for this floor."""

    name = "importers"
    label = "importers"
    verbose_name = "数据入库"

    def ready(self) -> None:
        """Saved sources count from the start, and what registers of their own apps add."""
        from django.core.checks import register

        from grid.cases.clock_tasks import add_duty
        from importers.checks.catalogue import add_rules
        from importers.checks.run_checks import add_looks
        from importers.sources.registry import add_saved, add_sources
        from importers.sources.saved_sources import saved_of
        from layers.declarations.discovery import app_modules

        add_saved(saved_of)
        for module in app_modules("checks", "RULES"):
            add_looks(module.RULES)
            add_rules(Path(str(module.__file__)).with_name("checks.csv"))
        for module in app_modules("sources", "SOURCES"):
            add_sources(module.SOURCES)
        add_duty("imports", _settle)
        register(check_rules)
        post_migrate.connect(_open_stages, sender=self)


def check_rules(**_: Any) -> list[Error]:
    """The fault of the tables of checks as a system check."""
    from importers.checks.catalogue import rules_fault

    fault = rules_fault()
    return [Error(fault, id="importers.E001")] if fault else []


def _open_stages(sender: AppConfig, using: str = "default", **_: Any) -> None:
    from importers.staging.staging import open_schema

    open_schema(using)


def _settle() -> None:
    from importers.runs import recovery

    recovery.settle_abandoned()
    recovery.expire()
