"""``manage.py drop_old_audit``: drop the months of the audit that need not be kept any longer."""

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from spatial.audit.actions import drop_old_events
from spatial.audit.errors import TooRecent
from spatial.city import city
from spatial.versions.logins import as_owner


class Command(BaseCommand):
    """Only the owner of the database can; seals are kept, so the chain still verifies."""

    help = "清除超过保存期的审计记录（city.toml 的 audit.kept_days，至少 180 天） / drop old months of the audit"

    def add_arguments(self, parser: CommandParser) -> None:
        """Another number of days than the city's."""
        parser.add_argument("--days", type=int, default=city().audit.kept_days)

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        """Drop them.

        Raises:
            CommandError: fewer than 180 days, or events that wait for their seal.
        """
        with as_owner():
            try:
                dropped = drop_old_events(getpass.getuser(), days)
            except TooRecent as error:
                raise CommandError(str(error)) from error
        self.stdout.write("、".join(dropped) or "没有到期的月份 / nothing is old enough")
