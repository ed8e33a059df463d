"""``manage.py run_clocks``: once, for a timer, or again and again beside the web server."""

import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connections

from grid.cases.actions import resume_elapsed
from grid.cases.clock_tasks import do_duties, do_duty, often_duties
from grid.patrols.patrols import close_idle_patrols, forget_old_tracks
from spatial.outages import cause, is_away, waits

OFTEN_S = 3.0  # of what is done often: events are sealed within ten seconds


class Command(BaseCommand):
    """Takes up suspended cases whose time is up, ends idle patrols, forgets old tracks; and
    what other floors have for the clock: lost jobs taken up again, what is past its time removed.
    """

    help = (
        "恢复挂账到期的案件，结束长时间没有轨迹的巡查，清除超过保存期的巡查轨迹；发送消息；"
        "重新安排或了结中断的后台任务，清除过期的任务、导出和会话"
        "（供定时任务每分钟调用，或用 --every 常驻）。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How often, if not once."""
        parser.add_argument(
            "--every", type=float, metavar="秒", help="每隔这么多秒做一次，直到被停止"
        )

    def handle(self, *args: Any, **given: Any) -> None:
        """Do all of it, and say how many; again, if asked, also when the database was away."""
        every = given["every"]
        if every is not None and every <= 0:
            raise CommandError("--every 应为正数，如 60")
        if every is None:
            self.once()
            return
        for name in often_duties():
            duty = partial(do_duty, name)
            threading.Thread(target=self.again, args=(duty, OFTEN_S), daemon=True).start()
        self.again(_run, every)

    def again(self, act: Callable[[], object], every: float) -> None:
        """Do something again and again, on a connection of this thread's own."""
        pauses = waits(every)
        while True:
            pause = every
            try:
                act()
                pauses = waits(every)
            except Error as error:
                pause = next(pauses)
                self.stderr.write(f"数据库没有应答，{pause:g} 秒后再试：{cause(error)}")
            connections.close_all()
            time.sleep(pause)

    def once(self) -> None:
        """For a timer: one line and status 1 while the database is away."""
        try:
            self.stdout.write(_run())
        except Error as error:
            if is_away(error):
                raise CommandError(f"数据库没有应答：{cause(error)}") from error
            raise


def _run() -> str:
    resumed, closed, forgotten = resume_elapsed(), close_idle_patrols(), forget_old_tracks()
    do_duties()
    do_duties(often=True)
    return f"恢复 {len(resumed)} 件，结束 {closed} 次巡查，清除 {forgotten} 次巡查"
