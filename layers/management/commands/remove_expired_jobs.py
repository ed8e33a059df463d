"""Remove the jobs of processes, and their results, that are past their time."""

from typing import Any

from django.core.management.base import BaseCommand

from layers.ogc.processes.jobs import remove_expired


class Command(BaseCommand):
    """For a daily timer: without it they go when the next job is asked for."""

    help = "删除已过保存期的处理任务及其结果（供定时任务调用）"

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove them."""
        remove_expired()
