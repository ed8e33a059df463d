"""``manage.py review_import RUN --commit | --discard``: decide on a dry run."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from importers.errors import DeliveryRefused
from importers.runs import review
from importers.runs.progress import Progress
from importers.runs.rights import check_may_deliver, layer_id_of


class Command(BaseCommand):
    """Commits or gives up what a dry run has staged."""

    help = "对一个待审核的入库批次作出决定：入库或放弃；可排除若干编码。"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which run, and what to do with it."""
        parser.add_argument("run", type=int, metavar="RUN", help="入库批次号")
        choice = parser.add_mutually_exclusive_group(required=True)
        choice.add_argument("--commit", action="store_true", help="写入登记簿")
        choice.add_argument("--discard", action="store_true", help="放弃")
        parser.add_argument("--without", nargs="+", default=[], metavar="CODE", help="不采纳的编码")
        absent = parser.add_mutually_exclusive_group()
        absent.add_argument("--keep-absent", action="store_true", help="不终止文件里没有的要素")
        absent.add_argument(
            "--end-absent",
            action="store_true",
            help="文件里没有、也没有替换的要素一并终止（默认只终止有替换的）",
        )
        parser.add_argument(
            "--allow-ending", action="store_true", help="允许终止三分之一以上的要素"
        )
        parser.add_argument(
            "--without-wal", action="store_true", help="确认 GeoPackage 没有缺少 -wal 文件"
        )
        parser.add_argument(
            "--who", default="", help="经办人（默认当前系统用户）；若有此账号，须有相应权限"
        )
        parser.add_argument("--why", default="", help="事由")

    def handle(self, *args: Any, **given: Any) -> None:
        """Decide, or fail with one line."""
        who = given["who"] or getpass.getuser()
        try:
            if given["who"]:
                check_may_deliver(given["who"], layer_id_of(given["run"]))
            if given["discard"]:
                review.discard(given["run"], who)
                self.stdout.write(f"已放弃 discarded: run {given['run']}")
                return
            if given["end_absent"] or given["keep_absent"]:
                review.choose(given["run"], given["end_absent"], actions=["end"])
            if given["without"]:
                review.choose(given["run"], False, codes=given["without"])
            run = review.commit_run(
                given["run"],
                who,
                why=given["why"],
                allow_ending=given["allow_ending"],
                without_wal=given["without_wal"],
                progress=Progress("写入"),
            )
        except DeliveryRefused as error:
            raise CommandError(str(error)) from None
        counts = run.options["written"]
        self.stdout.write(
            f"已入库 committed: run {run.pk}，变更 change {run.change_id}；"
            f"新增 {counts['open']}，变更 {counts['replace']}，终止 {counts['end']}"
        )
