"""``manage.py load_calendar FILE``."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from spatial.calendars.actions import InvalidCalendar, load_days


class Command(BaseCommand):
    """Takes in a year's holidays; clocks that ran on a guess are set anew."""

    help = "装入节假日与调休安排（CSV：day,kind,name），文件中的年份整年替换；暂定时限随之重算。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file, by which notice."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--source", default="", help="依据，如 国办发明电〔2026〕7号")

    def handle(self, *args: Any, **given: Any) -> None:
        """Take it in, or say which line does not fit."""
        try:
            years = load_days(given["file"], given["source"])
        except (OSError, UnicodeError, InvalidCalendar) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"已装入 {'、'.join(map(str, sorted(years)))} 年的安排")
