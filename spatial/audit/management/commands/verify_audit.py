"""``manage.py verify_audit [--since DAY]``: whether anything was taken from the audit or changed."""

from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date

from spatial.audit.verifying import verify_and_record


class Command(BaseCommand):
    """Names what is wrong, and ends with status 1 if anything is."""

    help = "校验审计链、被审计的数据行和已导出的链首 / verify the audit"

    def add_arguments(self, parser: CommandParser) -> None:
        """From which day on, if not all."""
        parser.add_argument("--since", type=_day, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, since: datetime | None, **options: Any) -> None:
        """Do it.

        Raises:
            CommandError: something is wrong; the findings stand in its message.
        """
        found = verify_and_record("verify_audit", settings.AUDIT_HEADS, since)
        for table in found.skipped:
            self.stderr.write(f"列已不在，无法比对 / columns are gone: {table}")
        compared = (
            f"封存 {found.seals}，记录 {found.events}，数据行 {found.rows}，链首 {found.heads}，"
            f"{found.seconds:.1f} 秒"
        )
        if not found.is_whole:
            places = "\n".join(f"✗ {finding}" for finding in found.findings)
            raise CommandError(f"{places}\n{len(found.findings)} 处不符（{compared}）")
        self.stdout.write(f"完整（{compared}）")


def _day(text: str) -> datetime:
    day = parse_date(text)
    if day is None:
        raise ValueError(text)
    return timezone.make_aware(datetime.combine(day, time.min))
