"""``manage.py import_rain FILE``."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from importers.errors import DeliveryRefused
from importers.runs.rain import take_rain

SHOWN = 20


class Command(BaseCommand):
    """Takes in what rain gauges measured; the same file again changes nothing."""

    help = "接收雨量站读数（CSV：站码,时间,时长,雨量）；已有的相同读数略过，可重复提交。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file, and whether rows that are in order are taken without the others."""
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV 文件")
        parser.add_argument("--partly", action="store_true", help="有误的行不收，其余照收")
        parser.add_argument("--encoding", default="", help="文字编码（默认自动辨认）")

    def handle(self, *args: Any, **given: Any) -> None:
        """Take it in, or say row by row why not."""
        if not given["file"].is_file():
            raise CommandError(f"没有文件 {given['file']}")
        try:
            taken = take_rain(given["file"], partly=given["partly"], encoding=given["encoding"])
        except DeliveryRefused as error:
            raise CommandError(str(error)) from None
        for issue in taken.log.kept[:SHOWN]:
            self.stderr.write(f"第 {issue.row} 行：{issue.message}")
        if taken.refused > SHOWN:
            self.stderr.write(f"…… 共 {taken.refused} 行有误")
        self.stdout.write(f"新收 {taken.new}，已有 {taken.known}，有误 {taken.refused}")
        if taken.refused and not given["partly"]:
            raise CommandError("有误的行未改正前全部不收；只收其余各行请加 --partly")
