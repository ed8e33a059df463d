"""``manage.py load_sample_city [--size tiny|small|full] [--if-empty]``."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from importers.errors import DeliveryRefused
from importers.runs.progress import Progress
from importers.sample import sample
from importers.sample.city.sizes import SEED, SIZES


class Command(BaseCommand):
    """Fills the registers with the sample city; continues a load that was interrupted."""

    help = "装入样例城市（真实区划与地名，其余为示意数据）；中断后再次运行即可续装。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How large, and whether only into an empty database."""
        parser.add_argument("--size", default="small", choices=list(SIZES))
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument("--if-empty", action="store_true", help="库中已有数据则不动")

    def handle(self, *args: Any, **given: Any) -> None:
        """Load, or say why not."""
        wanted = self._wanted(given)
        if not wanted:
            return
        progress, started = Progress("生成样例城市"), time.monotonic()
        try:
            totals = sample.load(wanted, progress)
            progress.step("地形")
            sample.make_terrain()
        except DeliveryRefused as error:
            raise CommandError(str(error)) from None
        finally:
            progress.close()
        for layer, number in totals.items():
            self.stdout.write(f"{layer}: {number}")
        seconds = time.monotonic() - started
        self.stdout.write(f"样例城市 {wanted.size} 已装入，用时 {seconds:.0f} 秒")

    def _wanted(self, given: dict[str, Any]) -> sample.Load | None:
        begun = sample.begun_load()
        if begun and not begun.is_complete:
            self.stdout.write(f"续装样例城市 {begun.size}：已有 {len(begun.done)}/{begun.total}")
            return begun
        if given["if_empty"] and sample.holds_anything():
            return None
        if begun:
            raise CommandError(f"样例城市 {begun.size} 已经装入")
        if sample.holds_anything():
            raise CommandError("库中已有其他数据，样例城市只装入空库")
        return sample.Load(given["size"], given["seed"])
