"""``manage.py run_clocks``: for a timer, every few minutes."""

from typing import Any

from django.core.management.base import BaseCommand

from grid.actions import resume_elapsed
from grid.patrols import close_idle_patrols, forget_old_tracks


class Command(BaseCommand):
    """Takes up suspended cases whose time is up, ends idle patrols, forgets old tracks."""

    help = (
        "恢复挂账到期的案件，结束长时间没有轨迹的巡查，清除超过保存期的巡查轨迹"
        "（供定时任务调用；打开案件台时也会恢复案件）。"
    )

    def handle(self, *args: Any, **given: Any) -> None:
        """Do all three, and say how many."""
        resumed, closed, forgotten = resume_elapsed(), close_idle_patrols(), forget_old_tracks()
        self.stdout.write(f"恢复 {len(resumed)} 件，结束 {closed} 次巡查，清除 {forgotten} 次巡查")
