"""``manage.py risk_cycles``: the levels of a time gone by, from the rain on record."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from spatial.city import city
from spatial.risk_levels.actions import catch_up


class Command(BaseCommand):
    """Computes and keeps the cycles of a past night, so that it can be looked at again."""

    help = "按已入库的雨量补算一段过去的风险等级；已有的不改。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """From when to when, and how often."""
        parser.add_argument("--from", dest="first", required=True, metavar="2024-06-21T18:00")
        parser.add_argument("--to", dest="last", required=True, metavar="2024-06-23T08:00")
        parser.add_argument("--every", type=int, default=60, metavar="分钟")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute them, and say how many."""
        first, last = (self._moment(options[name]) for name in ("first", "last"))
        if last < first or options["every"] <= 0:
            raise CommandError("--to 应晚于 --from，--every 应为正数")
        found = catch_up(first, last, timedelta(minutes=options["every"]))
        self.stdout.write(f"补算 {len(found)} 次")

    def _moment(self, text: str) -> datetime:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise CommandError(f"时刻应写作 2024-06-21T18:00，现为 {text}") from error
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(city().time_zone))
