"""``manage.py renew_districts [--check]``: in which districts features lie, looked up now.

A worker does the same by itself after an upgrade and when borders move.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from spatial.base.models import District
from spatial.versions.districts import WritersBusy, has_moved, pending, renew


class Command(BaseCommand):
    """Look up the districts of features that have none noted or lie near moved borders."""

    help = "补齐、更新各要素的所在区划 / look up the districts of features; --check only counts"

    def add_arguments(self, parser: CommandParser) -> None:
        """``--check`` changes nothing."""
        parser.add_argument("--check", action="store_true", help="只统计尚未处理的要素")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Do it, with the progress; or say what is left to do.

        Raises:
            CommandError: something is left to do, or writers were in the way.
        """
        if check:
            left = [f"{name}：{number} 个要素尚无所在区划" for name, number in pending().items()]
            if has_moved():
                left.append("区划界线变动后尚未全部更新")
            if left:
                raise CommandError("\n".join([*left, "manage.py renew_districts"]))
            return
        try:
            found = renew(District, self._progress)
        except WritersBusy as error:
            raise CommandError(f"{error}：有写入长时间未完成，请稍后再次运行 / busy") from error
        for name, number in found.items():
            self.stdout.write(f"{name}：更新 {number}")

    def _progress(self, register: str, done: int, due: int) -> None:
        self.stderr.write(f"{register} {done}/{due}")
