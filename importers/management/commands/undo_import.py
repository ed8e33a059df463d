"""``manage.py undo_import RUN``."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from importers.errors import DeliveryRefused
from importers.runs.rights import check_may_undo
from importers.runs.run import undo


class Command(BaseCommand):
    """Undoes a committed import; both stay on record."""

    help = "撤销一个已入库的批次；撤销本身也是一项变更，两者都留有记录。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which run, by whom, why."""
        parser.add_argument("run", type=int, metavar="RUN", help="入库批次号")
        parser.add_argument(
            "--who", default="", help="经办人（默认当前系统用户）；若有此账号，须有相应权限"
        )
        parser.add_argument("--why", default="", help="事由")

    def handle(self, *args: Any, **given: Any) -> None:
        """Undo, or fail with one line."""
        try:
            if given["who"]:
                check_may_undo(given["who"], given["run"])
            run = undo(given["run"], given["who"] or getpass.getuser(), given["why"])
        except DeliveryRefused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"已撤销 undone: run {run.pk}，变更 change {run.undo_change_id}")
