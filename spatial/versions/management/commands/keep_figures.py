"""``manage.py keep_figures [--check]``: count the registers of which no figures are kept.

An upgrade does it once (``script/setup``), so that no writer has to wait for it later.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from spatial.versions.figures import kept
from spatial.versions.guards import registers
from spatial.versions.keeping import faults_of, recount
from spatial.versions.models import Revision, VersionedFeature


class Command(BaseCommand):
    """Keep figures of every register that holds anything, or check those that are kept."""

    help = "补齐各登记库的统计 / count the registers of which no figures are kept"

    def add_arguments(self, parser: CommandParser) -> None:
        """``--check`` compares what is kept with what the registers hold."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Do it.

        Raises:
            CommandError: figures are missing, or differ from the registers.
        """
        if check:
            if faults := [*_missing(), *(f for model in registers() for f in faults_of(model))]:
                raise CommandError("\n".join(faults))
            return
        known = kept()
        for model in registers():
            if model._meta.label_lower not in known and keep_figures(model):
                self.stdout.write(f"{model._meta.verbose_name} {model._meta.label_lower}")


def _missing() -> list[str]:
    """The registers that were written and have no figures that count."""
    written = set(Revision.objects.values_list("register", flat=True))
    names = written & {model._meta.label_lower for model in registers()} - kept().keys()
    return [f"{name}：没有统计 / no figures: manage.py keep_figures" for name in sorted(names)]


def keep_figures(model: type[VersionedFeature]) -> bool:
    """Count a register while no other writer is at it; False where nothing was ever written."""
    with transaction.atomic():
        revision = Revision.objects.select_for_update().filter(register=model._meta.label_lower)
        if (current := revision.first()) is None:
            return False
        recount(model, current.number)
    return True
