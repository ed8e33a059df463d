"""``manage.py lay_cells [COMMUNITY...] [--busiest N] [--target-m2 10000] [--commit]``."""

import getpass
import time
from argparse import ArgumentParser
from collections import Counter
from typing import Any

import numpy as np
import shapely
from django.core.management.base import BaseCommand, CommandError

from grid.cells.laying import TARGET_M2
from grid.cells.layout import Plan, busiest_communities, lay_cells, plan
from grid.cells.numbering import NoCodesLeft
from spatial.casework.errors import InvalidInput
from spatial.versions.edits import VersionConflict

LEAST_M2, MOST_M2 = 2_000, 100_000


class Command(BaseCommand):
    """Divides communities into unit grid cells; shows them, and writes them with --commit."""

    help = "按道路、水系、社区边界划分单元网格并校验；默认只试算，加 --commit 入库。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which communities, how large, whether to write."""
        parser.add_argument("communities", nargs="*", metavar="COMMUNITY", help="12 位社区编码")
        parser.add_argument("--busiest", type=int, default=0, help="部件最多的若干个社区")
        parser.add_argument("--target-m2", type=float, default=TARGET_M2, help="单元面积目标")
        parser.add_argument("--commit", action="store_true", help="入库")
        parser.add_argument("--who", default="", help="经办人（默认当前系统用户）")
        parser.add_argument("--why", default="划分单元网格", help="事由")

    def handle(self, *args: Any, **given: Any) -> None:
        """Plan each, tell it, write all or none."""
        communities = given["communities"] or busiest_communities(given["busiest"])
        if not communities:
            raise CommandError("请给出社区编码，或 --busiest 个数")
        if not LEAST_M2 <= given["target_m2"] <= MOST_M2:
            raise CommandError(f"--target-m2 应在 {LEAST_M2} 至 {MOST_M2} 之间")
        try:
            plans = [self._planned(code, given["target_m2"]) for code in communities]
            if given["commit"]:
                who = given["who"] or getpass.getuser()
                change = lay_cells(plans, who=who, why=given["why"])
                self.stdout.write(f"已入库：变更 {change.pk}")
        except (InvalidInput, NoCodesLeft, VersionConflict) as error:
            raise CommandError(str(error)) from None

    def _planned(self, community: str, target_m2: float) -> Plan:
        started = time.monotonic()
        found = plan(community, target_m2)
        self._tell(found, time.monotonic() - started)
        return found

    def _tell(self, found: Plan, seconds: float) -> None:
        areas, counts = shapely.area(found.cells), found.component_counts()
        low, middle, high = np.percentile(areas, [5, 50, 95])
        spread = counts.std() / counts.mean() if counts.sum() else 0.0
        self.stdout.write(
            f"{found.community} 网格 {len(found.codes)}（新 {len(found.codes) - len(found.standing)}，"
            f"不变 {len(found.standing)}，终止 {len(found.ended)}）"
            f" 责任网格 {len(set(found.groups))}"
            f" 面积 5%/中位/95% {low:,.0f}/{middle:,.0f}/{high:,.0f} m²"
            f" 部件中位 {np.median(counts):.0f} 变异 {spread:.2f} 用时 {seconds:.1f} 秒"
        )
        for rule, number in sorted(Counter(b.rule for b in found.breaches).items()):
            first = next(b for b in found.breaches if b.rule == rule)
            mark = "提示" if first.is_remark else "问题"
            x, y = shapely.get_coordinates(shapely.centroid(first.place))[0]
            self.stdout.write(
                f"  {mark} {rule} {number} 处，如 {first.message}（{x:.1f}, {y:.1f}）"
            )
